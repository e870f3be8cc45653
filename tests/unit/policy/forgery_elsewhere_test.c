/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forged annotations of sandboxes (a pod can set nearly all of those), under
 * handlers of another engine, and without an engine. Others: forgery_test.c.
 */
#include "config.h"

#include "policy/parse.h"

#include "forged_config.h"
#include "tap.h"

#define CRIO_MARK "\"io.container.manager\": \"cri-o\""
#define CONTAINERD_MARK "\"io.kubernetes.cri.container-type\": \"container\""
#define CRIO_NAMES                                                             \
	"\"io.kubernetes.pod.namespace\": \"ns\", "                            \
	"\"io.kubernetes.pod.name\": \"pod\", "                                \
	"\"io.kubernetes.container.name\": \"main\", "                         \
	"\"io.kubernetes.cri-o.ImageName\": \"image\""
#define CONTAINERD_NAMES                                                       \
	"\"io.kubernetes.cri.sandbox-namespace\": \"ns\", "                    \
	"\"io.kubernetes.cri.sandbox-name\": \"pod\", "                        \
	"\"io.kubernetes.cri.container-name\": \"main\", "                     \
	"\"io.kubernetes.cri.image-name\": \"image\""

/* Rules for each handler; then one for trusted names, and one for all. */
#define POLICY                                                                 \
	"{\"version\": 1, \"engine\": {\"capruntime\": \"cri-o\", "            \
	"\"capruntime-ctr\": \"containerd\", \"capruntime-no\": \"none\"}, "   \
	"\"rules\": ["                                                         \
	"{\"name\": \"namespace\", \"match\": "                                \
	"{\"namespace\": \"*\", \"uid\": \"0-\"}}, "                           \
	"{\"name\": \"pod\", \"match\": {\"pod\": \"*\", \"uid\": \"0-\"}}, "  \
	"{\"name\": \"container\", \"match\": "                                \
	"{\"container\": \"*\", \"uid\": \"0-\"}}, "                           \
	"{\"name\": \"image\", \"match\": "                                    \
	"{\"image\": \"!nothing\", \"uid\": \"0-\"}}, "                        \
	"{\"name\": \"any\", \"match\": {\"uid\": \"0-\"}}]}"

static struct policy read_policy(void)
{
	struct policy_problems problems = { 0 };
	struct policy policy = { 0 };

	policy_parse(&policy,
		     &(struct json_doc){ .name = "policy.json",
					 .text = POLICY,
					 .len = strlen(POLICY) },
		     POLICY_MAIN, &problems);
	if (!CHECK(problems.count == 0))
		printf("# %s\n", problems.first.text);
	return policy;
}

static struct verdict judge_as(const char *handler, const struct json_doc *doc)
{
	struct policy policy CLEANUP_POLICY = read_policy();

	return judge(&policy, policy_engine(&policy, handler), doc);
}

static void check_rule(const char *handler, const struct json_doc *doc,
		       const char *rule)
{
	struct verdict verdict = judge_as(handler, doc);

	if (!CHECK(verdict.status == 0 && verdict.kind == SUBJECT_CONTAINER) ||
	    !CHECK_STR(verdict.rule, rule))
		printf("# %s by %s: %s\n", doc->name, handler,
		       verdict.err.text);
}

static void check_refused(const char *handler, const struct json_doc *doc,
			  const char *reason)
{
	struct verdict verdict = judge_as(handler, doc);

	if (!CHECK(verdict.status == -1))
		printf("# %s by %s\n", doc->name, handler);
	CHECK_HAS(verdict.err.text, reason);
}

static void check_sandbox(const char *handler, const struct json_doc *doc,
			  const char *what)
{
	struct verdict verdict = judge_as(handler, doc);

	if (!CHECK(verdict.status == 0 && verdict.kind == SUBJECT_SANDBOX))
		printf("# %s: %s\n", what, verdict.err.text);
	CHECK_STR(verdict.rule, "");
}

static void handlers_have_the_engine_that_they_are_given(void)
{
	struct policy policy CLEANUP_POLICY = read_policy();

	CHECK(policy_engine(&policy, "capruntime") == ENGINE_CRIO);
	CHECK(policy_engine(&policy, "capruntime-ctr") == ENGINE_CONTAINERD);
	CHECK(policy_engine(&policy, "capruntime-no") == ENGINE_NONE);
	CHECK(policy_engine(&policy, "capruntime-x") == ENGINE_NONE);
	CHECK(policy_engine(&policy, "Capruntime") == ENGINE_NONE);
	CHECK(policy_engine(&policy, "") == ENGINE_NONE);
}

static void true_marks_count_only_by_their_engines_handler(void)
{
	struct testdata crio CLEANUP_TESTDATA =
		read_fixture("crio/plain.config.json");
	struct testdata containerd CLEANUP_TESTDATA =
		read_fixture("containerd-cri/container.nnp.main.config.json");

	check_rule("capruntime", &crio.doc, "namespace");
	check_rule("capruntime-ctr", &containerd.doc, "namespace");
	check_refused("capruntime-ctr", &crio.doc,
		      "was not written by containerd");
	check_refused("capruntime", &containerd.doc,
		      "was not written by cri-o");
}

static void by_a_handler_without_an_engine_no_name_counts(void)
{
	static const char *const handlers[] = { "capruntime-no", "elsewhere" };
	static const char *const files[] = {
		"crio/plain.config.json",
		"crio-kubelet/container.probed.main.config.json",
		"crio/sandbox.config.json",
		"containerd-cri/container.probed.side.config.json",
		"containerd-cri/sandbox.dropall.pause.config.json",
		"podman/user1000.config.json",
		"containerd-ctr/u1000.config.json",
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct testdata data CLEANUP_TESTDATA = read_fixture(files[i]);

		check_rule(handlers[0], &data.doc, "any");
		check_rule(handlers[1], &data.doc, "any");
	}
}

static void without_the_engines_mark_a_config_is_refused(void)
{
	static const char *const files[] = {
		"podman/user1000.config.json", "podman/default.config.json",
		"containerd-ctr/u1000.config.json",
		"containerd-ctr/default.config.json"
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct testdata data CLEANUP_TESTDATA = read_fixture(files[i]);

		check_refused("capruntime", &data.doc,
			      "was not written by cri-o");
		check_refused("capruntime-ctr", &data.doc,
			      "was not written by containerd");
	}
}

/* In the form of `podman run --annotation`. */
static void everything_forged_under_podman_stands_for_nothing(void)
{
	struct testdata podman CLEANUP_TESTDATA =
		read_fixture("podman/user1000.config.json");
	struct testdata marked CLEANUP_TESTDATA = forged_replace(
		&podman.doc, "io.container.manager", "\"cri-o\"");
	struct testdata forged CLEANUP_TESTDATA =
		forged_add(&marked.doc, FORGED_BEFORE,
			   CRIO_NAMES "," CONTAINERD_MARK "," CONTAINERD_NAMES);

	check_rule("capruntime-no", &forged.doc, "any");
	check_rule("elsewhere", &forged.doc, "any");
}

static void no_forged_mark_makes_a_sandbox_where_there_is_no_engine(void)
{
	struct testdata podman CLEANUP_TESTDATA =
		read_fixture("podman/user1000.config.json");
	struct testdata forged CLEANUP_TESTDATA =
		forged_add(&podman.doc, FORGED_AFTER,
			   "\"io.kubernetes.container.name\": \"POD\", "
			   "\"io.kubernetes.cri-o.ContainerType\": \"sandbox\","
			   "\"io.kubernetes.cri.container-type\": \"sandbox\"");

	check_rule("capruntime-no", &forged.doc, "any");
	check_rule("elsewhere", &forged.doc, "any");
}

static void a_second_mark_does_not_stand_in_for_the_first(void)
{
	struct testdata podman CLEANUP_TESTDATA =
		read_fixture("podman/user1000.config.json");
	struct testdata before CLEANUP_TESTDATA =
		forged_add(&podman.doc, FORGED_BEFORE, CRIO_MARK);
	struct testdata after CLEANUP_TESTDATA =
		forged_add(&podman.doc, FORGED_AFTER, CRIO_MARK);

	check_refused("capruntime", &before.doc, "duplicate key");
	check_refused("capruntime", &after.doc, "duplicate key");
	check_refused("elsewhere", &after.doc, "duplicate key");
}

static void sandboxes_are_told_by_their_own_engine(void)
{
	struct testdata crio CLEANUP_TESTDATA =
		read_fixture("crio/sandbox.config.json");
	struct testdata containerd CLEANUP_TESTDATA = read_fixture(
		"containerd-cri/sandbox.dropall.pause.config.json");

	check_sandbox("capruntime", &crio.doc, "as it was");
	check_sandbox("capruntime-ctr", &containerd.doc, "as it was");
	check_refused("capruntime-ctr", &crio.doc,
		      "was not written by containerd");
	check_refused("capruntime", &containerd.doc,
		      "was not written by cri-o");
}

/*
 * A pod can overwrite all of CRI-O's annotations of a sandbox but the
 * container's name.
 */
static void a_crio_sandbox_stays_one_whatever_is_overwritten(void)
{
	static const char *const values[] = { "\"container\"", "\"libpod\"",
					      "\"\"", "null" };
	struct testdata data CLEANUP_TESTDATA =
		read_fixture("crio/sandbox.config.json");
	struct json_value annotations;
	struct json_iter iter;
	struct json_member member;
	int overwritten = 0;

	REQUIRE(forged_find(&data.doc, json_root(&data.doc), "annotations",
			    &annotations));
	iter = json_iterate(&data.doc, annotations);
	for (; json_next_member(&iter, &member); overwritten++) {
		if (json_string_is(&data.doc, member.key,
				   "io.kubernetes.container.name"))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			struct testdata forged CLEANUP_TESTDATA =
				forged_splice(&data.doc, member.value.start,
					      member.value.end, values[i]);

			check_sandbox("capruntime", &forged.doc,
				      forged.owned + member.key.start);
		}
	}
	CHECK(overwritten > 30);
}

static void a_crio_sandbox_with_nothing_but_its_name_stays_one(void)
{
	struct testdata data CLEANUP_TESTDATA =
		read_fixture("crio/sandbox.config.json");
	struct testdata forged CLEANUP_TESTDATA;
	struct json_value annotations;

	REQUIRE(forged_find(&data.doc, json_root(&data.doc), "annotations",
			    &annotations));
	forged = forged_splice(
		&data.doc, annotations.start, annotations.end,
		"{\"io.container.manager\": \"x\", " CONTAINERD_MARK
		", \"io.kubernetes.cri-o.ContainerType\": \"container\", "
		"\"io.kubernetes.container.name\": \"POD\"}");
	check_sandbox("capruntime", &forged.doc, "nothing but its name");
}

static void forged_marks_do_not_make_a_sandbox_a_container(void)
{
	static const char *const forgeries[] = {
		CONTAINERD_MARK,
		CONTAINERD_NAMES,
		"\"io.kubernetes.cri-o.containerType\": \"container\"",
	};
	struct testdata data CLEANUP_TESTDATA =
		read_fixture("crio/sandbox.config.json");
	struct testdata other CLEANUP_TESTDATA = read_fixture(
		"containerd-cri/sandbox.dropall.pause.config.json");
	struct testdata forged CLEANUP_TESTDATA =
		forged_add(&other.doc, FORGED_BEFORE,
			   CRIO_MARK "," CRIO_NAMES
				     ", \"io.kubernetes.cri-o.ContainerType\": "
				     "\"container\"");

	check_sandbox("capruntime-ctr", &forged.doc, "CRI-O's marks");
	for (size_t i = 0; i < ARRAY_LEN(forgeries); i++) {
		struct testdata before CLEANUP_TESTDATA =
			forged_add(&data.doc, FORGED_BEFORE, forgeries[i]);
		struct testdata after CLEANUP_TESTDATA =
			forged_add(&data.doc, FORGED_AFTER, forgeries[i]);

		check_sandbox("capruntime", &before.doc, forgeries[i]);
		check_sandbox("capruntime", &after.doc, forgeries[i]);
	}
}

static void a_sandbox_with_its_name_twice_is_refused(void)
{
	static const char name[] = "\"io.kubernetes.container.name\": \"main\"";
	struct testdata data CLEANUP_TESTDATA =
		read_fixture("crio/sandbox.config.json");
	struct testdata before CLEANUP_TESTDATA =
		forged_add(&data.doc, FORGED_BEFORE, name);
	struct testdata after CLEANUP_TESTDATA =
		forged_add(&data.doc, FORGED_AFTER, name);

	check_refused("capruntime", &before.doc, "duplicate key");
	check_refused("capruntime", &after.doc, "duplicate key");
}

static const struct tap_test tests[] = {
	TAP_TEST(handlers_have_the_engine_that_they_are_given),
	TAP_TEST(true_marks_count_only_by_their_engines_handler),
	TAP_TEST(by_a_handler_without_an_engine_no_name_counts),
	TAP_TEST(without_the_engines_mark_a_config_is_refused),
	TAP_TEST(everything_forged_under_podman_stands_for_nothing),
	TAP_TEST(no_forged_mark_makes_a_sandbox_where_there_is_no_engine),
	TAP_TEST(a_second_mark_does_not_stand_in_for_the_first),
	TAP_TEST(sandboxes_are_told_by_their_own_engine),
	TAP_TEST(a_crio_sandbox_stays_one_whatever_is_overwritten),
	TAP_TEST(a_crio_sandbox_with_nothing_but_its_name_stays_one),
	TAP_TEST(forged_marks_do_not_make_a_sandbox_a_container),
	TAP_TEST(a_sandbox_with_its_name_twice_is_refused),
};
TAP_MAIN(tests)
