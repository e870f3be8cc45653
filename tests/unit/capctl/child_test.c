/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/child.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "tap.h"

/* Long enough for a busy machine. */
#define LONG_MS 600000

static void start_shell(struct child *ret_child, const char *script,
			bool has_input, int interrupt)
{
	char shell[] = "/bin/sh", option[] = "-c";
	char *words CLEANUP_FREE = strdup(script);
	char *const argv[] = { shell, option, words, NULL };
	char *const environment[] = { child_path_entry, NULL };
	const struct child_program program = { .path = shell,
					       .argv = argv,
					       .environment = environment,
					       .has_input = has_input,
					       .output_max = 100,
					       .errors_max = 100,
					       .interrupt = interrupt };
	struct err err = { 0 };

	CHECK(child_start(ret_child, &program, &err) == 0);
	CHECK_STR(err.text, "");
}

static const char *output_of(const struct child *child)
{
	return child->streams[CHILD_OUTPUT].text;
}

static void it_lives_until_its_input_ends(void)
{
	struct child child CLEANUP_CHILD = CHILD_INIT;
	int64_t end = child_time(LONG_MS);

	start_shell(&child, "echo first; cat; echo last", true, -1);
	REQUIRE(child_read(&child, CHILD_FIRST_LINE, end));
	CHECK_STR(output_of(&child), "first\n");
	CHECK(kill(child.pid, 0) == 0);
	child_close_input(&child);
	REQUIRE(child_read(&child, CHILD_END, end));
	CHECK(child_wait(&child, end) == 0);
	CHECK_STR(output_of(&child), "first\nlast\n");
	CHECK(child.pid == 0);
}

static void without_a_line_the_end_is_waited_for(void)
{
	struct child child CLEANUP_CHILD = CHILD_INIT;
	int64_t end = child_time(LONG_MS);

	start_shell(&child, "printf word; exit 3", false, -1);
	CHECK(child_read(&child, CHILD_FIRST_LINE, end));
	CHECK_STR(output_of(&child), "word");
	CHECK(child_wait(&child, end) == 3);
}

static void after_the_time_it_is_killed(void)
{
	struct child child CLEANUP_CHILD = CHILD_INIT;
	pid_t pid;

	start_shell(&child, "sleep 600", false, -1);
	pid = child.pid;
	CHECK(!child_read(&child, CHILD_END, child_time(50)));
	CHECK(child_wait(&child, child_time(50)) == -1);
	CHECK(kill(pid, 0) < 0);
}

static void an_interrupt_ends_every_wait(void)
{
	struct child child CLEANUP_CHILD = CHILD_INIT;
	int64_t end = child_time(LONG_MS);
	int ends[2];

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	CHECK(write(ends[1], "x", 1) == 1);
	start_shell(&child, "sleep 600", false, ends[0]);
	CHECK(!child_read(&child, CHILD_FIRST_LINE, end));
	CHECK(child_wait(&child, end) == -1);
	close(ends[0]);
	close(ends[1]);
}

static void what_is_freed_is_killed_first(void)
{
	struct child child = CHILD_INIT;
	pid_t pid;

	start_shell(&child, "sleep 600", false, -1);
	pid = child.pid;
	child_free(&child);
	CHECK(kill(pid, 0) < 0);
	CHECK(child.pid == 0);
	child_free(&child);
}

static void no_signal_is_blocked_in_it(void)
{
	struct child child CLEANUP_CHILD = CHILD_INIT;
	int64_t end = child_time(LONG_MS);
	sigset_t signals, old;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &old);
	start_shell(&child, "kill -TERM $$; echo lives", false, -1);
	sigprocmask(SIG_SETMASK, &old, NULL);
	CHECK(child_read(&child, CHILD_END, end));
	CHECK(child_wait(&child, end) == -1);
	CHECK_STR(output_of(&child), "");
}

static void the_last_line_is_the_last_that_is_not_empty(void)
{
	char lines[] = "first\nlast\n\n", one[] = "one", none[] = "";

	CHECK_STR(child_last_line(lines), "last");
	CHECK_STR(child_last_line(one), "one");
	CHECK_STR(child_last_line(none), "");
}

static void it_can_have_descriptors_of_the_caller(void)
{
	struct child child CLEANUP_CHILD = CHILD_INIT;
	char shell[] = "/bin/sh", option[] = "-c",
	     script[] = "read -r a; echo $a; echo $a >&2; exit 3";
	char *const argv[] = { shell, option, script, NULL };
	char *const environment[] = { child_path_entry, NULL };
	const struct child_program program = { .path = shell,
					       .argv = argv,
					       .environment = environment,
					       .interrupt = -1 };
	int in[2], out[2];
	char text[8] = { 0 };
	struct err err = { 0 };

	REQUIRE(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	REQUIRE(write(in[1], "ab\n", 3) == 3);
	REQUIRE(child_start_with(&child, &program,
				 (const int[]){ in[0], out[1], out[1] },
				 &err) == 0);
	CHECK(child_wait(&child, child_time(LONG_MS)) == 3);
	CHECK(read(out[0], text, sizeof(text) - 1) == 6);
	CHECK_STR(text, "ab\nab\n");
	for (int i = 0; i < 2; i++) {
		close(in[i]);
		close(out[i]);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(it_lives_until_its_input_ends),
	TAP_TEST(without_a_line_the_end_is_waited_for),
	TAP_TEST(after_the_time_it_is_killed),
	TAP_TEST(an_interrupt_ends_every_wait),
	TAP_TEST(what_is_freed_is_killed_first),
	TAP_TEST(no_signal_is_blocked_in_it),
	TAP_TEST(it_can_have_descriptors_of_the_caller),
	TAP_TEST(the_last_line_is_the_last_that_is_not_empty),
};

TAP_MAIN(tests)
