/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pod's annotations never change which rule matches. The tests use
 * config.json files that the engines wrote.
 */
#include "config.h"

#include "policy/identity.h"

#include "annotations_of.h"
#include "forged_config.h"
#include "policy/parse.h"
#include "tap.h"

#define FORGED "kube-system"

struct fixture {
	const char *file;
	enum engine engine;
	const char *texts[4]; /* namespace, pod, container, image */
};

#define CRIO(name, container)                                                  \
	{                                                                      \
		"crio/" name ".config.json", ENGINE_CRIO,                      \
		{                                                              \
			"rigns", "rigpod", container, "localhost/busybox:rig"  \
		}                                                              \
	}
#define KUBELET(engine, directory, pod, container)                             \
	{                                                                      \
		directory "/container." pod "." container ".config.json",      \
			engine,                                                \
		{                                                              \
			"default", pod, container, "localhost/busybox:e2e"     \
		}                                                              \
	}
#define CRIO_KUBELET(pod, container)                                           \
	KUBELET(ENGINE_CRIO, "crio-kubelet", pod, container)
#define CONTAINERD(pod, container)                                             \
	KUBELET(ENGINE_CONTAINERD, "containerd-cri", pod, container)

static const struct fixture fixtures[] = {
	CRIO("add", "add"),
	CRIO("dropadd", "dropadd"),
	CRIO("nnp", "nnp"),
	CRIO("plain", "plain"),
	CRIO("priv", "priv"),
	CRIO("root", "root"),
	CRIO("sharedpid", "add"),
	CRIO("tty", "add"),
	CRIO_KUBELET("dropall", "main"),
	CRIO_KUBELET("hostns", "main"),
	CRIO_KUBELET("probed", "init"),
	CRIO_KUBELET("probed", "main"),
	CONTAINERD("dropall", "main"),
	CONTAINERD("guaranteed", "main"),
	CONTAINERD("hostns", "main"),
	CONTAINERD("nnp", "main"),
	CONTAINERD("privileged", "main"),
	CONTAINERD("probed", "init"),
	CONTAINERD("probed", "main"),
	CONTAINERD("probed", "side"),
};

/* Members in JSON. */
static const char *const forgeries[] = {
	"\"io.container.manager\": \"cri-o\"",
	"\"io.container.manager\": \"libpod\"",
	"\"io.container.manager\": \"containerd\"",
	"\"io.container.manager\": null",
	"\"io.kubernetes.cri.container-type\": \"container\"",
	"\"io.kubernetes.cri.container-type\": \"sandbox\"",
	"\"io.kubernetes.cri.sandbox-namespace\": \"" FORGED "\"",
	"\"io.kubernetes.cri.sandbox-name\": \"" FORGED "\"",
	"\"io.kubernetes.cri.sandbox-uid\": \"" FORGED "\"",
	"\"io.kubernetes.cri.sandbox-id\": \"" FORGED "\"",
	"\"io.kubernetes.cri.container-name\": \"" FORGED "\"",
	"\"io.kubernetes.cri.container-name\": \"POD\"",
	"\"io.kubernetes.cri.image-name\": \"" FORGED "\"",
	"\"io.kubernetes.cri-o.Namespace\": \"" FORGED "\"",
	"\"io.kubernetes.cri-o.KubeName\": \"" FORGED "\"",
	"\"io.kubernetes.cri-o.ContainerName\": \"" FORGED "\"",
	"\"io.kubernetes.cri-o.ContainerName\": \"POD\"",
	"\"io.kubernetes.cri-o.RuntimeHandler\": \"" FORGED "\"",
	"\"io.kubernetes.cri-o.PrivilegedRuntime\": \"true\"",
	"\"io.kubernetes.cri-o.HostNetwork\": \"true\"",
	"\"io.kubernetes.cri-o.ContainerType\": \"sandbox\"",
	"\"io.kubernetes.cri-o.ContainerType\": \"container\"",
	"\"io.kubernetes.cri-o.ImageName\": \"" FORGED "\"",
	"\"io.kubernetes.cri-o.ImageRef\": \"" FORGED "\"",
	"\"io.kubernetes.pod.namespace\": \"" FORGED "\"",
	"\"io.kubernetes.pod.namespace\": null",
	"\"io.kubernetes.pod\\u002enamespace\": \"" FORGED "\"",
	"\"io.kubernetes.pod.name\": \"" FORGED "\"",
	"\"io.kubernetes.pod.uid\": \"" FORGED "\"",
	"\"io.kubernetes.container.name\": \"" FORGED "\"",
	"\"io.kubernetes.container.name\": \"POD\"",
	"\"\\u0069o.kubernetes.container.name\": \"POD\"",
	/* Different keys, but equal ones for a careless reader. */
	"\"io.kubernetes.pod.namespace\\u0000\": \"" FORGED "\"",
	"\"io.kubernetes.cri.sandbox-namespace\\u0000\": \"" FORGED "\"",
	"\"IO.Kubernetes.Pod.Namespace\": \"" FORGED "\"",
	"\"io.kubernetes.pod.name\\u017fpace\": \"" FORGED "\"",
	"\"io.\\u212aubernetes.pod.namespace\": \"" FORGED "\"",
	"\"io.kubernetes.cri.Sandbox-Namespace\": \"" FORGED "\"",
	"\"io.kubernetes.container.Name\": \"POD\"",
	"\"io.kubernetes.cri.Container-Type\": \"sandbox\"",
	"\" io.kubernetes.pod.namespace\": \"" FORGED "\"",
	"\"io.kubernetes.pod.namespace \": \"" FORGED "\"",
	"\"namespace\": \"" FORGED "\"",
	"\"container\": \"" FORGED "\"",
	"\"x\": \"\\\",\\\"io.kubernetes.pod.namespace\\\":\\\"" FORGED "\"",
	"\"annotations\": \"{\\\"io.kubernetes.pod.name\\\":\\\"x\\\"}\"",
};

/*
 * For each key: a rule that matches only a forged value, one that matches every
 * value but the true one, and the one that must match.
 */
static struct policy make_policy(const struct fixture *fixture,
				 enum match_text key)
{
	const char *name = match_text_key(key);
	const char *value = fixture->texts[key];
	struct policy_problems problems = { 0 };
	struct policy policy = { 0 };
	char *text CLEANUP_FREE = NULL;

	if (asprintf(
		    &text,
		    "{\"version\": 1, \"engine\": \"%s\", \"rules\": ["
		    "{\"name\": \"forged\", \"match\": {\"%s\": [\"" FORGED
		    "\", \"POD\"], \"uid\": \"0-\"}},"
		    "{\"name\": \"other\", \"match\": {\"%s\": \"!%s\", "
		    "\"uid\": \"0-\"}},"
		    "{\"name\": \"wish\", \"match\": {\"uid\": \"0-\", "
		    "\"annotations\": {\"capruntime.io/ambient\": \"!NET*\"}}},"
		    "{\"name\": \"true\", \"match\": {\"%s\": \"%s\", "
		    "\"uid\": \"0-\", \"annotations\": "
		    "{\"capruntime.io/ambient\": \"NET_BIND_SERVICE\"}}},"
		    "{\"name\": \"any\", \"match\": {\"uid\": \"0-\"}}]}",
		    engine_policy_name(fixture->engine), name, name, value,
		    name, value) < 0)
		abort();
	policy_parse(&policy,
		     &(struct json_doc){ .name = "policy.json",
					 .text = text,
					 .len = strlen(text) },
		     POLICY_MAIN, &problems);
	if (!CHECK(problems.count == 0))
		printf("# %s\n", problems.first.text);
	return policy;
}

/* Whether the engine itself wrote the forged key. */
static bool is_duplicate(const struct annotations *true_ones,
			 const char *forgery)
{
	char *object CLEANUP_FREE = NULL;
	struct annotations forged CLEANUP_ANNOTATIONS = { 0 };
	const char *value = strstr(forgery, "\": ");

	if (asprintf(&object, "{%.*s\": \"\"}", (int)(value - forgery),
		     forgery) < 0)
		abort();
	forged = annotations_of(object);
	return forged.count && annotations_find(true_ones, forged.list[0].key);
}

static void check_forgery(const struct policy *policy,
			  const struct fixture *fixture,
			  const struct json_doc *doc, const char *forgery,
			  enum forged_place place, bool duplicate)
{
	struct testdata forged CLEANUP_TESTDATA =
		forged_add(doc, place, forgery);
	struct verdict verdict = judge(policy, fixture->engine, &forged.doc);
	bool as_wanted;

	if (duplicate)
		as_wanted = CHECK(verdict.status == -1) &&
			    CHECK(strstr(verdict.err.text, "duplicate key"));
	else
		as_wanted = CHECK(verdict.status == 0) &&
			    CHECK(verdict.kind == SUBJECT_CONTAINER) &&
			    CHECK_STR(verdict.rule, "true");
	if (!as_wanted)
		printf("# %s %s the true ones in %s: %s\n", forgery,
		       place == FORGED_BEFORE ? "before" : "after",
		       fixture->file, verdict.err.text);
}

static void check_fixture(const struct fixture *fixture, enum match_text key,
			  size_t *duplicates)
{
	struct testdata data CLEANUP_TESTDATA = read_fixture(fixture->file);
	struct policy policy CLEANUP_POLICY = make_policy(fixture, key);
	struct spec spec CLEANUP_SPEC = { 0 };
	struct verdict verdict = judge(&policy, fixture->engine, &data.doc);
	struct err err;

	REQUIRE(verdict.status == 0 && verdict.kind == SUBJECT_CONTAINER);
	CHECK_STR(verdict.rule, "true");
	REQUIRE(read_config(&spec, &data.doc, &err) == 0);
	for (size_t i = 0; i < ARRAY_LEN(forgeries); i++) {
		bool duplicate = is_duplicate(&spec.annotations, forgeries[i]);

		*duplicates += duplicate;
		check_forgery(&policy, fixture, &data.doc, forgeries[i],
			      FORGED_BEFORE, duplicate);
		check_forgery(&policy, fixture, &data.doc, forgeries[i],
			      FORGED_AFTER, duplicate);
	}
}

static void check_all(enum match_text key)
{
	size_t duplicates = 0;

	for (size_t i = 0; i < ARRAY_LEN(fixtures); i++)
		check_fixture(&fixtures[i], key, &duplicates);
	/* CRI-O's own keys are in 12 files, containerd's in 8. */
	CHECK_U64(duplicates, 12 * 16 + 8 * 9);
}

static void no_forgery_changes_a_rule_on_namespaces(void)
{
	check_all(MATCH_NAMESPACE);
}

static void no_forgery_changes_a_rule_on_pods(void)
{
	check_all(MATCH_POD);
}

static void no_forgery_changes_a_rule_on_containers(void)
{
	check_all(MATCH_CONTAINER);
}

static void no_forgery_changes_a_rule_on_images(void)
{
	check_all(MATCH_IMAGE);
}

static void a_second_annotations_object_is_refused(void)
{
	static const char *const seconds[] = {
		"\"annotations\": {\"io.kubernetes.pod.namespace\": \"x\"}",
		"\"Annotations\": {\"io.kubernetes.pod.namespace\": \"x\"}",
		"\"annotation\\u017f\": {}",
		"\"annotation\\u0073\": null",
	};

	for (size_t i = 0; i < ARRAY_LEN(fixtures) * ARRAY_LEN(seconds); i++) {
		const struct fixture *fixture =
			&fixtures[i / ARRAY_LEN(seconds)];
		struct testdata data CLEANUP_TESTDATA =
			read_fixture(fixture->file);
		struct json_value root = json_root(&data.doc);
		struct testdata before CLEANUP_TESTDATA =
			forged_add_to(&data.doc, root, FORGED_BEFORE,
				      seconds[i % ARRAY_LEN(seconds)]);
		struct testdata after CLEANUP_TESTDATA =
			forged_add_to(&data.doc, root, FORGED_AFTER,
				      seconds[i % ARRAY_LEN(seconds)]);
		const struct policy none = { 0 };

		CHECK(judge(&none, fixture->engine, &before.doc).status == -1);
		CHECK(judge(&none, fixture->engine, &after.doc).status == -1);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(no_forgery_changes_a_rule_on_namespaces),
	TAP_TEST(no_forgery_changes_a_rule_on_pods),
	TAP_TEST(no_forgery_changes_a_rule_on_containers),
	TAP_TEST(no_forgery_changes_a_rule_on_images),
	TAP_TEST(a_second_annotations_object_is_refused),
};
TAP_MAIN(tests)
