/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/ask.h"

#include <string.h>

#include "tap.h"

/* Long enough for a busy machine. */
#define LONG_MS 600000

static struct engine_answer ask_shell(const char *script, int limit)
{
	char shell[] = "/bin/sh", option[] = "-c";
	char *words = strdup(script);
	char *const argv[] = { shell, option, words, NULL };
	struct engine_answer answer = { .status = -2 };
	struct err err = { 0 };

	CHECK(engine_ask(argv, limit, &answer, &err) == 0);
	CHECK_STR(err.text, "");
	free(words);
	return answer;
}

static void both_outputs_and_the_status_are_kept(void)
{
	struct engine_answer answer CLEANUP_ANSWER = ask_shell(
		"echo out; echo first >&2; echo last >&2; exit 3", LONG_MS);

	CHECK(answer.status == 3);
	CHECK_STR(answer.output, "out\n");
	CHECK_U64(answer.output_len, 4);
	CHECK_STR(engine_answer_last_error(&answer), "last");
}

static void standard_input_is_empty(void)
{
	struct engine_answer answer CLEANUP_ANSWER =
		ask_shell("cat; echo end", LONG_MS);

	CHECK(answer.status == 0);
	CHECK_STR(answer.output, "end\n");
	CHECK_STR(engine_answer_last_error(&answer), "");
}

static void the_environment_has_path_alone(void)
{
	struct engine_answer answer CLEANUP_ANSWER =
		ask_shell("exec env", LONG_MS);

	CHECK_HAS(answer.output, "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
	CHECK(!strstr(answer.output, "HOME="));
}

static void a_program_that_does_not_end_is_killed(void)
{
	struct engine_answer living CLEANUP_ANSWER =
		ask_shell("sleep 600 & echo out; sleep 600", 200);
	struct engine_answer silent CLEANUP_ANSWER =
		ask_shell("exec sleep 600 >/dev/null 2>&1", 200);

	CHECK(living.status == -1);
	CHECK(silent.status == -1);
}

static void too_much_output_is_cut(void)
{
	struct engine_answer answer CLEANUP_ANSWER = ask_shell("yes", LONG_MS);

	CHECK(answer.status == -1);
	CHECK_U64(answer.output_len, ENGINE_ASK_OUTPUT_MAX);
	CHECK_U64(strlen(answer.output), ENGINE_ASK_OUTPUT_MAX);
}

static void many_errors_do_not_stop_the_program(void)
{
	struct engine_answer answer CLEANUP_ANSWER = ask_shell(
		"head -c 100000 /dev/zero | tr '\\0' x >&2; echo end", LONG_MS);

	CHECK(answer.status == 0);
	CHECK_STR(answer.output, "end\n");
	CHECK_U64(strlen(answer.errors), ENGINE_ASK_ERRORS_MAX);
}

static void a_signal_is_no_exit_status(void)
{
	struct engine_answer answer CLEANUP_ANSWER =
		ask_shell("kill -9 $$", LONG_MS);

	CHECK(answer.status == -1);
}

static void that_status_alone_is_a_program_that_does_not_start(void)
{
	char shell[] = "/bin/sh", option[] = "-c", words[] = "exit 127";
	char *const argv[] = { shell, option, words, NULL };
	struct engine_answer silent = { 0 };
	struct engine_answer loud CLEANUP_ANSWER =
		ask_shell("echo cause >&2; exit 127", LONG_MS);
	struct err err = { 0 };

	CHECK(engine_ask(argv, LONG_MS, &silent, &err) == -1);
	CHECK_STR(err.text, "run '/bin/sh': it does not start");
	CHECK(loud.status == 127);
}

static void a_missing_program_is_an_error(void)
{
	char name[] = "/none/program";
	char *const argv[] = { name, NULL };
	struct engine_answer answer = { 0 };
	struct err err = { 0 };

	CHECK(engine_ask(argv, LONG_MS, &answer, &err) == -1);
	CHECK_HAS(err.text, "run '/none/program': ");
	CHECK(!answer.output);
}

static const struct tap_test tests[] = {
	TAP_TEST(both_outputs_and_the_status_are_kept),
	TAP_TEST(standard_input_is_empty),
	TAP_TEST(the_environment_has_path_alone),
	TAP_TEST(a_program_that_does_not_end_is_killed),
	TAP_TEST(too_much_output_is_cut),
	TAP_TEST(many_errors_do_not_stop_the_program),
	TAP_TEST(a_signal_is_no_exit_status),
	TAP_TEST(that_status_alone_is_a_program_that_does_not_start),
	TAP_TEST(a_missing_program_is_an_error),
};

TAP_MAIN(tests)
