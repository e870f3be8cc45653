/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/pod_config.h"

#include <sys/capability.h>

#include "capctl/pod/manifest.h"
#include "tap.h"

#define BIT(name) (UINT64_C(1) << CAP_##name)

#define MANIFEST                                                               \
	"kind: Pod\n"                                                          \
	"metadata:\n"                                                          \
	"  name: web\n"                                                        \
	"  annotations:\n"                                                     \
	"    capruntime.io/ambient: KILL\n"                                    \
	"    capruntime.io/a/b: x\n"                                           \
	"    example.com/c: \"d\\u2028\"\n"                                    \
	"    io.kubernetes.pod.namespace: kube-system\n"                       \
	"spec:\n"                                                              \
	"  securityContext: {runAsUser: 7, runAsGroup: 8, fsGroup: 9, supplementalGroups: [10]}\n"

static void check_config(struct pod_config config, const char *more,
			 const char *wanted)
{
	struct manifest manifest CLEANUP_MANIFEST = { 0 };
	char text[2048];
	char *made CLEANUP_FREE = NULL;
	struct err err = { 0 };

	snprintf(text, sizeof(text), "%s%s", MANIFEST, more);
	REQUIRE(manifest_read(&manifest, "f", text, strlen(text), &err) == 0);
	config.pod = manifest.pods;
	config.container = manifest.pods->containers;
	config.namespace = "shop";
	config.uid = 7;
	REQUIRE(pod_config_make(&config, &made, &err) == 0);
	CHECK_STR(made, wanted);
}

#define USER                                                                   \
	"{\"ociVersion\":\"1.0.2\",\"process\":{\"user\":{\"uid\":7,\"gid\":8,\"additionalGids\":[8,10,9]}"
#define PATH                                                                   \
	"\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\""

static void crio_passes_all_annotations_but_its_own(void)
{
	const struct pod_config config = { .engine = ENGINE_CRIO };

	check_config(
		config, "  containers: [{name: c, image: i}]\n",
		USER
		",\"cwd\":\"/\",\"env\":[" PATH
		"],\"capabilities\":{\"effective\":[],\"bounding\":[],\"inheritable\":[],\"permitted\":[],\"ambient\":[]}},"
		"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"pid\"},{\"type\":\"network\"}]},"
		"\"annotations\":{\"capruntime.io/ambient\":\"KILL\",\"capruntime.io/a/b\":\"x\",\"example.com/c\":\"d\\u2028\","
		"\"io.container.manager\":\"cri-o\",\"io.kubernetes.cri-o.ContainerType\":\"container\","
		"\"io.kubernetes.pod.namespace\":\"shop\",\"io.kubernetes.pod.name\":\"web\","
		"\"io.kubernetes.container.name\":\"c\",\"io.kubernetes.cri-o.ImageName\":\"i\"}}");
}

static void containerd_passes_what_the_handler_names(void)
{
	struct pod_config config = { .engine = ENGINE_CONTAINERD,
				     .passes_requests = true };

	CHECK(pod_config_passes(&config, "capruntime.io/ambient"));
	CHECK(!pod_config_passes(&config, "capruntime.io/a/b"));
	CHECK(!pod_config_passes(&config, "example.com/c"));
	config.passes_requests = false;
	CHECK(!pod_config_passes(&config, "capruntime.io/ambient"));
	config.engine = ENGINE_CRIO;
	CHECK(pod_config_passes(&config, "capruntime.io/ambient"));
}

static void containerd_keeps_words_that_are_no_capability(void)
{
	const struct pod_config config = {
		.engine = ENGINE_CONTAINERD,
		.image_root = "/r",
		.sets = { { [CAPSET_EFFECTIVE] = BIT(KILL),
			    [CAPSET_BOUNDING] = BIT(KILL),
			    [CAPSET_PERMITTED] = BIT(KILL) } },
	};

	check_config(
		config,
		"  hostNetwork: true\n  hostPID: true\n  hostUsers: false\n"
		"  containers:\n  - name: c\n    workingDir: /w\n"
		"    command: [a]\n    args: [b]\n"
		"    env: [{name: X, value: y}, {name: PATH, value: /p}]\n"
		"    securityContext: {allowPrivilegeEscalation: false, capabilities: {add: [ALL, KILL, CAP_KILL]}}\n",
		USER
		",\"args\":[\"a\",\"b\"],\"cwd\":\"/w\",\"env\":[" PATH
		",\"PATH=/p\"],\"capabilities\":{\"effective\":[\"CAP_KILL\",\"CAP_CAP_KILL\"],\"bounding\":[\"CAP_KILL\",\"CAP_CAP_KILL\"],"
		"\"inheritable\":[],\"permitted\":[\"CAP_KILL\",\"CAP_CAP_KILL\"],\"ambient\":[]},\"noNewPrivileges\":true},"
		"\"root\":{\"path\":\"/r\"},"
		"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"user\"}],"
		"\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":65536}],"
		"\"gidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":65536}]},"
		"\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
		"\"io.kubernetes.cri.sandbox-namespace\":\"shop\",\"io.kubernetes.cri.sandbox-name\":\"web\","
		"\"io.kubernetes.cri.container-name\":\"c\"}}");
}

static const struct tap_test tests[] = {
	TAP_TEST(crio_passes_all_annotations_but_its_own),
	TAP_TEST(containerd_passes_what_the_handler_names),
	TAP_TEST(containerd_keeps_words_that_are_no_capability),
};

TAP_MAIN(tests)
