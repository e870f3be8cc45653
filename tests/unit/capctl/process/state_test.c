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
	CHECK_STR(err.text, "is no state of a container");
	container_state_free(&state);
}

static void runc_says_pid_start_and_bundle(void)
{
	check(RUNTIME_RUNC,
	      "{\"id\":\"a\",\"init_process_pid\":12,\"init_process_start\":34,"
	      "\"config\":{\"labels\":[\"x=y\",\"bundle=/b/c\"]}}",
	      12, 34, "/b/c");
}

static void crun_says_pid_start_and_bundle(void)
{
	check(RUNTIME_CRUN,
	      "{\"pid\":12,\"process-start-time\":34,\"bundle\":\"/b/c\"}", 12,
	      34, "/b/c");
}

static void what_is_missing_or_odd_is_none(void)
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

static void what_is_no_object_is_refused(void)
{
	check_refused("");
	check_refused("[]");
	check_refused("{");
	check_refused("12");
}

static void the_start_is_told_whatever_the_name(void)
{
	CHECK_U64(container_state_start(
			  "7 (a) b) (c) S 1 2 3 4 -5 6 7 8 9 10 11 12 13 14 "
			  "15 16 17 0 99 100"),
		  99);
	CHECK_U64(container_state_start("7 (a) S 1 2 3"), 0);
	CHECK_U64(container_state_start(""), 0);
}

static void a_zombie_has_ended(void)
{
	CHECK(container_state_has_ended("7 (a) Z 1 2 3"));
	CHECK(container_state_has_ended("7 (a) S) X 1 2 3"));
	CHECK(!container_state_has_ended("7 (a) S 1 2 3"));
	CHECK(!container_state_has_ended("7 (a) Z) R 1 2 3"));
	CHECK(!container_state_has_ended("7 (a)"));
	CHECK(!container_state_has_ended(""));
}

static const struct tap_test tests[] = {
	TAP_TEST(runc_says_pid_start_and_bundle),
	TAP_TEST(crun_says_pid_start_and_bundle),
	TAP_TEST(what_is_missing_or_odd_is_none),
	TAP_TEST(what_is_no_object_is_refused),
	TAP_TEST(the_start_is_told_whatever_the_name),
	TAP_TEST(a_zombie_has_ended),
};

TAP_MAIN(tests)
