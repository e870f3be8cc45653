/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/manifest.h"

#include "tap.h"

#define POD "kind: Pod\nmetadata: {name: a}\nspec:\n"
#define CONTAINER POD "  containers:\n  - name: c\n    "
#define KINDS                                                                  \
	"expected Pod, Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob or List"

static void check_error(const char *text, const char *message)
{
	struct manifest manifest CLEANUP_MANIFEST;
	struct err err = { 0 };

	CHECK(manifest_read(&manifest, "f", text, strlen(text), &err) < 0);
	CHECK_STR(err.text, message);
}

/* The first pod; NULL: refused. The caller frees `manifest`. */
static const struct pod *read_pod(struct manifest *manifest, const char *text)
{
	struct err err = { 0 };

	CHECK(manifest_read(manifest, "f", text, strlen(text), &err) == 0);
	CHECK_STR(err.text, "");
	return manifest->pods;
}

static void the_containers_context_counts_before_the_pods(void)
{
	struct manifest manifest CLEANUP_MANIFEST;
	const struct pod *pod = read_pod(
		&manifest, POD
		"  hostNetwork: true\n  hostUsers: false\n"
		"  runtimeClassName: r\n"
		"  securityContext: {runAsUser: 1, runAsGroup: 2, runAsNonRoot: true, fsGroup: 9}\n"
		"  initContainers: [{name: i}]\n"
		"  containers:\n"
		"  - name: c\n"
		"    securityContext: {runAsUser: 3, runAsNonRoot: false, privileged: True, allowPrivilegeEscalation: false}\n");
	const struct pod_container *container;

	REQUIRE(pod && pod->containers);
	CHECK(pod->host_network && pod->new_users && !pod->host_pid);
	CHECK_STR(pod->runtime_class, "r");
	CHECK_U64((uint64_t)pod->fs_group, 9);
	container = pod->containers;
	CHECK(container->type == POD_INIT && container->non_root);
	CHECK(container->uid == 1 && container->gid == 2);
	CHECK(!container->privileged && !container->no_new_privileges);
	container = container->next;
	REQUIRE(container);
	CHECK(container->type == POD_CONTAINER && !container->non_root);
	CHECK(container->uid == 3 && container->gid == 2);
	CHECK(container->privileged && container->no_new_privileges);
}

static void null_is_absent(void)
{
	struct manifest manifest CLEANUP_MANIFEST;
	const struct pod *pod = read_pod(
		&manifest,
		"kind: Pod\nmetadata: {name: a, namespace: ~, annotations: null}\n"
		"spec:\n  runtimeClassName:\n  containers:\n  - name: c\n"
		"    securityContext: {runAsUser: null, capabilities: ~}\n");

	REQUIRE(pod);
	CHECK(!pod->namespace && !pod->annotations && !pod->runtime_class);
	CHECK(pod->containers->uid == -1 && !pod->containers->add);
}

static void strings_are_strings_for_all_readers(void)
{
	static const char *const others[] = {
		"yes",	"off", "True", "1",	"-1",	 "1.5",	 "1e3",
		"0x1F", "0o7", "0b1",  "1_000", "+.inf", ".NaN",
	};
	static const char *const strings[] = {
		"a",
		"1.2.3",
		"1a",
		"'yes'",
		"\"1\"",
		"!!str 1",
		"yes no",
		"0xfoo",
		"a_1",
		"2001-01-01",
		"e3",
		"0b",
		"localhost:5000/x",
	};
	struct manifest manifest;
	char text[256];
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		snprintf(text, sizeof(text), CONTAINER "image: %s\n",
			 others[i]);
		if (!CHECK(manifest_read(&manifest, "f", text, strlen(text),
					 &err) < 0))
			printf("# %s\n", others[i]);
		CHECK_HAS(
			err.text,
			"'f':6:12: 'image': expected a string (put it in quotes), found a");
		manifest_free(&manifest);
	}
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		snprintf(text, sizeof(text), CONTAINER "image: %s\n",
			 strings[i]);
		if (!CHECK(manifest_read(&manifest, "f", text, strlen(text),
					 &err) == 0))
			printf("# %s\n", strings[i]);
		manifest_free(&manifest);
	}
}

static void ids_are_decimal_numbers(void)
{
	static const char *const wrong[] = {
		"-1",  "010", "0x1",	    "1.0",
		"1e3", "+1",  "2147483648", "99999999999999999999",
		"x"
	};
	char text[256], message[256];

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		snprintf(text, sizeof(text),
			 CONTAINER "securityContext: {runAsUser: %s}\n",
			 wrong[i]);
		snprintf(
			message, sizeof(message),
			"'f':6:34: 'runAsUser': '%s' is no ID: write a decimal number from 0 to 2147483647",
			wrong[i]);
		check_error(text, message);
	}
	check_error(CONTAINER "securityContext: {runAsUser: '1'}\n",
		    "'f':6:34: 'runAsUser': expected a number, found a string");
}

static void other_types_are_refused(void)
{
	check_error(
		CONTAINER "securityContext: {privileged: yes}\n",
		"'f':6:35: 'privileged': expected true or false, found a word that is a boolean in YAML 1.1");
	check_error(
		CONTAINER "securityContext: {privileged: 'true'}\n",
		"'f':6:35: 'privileged': expected true or false, found a string");
	check_error(
		CONTAINER "securityContext: []\n",
		"'f':6:22: 'securityContext': expected a map, found a list");
	check_error(CONTAINER "command: sh\n",
		    "'f':6:14: 'command': expected a list, found a string");
	check_error(CONTAINER
		    "securityContext: {capabilities: {add: [[KILL]]}}\n",
		    "'f':6:44: 'add': expected a string, found a list");
	check_error(
		CONTAINER "securityContext: {runAsuser: 1}\n",
		"'f':6:34: 'securityContext' has no key 'runAsuser': correct or remove it");
	check_error(
		POD
		"  securityContext: {sysctls: [a]}\n  containers: [{name: c}]\n",
		"'f':4:31: expected a sysctl: a map with 'name' and 'value'");
	check_error(
		POD
		"  securityContext: {sysctls: [{name: a, value: 0}]}\n  containers: [{name: c}]\n",
		"'f':4:48: 'value': expected a string (put it in quotes), found a number");
	check_error(POD "  containers: [c]\n",
		    "'f':4:16: expected a container: a map with 'name'");
	check_error(POD "  containers: [{image: c}]\n",
		    "'f':4:16: the container has no 'name': add it");
	check_error(
		"kind: Pod\nmetadata: {name: a, annotations: {b: 1}}\nspec: {containers: [{name: c}]}\n",
		"'f':2:38: 'b': expected a string (put it in quotes), found a number");
}

static void check_port_start(const char *sysctls, const char *wanted)
{
	struct manifest manifest CLEANUP_MANIFEST;
	char text[512];

	snprintf(
		text, sizeof(text),
		POD
		"  securityContext: {sysctls: [%s]}\n  containers: [{name: c}]\n",
		sysctls);
	REQUIRE(read_pod(&manifest, text));
	CHECK_STR(manifest.pods->port_start, wanted);
}

static void the_sysctl_of_ports_is_known_in_each_spelling(void)
{
	check_port_start(
		"{name: net.ipv4.ip_unprivileged_port_start, value: '0'}", "0");
	check_port_start(
		"{name: net/ipv4/ip_unprivileged_port_start, value: '80'}, {name: a, value: b}",
		"80");
	check_port_start(
		"{name: net.ipv4/ip_unprivileged_port_start, value: '1'}", "1");
	check_port_start(
		"{name: net.ipv4.ip_unprivileged_port_star, value: '0'}", NULL);
	check_port_start(
		"{name: net.ipv4.ip_unprivileged_port_start2, value: '0'}",
		NULL);
	check_port_start(
		"{name: net.ipv4.ip.unprivileged_port_start, value: '0'}",
		NULL);
	check_port_start("{value: '0'}", NULL);
	check_port_start("", NULL);
}

static void objects_that_make_no_pod_are_refused_alone(void)
{
	struct manifest manifest CLEANUP_MANIFEST;

	check_error("kind: Service\n",
		    "'f':1:1: 'kind' is 'Service', which makes no pod: " KINDS);
	check_error("a: b\n", "'f':1:1: 'kind' is missing: " KINDS);
	check_error("", "'f': no pod in it: " KINDS);
	check_error("kind: Pod\nspec: {}\n",
		    "'f':1:1: Pod: 'metadata.name' is missing: add it");
	check_error("kind: Job\nmetadata: {name: a}\nspec: {}\n",
		    "'f':3:7: Job: 'template' is missing: add it");
	CHECK(read_pod(&manifest, "kind: Service\n---\n" POD
				  "  containers: [{name: c}]\n"));
}

static void a_runtime_class_names_its_handler(void)
{
	struct manifest manifest CLEANUP_MANIFEST;

	CHECK(read_pod(&manifest,
		       "kind: RuntimeClass\nmetadata: {name: r}\nhandler: h\n"
		       "---\n" POD "  containers: [{name: c}]\n"));
	CHECK_STR(manifest_handler(&manifest, "r"), "h");
	CHECK(!manifest_handler(&manifest, "h"));
	check_error(
		"kind: RuntimeClass\nmetadata: {name: r}\n",
		"'f':1:1: RuntimeClass: 'metadata.name' or 'handler' is missing: add it");
}

/* Aliases make lists of lists cheap to write. */
static void the_number_of_objects_and_containers_is_limited(void)
{
	char text[65536];
	size_t len;

	len = (size_t)snprintf(text, sizeof(text),
			       POD "  containers:\n  - &c {name: c}\n");
	for (int i = 0; i < POD_CONTAINERS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"  - *c\n");
	check_error(text, "'f':5:5: more than 1000 containers: split the file");
	len = (size_t)snprintf(text, sizeof(text),
			       "kind: List\nitems:\n- &c {kind: A}\n"
			       "- &d {kind: List, items: [");
	for (int i = 0; i < 200; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "*c,");
	len += (size_t)snprintf(text + len, sizeof(text) - len, "]}\n");
	for (int i = 0; i < 200; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"- *d\n");
	check_error(text, "'f':3:3: more than 10000 objects: split the file");
	check_error(
		"kind: List\nitems: [{kind: List, items: [{kind: List, items: [{kind: List, items: [{kind: List, items: []}]}]}]}]\n",
		"'f':2:72: too many lists in each other");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_containers_context_counts_before_the_pods),
	TAP_TEST(null_is_absent),
	TAP_TEST(strings_are_strings_for_all_readers),
	TAP_TEST(ids_are_decimal_numbers),
	TAP_TEST(other_types_are_refused),
	TAP_TEST(the_sysctl_of_ports_is_known_in_each_spelling),
	TAP_TEST(objects_that_make_no_pod_are_refused_alone),
	TAP_TEST(a_runtime_class_names_its_handler),
	TAP_TEST(the_number_of_objects_and_containers_is_limited),
};

TAP_MAIN(tests)
