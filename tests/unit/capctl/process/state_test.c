/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/state.h"

#include "tap.h"

static void check(enum runtime_dialect dialect, const char *text, int32_t pid,
		  uint64_t start, const char *bundle)
{
	struct container_state state;
	struct err err = { 0 };

	if (!CHECK(container_state_parse(&state, dialect, text, strlen(text),
					 &err) == 0))
		printf("# %s: %s\n", text, err.text);
	CHECK(state.pid == pid);
	CHECK_U64(state.start, start);
	CHECK_STR(state.bundle, bundle);
	container_state_free(&state);
}

static void check_refused(enum runtime_dialect dialect, const char *text,
			  const char *expected)
{
	struct container_state state;
	struct err err = { 0 };

	CHECK(container_state_parse(&state, dialect, text, strlen(text),
				    &err) == -1);
	if (!CHECK(strcmp(err.text + strlen("not a container state: expected "),
			  expected) == 0))
		printf("# %s: %s\n", text, err.text);
	container_state_free(&state);
}

static void a_state_of_runc_has_pid_start_and_bundle(void)
{
	check(RUNTIME_RUNC,
	      "{\"id\":\"a\",\"init_process_pid\":12,\"init_process_start\":34,"
	      "\"config\":{\"labels\":[\"x=y\",\"bundle=/b/c\"]}}",
	      12, 34, "/b/c");
}

static void a_state_of_crun_has_pid_start_and_bundle(void)
{
	check(RUNTIME_CRUN,
	      "{\"pid\":12,\"process-start-time\":34,\"bundle\":\"/b/c\"}", 12,
	      34, "/b/c");
}

/* runc makes a label of each annotation, and adds the bundle after them. */
static void an_annotation_does_not_name_the_bundle(void)
{
	check(RUNTIME_RUNC,
	      "{\"init_process_pid\":0,\"config\":{\"labels\":[\"bundle=/forged\",\"a=b\","
	      "\"bundle=/b/c\"]}}",
	      0, 0, "/b/c");
}

static void missing_or_invalid_values_are_empty(void)
{
	check(RUNTIME_RUNC, "{\"init_process_pid\":0}", 0, 0, NULL);
	check(RUNTIME_RUNC,
	      "{\"init_process_pid\":1,\"config\":{\"labels\":\"bundle=/b\"}}",
	      1, 0, NULL);
	check(RUNTIME_RUNC,
	      "{\"init_process_pid\":1,\"config\":{\"labels\":[\"bundle=b\",1]}}",
	      1, 0, NULL);
	check(RUNTIME_RUNC, "{\"init_process_pid\":1,\"config\":[]}", 1, 0,
	      NULL);
	check(RUNTIME_CRUN, "{\"pid\":1,\"process-start-time\":\"34\"}", 1, 0,
	      NULL);
	check(RUNTIME_CRUN, "{\"pid\":1,\"bundle\":\"/b\\u0000c\"}", 1, 0,
	      NULL);
}

static void a_state_must_be_an_object(void)
{
	static const char *const texts[] = { "", "[]", "{", "12" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_refused(RUNTIME_RUNC, texts[i], "a JSON object");
}

static void a_state_must_have_a_pid(void)
{
	static const char *const values[] = { "-1", "4294967297", "\"12\"",
					      "12.5", "null" };
	char text[64];

	check_refused(RUNTIME_RUNC, "{\"pid\":12}",
		      "a process ID as 'init_process_pid'");
	check_refused(RUNTIME_CRUN, "{}", "a process ID as 'pid'");
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		snprintf(text, sizeof(text), "{\"pid\":%s}", values[i]);
		check_refused(RUNTIME_CRUN, text, "a process ID as 'pid'");
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_state_of_runc_has_pid_start_and_bundle),
	TAP_TEST(a_state_of_crun_has_pid_start_and_bundle),
	TAP_TEST(an_annotation_does_not_name_the_bundle),
	TAP_TEST(missing_or_invalid_values_are_empty),
	TAP_TEST(a_state_must_be_an_object),
	TAP_TEST(a_state_must_have_a_pid),
};

TAP_MAIN(tests)
