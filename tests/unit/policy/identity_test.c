/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/identity.h"

#include "annotations_of.h"
#include "tap.h"

#define CRIO_MARK "\"io.container.manager\": \"cri-o\""
#define CRIO_TEXTS                                                             \
	"\"io.kubernetes.pod.namespace\": \"ns\", "                            \
	"\"io.kubernetes.pod.name\": \"pod\", "                                \
	"\"io.kubernetes.container.name\": \"container\", "                    \
	"\"io.kubernetes.cri-o.ImageName\": \"image\""
#define CONTAINERD_MARK "\"io.kubernetes.cri.container-type\": \"container\""
#define CONTAINERD_TEXTS                                                       \
	"\"io.kubernetes.cri.sandbox-namespace\": \"NS\", "                    \
	"\"io.kubernetes.cri.sandbox-name\": \"POD\", "                        \
	"\"io.kubernetes.cri.container-name\": \"CONTAINER\", "                \
	"\"io.kubernetes.cri.image-name\": \"IMAGE\""
#define ALL                                                                    \
	"{" CRIO_MARK "," CRIO_TEXTS "," CONTAINERD_MARK "," CONTAINERD_TEXTS  \
	"}"

static const enum engine engines[] = { ENGINE_NONE, ENGINE_PODMAN, ENGINE_CRIO,
				       ENGINE_CONTAINERD };

struct result {
	int status;
	enum subject_kind kind;
	struct match_subject subject;
	struct annotations annotations;
	struct err err;
};

#define CLEANUP_RESULT __attribute__((cleanup(result_free)))

static void result_free(struct result *result)
{
	annotations_free(&result->annotations);
}

/* `result` must not move: its subject points into it. */
static void identify(struct result *result, enum engine engine,
		     const char *text)
{
	*result = (struct result){ .kind = (enum subject_kind)77,
				   .annotations = annotations_of(text) };
	result->subject.texts[MATCH_ID] = "id";
	result->subject.texts[MATCH_HANDLER] = "handler";
	result->status =
		subject_identify(&result->subject, &result->kind, engine,
				 &result->annotations, &result->err);
}

static void check_texts(const struct result *result, const char *namespace,
			const char *pod, const char *container,
			const char *image)
{
	CHECK_STR(result->subject.texts[MATCH_NAMESPACE], namespace);
	CHECK_STR(result->subject.texts[MATCH_POD], pod);
	CHECK_STR(result->subject.texts[MATCH_CONTAINER], container);
	CHECK_STR(result->subject.texts[MATCH_IMAGE], image);
	CHECK_STR(result->subject.texts[MATCH_ID], "id");
	CHECK_STR(result->subject.texts[MATCH_HANDLER], "handler");
}

static void check_container(enum engine engine, const char *text,
			    const char *namespace, const char *pod,
			    const char *container, const char *image)
{
	struct result result CLEANUP_RESULT;

	identify(&result, engine, text);
	if (!CHECK(result.status == 0))
		printf("# %s\n", result.err.text);
	CHECK(result.kind == SUBJECT_CONTAINER);
	CHECK(result.subject.annotations == &result.annotations);
	check_texts(&result, namespace, pod, container, image);
}

/* No annotation of a sandbox is trusted. */
static void check_sandbox(enum engine engine, const char *text)
{
	struct result result CLEANUP_RESULT;

	identify(&result, engine, text);
	CHECK(result.status == 0);
	CHECK(result.kind == SUBJECT_SANDBOX);
	CHECK(result.subject.annotations == &result.annotations);
	check_texts(&result, NULL, NULL, NULL, NULL);
}

static void check_refused(enum engine engine, const char *text, const char *key)
{
	struct result result CLEANUP_RESULT;

	identify(&result, engine, text);
	if (!CHECK(result.status == -1))
		printf("# %s\n", text);
	CHECK_HAS(result.err.text, engine_policy_name(engine));
	CHECK_HAS(result.err.text, key);
	CHECK_HAS(result.err.text, "has no annotation");
	check_texts(&result, NULL, NULL, NULL, NULL);
}

static void engines_have_the_names_of_the_policy(void)
{
	CHECK_STR(engine_policy_name(ENGINE_NONE), "none");
	CHECK_STR(engine_policy_name(ENGINE_CRIO), "cri-o");
	CHECK_STR(engine_policy_name(ENGINE_CONTAINERD), "containerd");
	CHECK(!engine_policy_name(ENGINE_PODMAN));
	CHECK(!engine_policy_name(ENGINE_DOCKER));
}

static void each_engine_is_believed_by_its_own_keys_alone(void)
{
	check_container(ENGINE_CRIO, ALL, "ns", "pod", "container", "image");
	check_container(ENGINE_CONTAINERD, ALL, "NS", "POD", "CONTAINER",
			"IMAGE");
	check_container(ENGINE_NONE, ALL, NULL, NULL, NULL, NULL);
}

static void another_engines_names_stand_for_nothing(void)
{
	check_container(ENGINE_CRIO, "{" CRIO_MARK "," CONTAINERD_TEXTS "}",
			NULL, NULL, NULL, NULL);
	check_container(ENGINE_CONTAINERD,
			"{" CONTAINERD_MARK "," CRIO_TEXTS "}", NULL, NULL,
			NULL, NULL);
}

static void names_that_pods_can_invent_stand_for_nothing(void)
{
	check_container(ENGINE_CRIO,
			"{" CRIO_MARK
			", \"io.kubernetes.cri-o.Namespace\": \"a\""
			", \"io.kubernetes.cri-o.KubeName\": \"a\""
			", \"io.kubernetes.cri-o.ContainerName\": \"a\""
			", \"io.kubernetes.cri-o.Image\": \"a\"}",
			NULL, NULL, NULL, NULL);
}

static void a_name_that_is_not_there_is_absent(void)
{
	check_container(ENGINE_CRIO,
			"{" CRIO_MARK ", \"io.kubernetes.pod.name\": \"\"}",
			NULL, "", NULL, NULL);
	check_container(ENGINE_CONTAINERD,
			"{" CONTAINERD_MARK
			", \"io.kubernetes.cri.image-name\": \"i\"}",
			NULL, NULL, NULL, "i");
}

static void without_its_mark_a_config_is_refused(void)
{
	static const char crio_key[] = "'io.container.manager'";
	static const char containerd_key[] =
		"'io.kubernetes.cri.container-type'";

	check_refused(ENGINE_CRIO, "{}", crio_key);
	check_refused(ENGINE_CRIO, "{" CRIO_TEXTS "}", crio_key);
	check_refused(ENGINE_CRIO, "{" CONTAINERD_MARK "," CONTAINERD_TEXTS "}",
		      crio_key);
	check_refused(ENGINE_CONTAINERD, "{}", containerd_key);
	check_refused(ENGINE_CONTAINERD, "{" CONTAINERD_TEXTS "}",
		      containerd_key);
	check_refused(ENGINE_CONTAINERD, "{" CRIO_MARK "," CRIO_TEXTS "}",
		      containerd_key);
}

static void a_mark_with_another_value_or_spelling_is_none(void)
{
	static const char *const marks[] = {
		"\"io.container.manager\": \"libpod\"",
		"\"io.container.manager\": \"\"",
		"\"io.container.manager\": \"CRI-O\"",
		"\"io.container.manager\": \"cri-o \"",
		"\"io.container.manager\": null",
		"\"io.container.manager\": \"cri-o\\u0000\"",
		"\"io.container.manager\\u0000\": \"cri-o\"",
		"\"io.container.Manager\": \"cri-o\"",
	};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		char *text CLEANUP_FREE = NULL;

		REQUIRE(asprintf(&text, "{%s, " CRIO_TEXTS "}", marks[i]) > 0);
		check_refused(ENGINE_CRIO, text, "io.container.manager");
	}
}

static void a_mark_may_be_spelled_with_escapes(void)
{
	check_container(ENGINE_CRIO,
			"{\"io\\u002econtainer.manager\": \"cri\\u002do\"}",
			NULL, NULL, NULL, NULL);
}

static void both_marks_of_a_crio_sandbox_tell_it(void)
{
	check_sandbox(ENGINE_CRIO,
		      "{" CRIO_MARK
		      ", \"io.kubernetes.container.name\": \"POD\""
		      ", \"io.kubernetes.pod.namespace\": \"ns\"}");
	check_sandbox(ENGINE_CRIO,
		      "{" CRIO_MARK "," CRIO_TEXTS
		      ", \"io.kubernetes.cri-o.ContainerType\": \"sandbox\"}");
}

static void a_crio_sandbox_is_told_by_its_name_whatever_mark_it_has(void)
{
	static const char *const others[] = {
		"",
		", \"io.container.manager\": \"libpod\"",
		", \"io.container.manager\": \"\"",
		", " CRIO_MARK
		", \"io.kubernetes.cri-o.ContainerType\": \"container\"",
		", " CONTAINERD_MARK "," CONTAINERD_TEXTS,
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		char *text CLEANUP_FREE = NULL;

		REQUIRE(asprintf(
				&text,
				"{\"io.kubernetes.container.name\": \"POD\"%s}",
				others[i]) > 0);
		check_sandbox(ENGINE_CRIO, text);
	}
}

static void a_crio_sandbox_type_without_the_mark_is_refused(void)
{
	check_refused(ENGINE_CRIO,
		      "{\"io.kubernetes.cri-o.ContainerType\": \"sandbox\"}",
		      "io.container.manager");
}

static void a_containerd_sandbox_is_told_by_its_type(void)
{
	check_sandbox(ENGINE_CONTAINERD,
		      "{\"io.kubernetes.cri.container-type\": \"sandbox\", "
		      "\"io.kubernetes.cri.sandbox-namespace\": \"ns\"}");
}

static void other_types_and_names_are_no_sandboxes(void)
{
	static const char *const types[] = { "container", "Sandbox", "sandbox ",
					     "", "POD" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		char *crio CLEANUP_FREE = NULL, *containerd CLEANUP_FREE = NULL;

		REQUIRE(asprintf(&crio,
				 "{" CRIO_MARK
				 ", \"io.kubernetes.cri-o.ContainerType\": "
				 "\"%s\", \"io.kubernetes.container.name\": "
				 "\"pod\"}",
				 types[i]) > 0);
		check_container(ENGINE_CRIO, crio, NULL, NULL, "pod", NULL);
		REQUIRE(asprintf(&containerd,
				 "{\"io.kubernetes.cri.container-type\": "
				 "\"%s\"}",
				 types[i]) > 0);
		check_container(ENGINE_CONTAINERD, containerd, NULL, NULL, NULL,
				NULL);
	}
}

static void another_engines_sandbox_marks_make_none(void)
{
	check_container(ENGINE_CONTAINERD,
			"{" CONTAINERD_MARK
			", \"io.kubernetes.container.name\": \"POD\", "
			"\"io.kubernetes.cri-o.ContainerType\": \"sandbox\", "
			"\"io.kubernetes.cri.container-name\": \"POD\"}",
			NULL, NULL, "POD", NULL);
	check_container(ENGINE_CRIO,
			"{" CRIO_MARK
			", \"io.kubernetes.cri.container-type\": \"sandbox\"}",
			NULL, NULL, NULL, NULL);
	check_container(ENGINE_NONE,
			"{\"io.kubernetes.container.name\": \"POD\", "
			"\"io.kubernetes.cri.container-type\": \"sandbox\"}",
			NULL, NULL, NULL, NULL);
}

static void no_annotations_are_refused_only_where_a_mark_is_wanted(void)
{
	for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
		const struct annotations none = { 0 };
		struct match_subject subject = { 0 };
		enum subject_kind kind;
		struct err err;

		CHECK((subject_identify(&subject, &kind, engines[i], &none,
					&err) == 0) ==
		      (engines[i] == ENGINE_NONE ||
		       engines[i] == ENGINE_PODMAN));
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(engines_have_the_names_of_the_policy),
	TAP_TEST(each_engine_is_believed_by_its_own_keys_alone),
	TAP_TEST(another_engines_names_stand_for_nothing),
	TAP_TEST(names_that_pods_can_invent_stand_for_nothing),
	TAP_TEST(a_name_that_is_not_there_is_absent),
	TAP_TEST(without_its_mark_a_config_is_refused),
	TAP_TEST(a_mark_with_another_value_or_spelling_is_none),
	TAP_TEST(a_mark_may_be_spelled_with_escapes),
	TAP_TEST(both_marks_of_a_crio_sandbox_tell_it),
	TAP_TEST(a_crio_sandbox_is_told_by_its_name_whatever_mark_it_has),
	TAP_TEST(a_crio_sandbox_type_without_the_mark_is_refused),
	TAP_TEST(a_containerd_sandbox_is_told_by_its_type),
	TAP_TEST(other_types_and_names_are_no_sandboxes),
	TAP_TEST(another_engines_sandbox_marks_make_none),
	TAP_TEST(no_annotations_are_refused_only_where_a_mark_is_wanted),
};
TAP_MAIN(tests)
