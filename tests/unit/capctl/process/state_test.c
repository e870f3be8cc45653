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

static void check_refused(const char *text)
{
	struct container_state state;
	struct err err = { 0 };

	CHECK(container_state_parse(&state, RUNTIME_RUNC, text, strlen(text),
				    &err) == -1);
	CHECK_STR(err.text, "not a container state: expected a JSON object");
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
	      "{\"config\":{\"labels\":[\"bundle=/forged\",\"a=b\","
	      "\"bundle=/b/c\"]}}",
	      0, 0, "/b/c");
}

static void missing_or_invalid_values_are_empty(void)
{
	check(RUNTIME_RUNC, "{}", 0, 0, NULL);
	check(RUNTIME_RUNC, "{\"config\":{\"labels\":\"bundle=/b\"}}", 0, 0,
	      NULL);
	check(RUNTIME_RUNC, "{\"config\":{\"labels\":[\"bundle=b\", 1]}}", 0, 0,
	      NULL);
	check(RUNTIME_RUNC, "{\"config\":[]}", 0, 0, NULL);
	check(RUNTIME_CRUN, "{\"pid\":-1,\"process-start-time\":\"34\"}", 0, 0,
	      NULL);
	check(RUNTIME_CRUN, "{\"pid\":4294967297,\"bundle\":\"/b\\u0000c\"}", 0,
	      0, NULL);
}

static void a_state_must_be_an_object(void)
{
	check_refused("");
	check_refused("[]");
	check_refused("{");
	check_refused("12");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_state_of_runc_has_pid_start_and_bundle),
	TAP_TEST(a_state_of_crun_has_pid_start_and_bundle),
	TAP_TEST(an_annotation_does_not_name_the_bundle),
	TAP_TEST(missing_or_invalid_values_are_empty),
	TAP_TEST(a_state_must_be_an_object),
};

TAP_MAIN(tests)
