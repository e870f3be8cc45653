/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/report.h"

#include <signal.h>

#include "tap.h"
#include "tempdir.h"

/* What report_failure() writes on descriptor 2; the caller frees. */
static char *report(const struct tempdir *dir, const struct err *err)
{
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
	int fd CLEANUP_FD =
		openat(dir->fd, "stderr",
		       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	dup2(fd, STDERR_FILENO);
	report_failure("program", err);
	dup2(kept, STDERR_FILENO);
	close(kept);
	return tempdir_read(dir, "stderr");
}

static void an_error_is_one_line_on_standard_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = { .text = "load policy: 'x' \"y\": is missing" };
	char *text CLEANUP_FREE = report(&dir, &err);

	CHECK_STR(text, "program: load policy: 'x' \"y\": is missing\n");
}

static void bytes_that_are_not_printable_ascii_become_escapes(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = {
		.text = "a\nb\rc\t\x1b[31m\x7f\x9b \xff \xc3"
	};
	char *text CLEANUP_FREE = report(&dir, &err);
	char message[REPORT_SIZE];

	report_message(message, "program", &err);
	CHECK_STR(message, "program: a\\x0ab\\x0dc\\x09\\x1b[31m\\x7f\\x9b"
			   " \\xff \\xc3");
	REQUIRE(text && strlen(text) == strlen(message) + 1);
	CHECK(memcmp(text, message, strlen(message)) == 0);
}

static void the_longest_error_is_whole(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };
	char *text CLEANUP_FREE = NULL;
	char program[64] = "", message[REPORT_SIZE];

	memset(err.text, '\xff', ERR_TEXT_MAX - 1);
	memset(program, 'p', sizeof(program) - 1);
	report_message(message, program, &err);
	CHECK_U64(strlen(message),
		  strlen(program) + 2 + 4 * (ERR_TEXT_MAX - 1));
	text = report(&dir, &err);
	CHECK_U64(strlen(text), strlen("program: \n") + 4 * (ERR_TEXT_MAX - 1));
}

static void a_closed_standard_error_is_ignored(void)
{
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
	const struct err err = { .text = "reason" };

	close(STDERR_FILENO);
	report_failure("program", &err);
	dup2(kept, STDERR_FILENO);
	close(kept);
	CHECK(true);
}

/* A closed pipe must not turn exit status 1 into a signal. */
static void a_standard_error_without_a_reader_raises_no_signal(void)
{
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
	const struct err err = { .text = "reason" };
	int ends[2];

	REQUIRE(pipe(ends) == 0);
	close(ends[0]);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	signal(SIGPIPE, SIG_DFL);
	report_failure("program", &err);
	dup2(kept, STDERR_FILENO);
	close(kept);
	CHECK(true);
}

static const struct tap_test tests[] = {
	TAP_TEST(an_error_is_one_line_on_standard_error),
	TAP_TEST(bytes_that_are_not_printable_ascii_become_escapes),
	TAP_TEST(the_longest_error_is_whole),
	TAP_TEST(a_closed_standard_error_is_ignored),
	TAP_TEST(a_standard_error_without_a_reader_raises_no_signal),
};

TAP_MAIN(tests)
