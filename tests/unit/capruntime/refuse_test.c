/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/refuse.h"

#include <json-c/json.h>
#include <signal.h>
#include <time.h>

#include "tap.h"
#include "tempdir.h"

static void refuse_with(const struct err *err, const char *log_path, bool json)
{
	const struct runtime_args args = { .log = log_path,
					   .log_format = json ? "json" : NULL };

	refuse(err, &args);
}

/* The output of refuse() on descriptor 2; the caller frees. */
static char *report(const struct tempdir *dir, const struct err *err,
		    const char *log_path, bool json)
{
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
	int fd CLEANUP_FD =
		openat(dir->fd, "stderr",
		       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	dup2(fd, STDERR_FILENO);
	refuse_with(err, log_path, json);
	dup2(kept, STDERR_FILENO);
	close(kept);
	return tempdir_read(dir, "stderr");
}

/* The text that it appends to the file "log"; the caller frees. */
static char *report_log(const struct tempdir *dir, const struct err *err,
			bool json)
{
	char *path CLEANUP_FREE = tempdir_path(dir, "log");

	free(report(dir, err, path, json));
	return tempdir_read(dir, "log");
}

static void a_refusal_is_one_line_on_standard_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = { .text = "load policy: 'x' \"y\": is missing" };
	char *text CLEANUP_FREE = report(&dir, &err, NULL, false);

	CHECK_STR(text, "capruntime: load policy: 'x' \"y\": is missing\n");
}

static void bytes_that_are_not_printable_ascii_become_escapes(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = {
		.text = "a\nb\rc\t\x1b[31m\x7f\x9b \xff \xc3"
	};
	char *log CLEANUP_FREE = tempdir_path(&dir, "log");
	char *text CLEANUP_FREE = report(&dir, &err, log, true);
	char *line CLEANUP_FREE = tempdir_read(&dir, "log");

	CHECK_STR(text, "capruntime: a\\x0ab\\x0dc\\x09\\x1b[31m\\x7f\\x9b"
			" \\xff \\xc3\n");
	REQUIRE(line);
	for (const char *at = line; at[1]; at++)
		CHECK(*at >= 0x20 && *at < 0x7f);
}

static const char *member(struct json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

static bool is_recent(const char *time_text)
{
	struct tm parts = { 0 };
	const char *end = strptime(time_text, "%Y-%m-%dT%H:%M:%SZ", &parts);
	time_t then = timegm(&parts), now = time(NULL);

	return end && !*end && then <= now && then > now - 60;
}

static void a_json_log_line_has_level_msg_and_time(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = { .text = "'a\\b': \"quoted\"\n" };
	char *line CLEANUP_FREE = report_log(&dir, &err, true);
	struct json_object *object;

	REQUIRE(line && *line);
	CHECK(strchr(line, '\n') == line + strlen(line) - 1);
	object = json_tokener_parse(line);
	CHECK_U64((unsigned int)json_object_object_length(object), 3);
	CHECK_STR(member(object, "level"), "error");
	CHECK_STR(member(object, "msg"), "capruntime: 'a\\b': \"quoted\"\\x0a");
	CHECK(is_recent(member(object, "time")));
	json_object_put(object);
}

static void a_text_log_line_is_as_runc_writes_it(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = { .text = "'x': \"quoted\"" };
	char *line CLEANUP_FREE = report_log(&dir, &err, false);

	REQUIRE(line && strlen(line) > 27);
	CHECK(strncmp(line, "time=\"", 6) == 0);
	CHECK_STR(line + 26,
		  "\" level=error msg=\"capruntime: 'x': \\\"quoted\\\"\"\n");
	line[26] = '\0';
	CHECK(is_recent(line + 6));
}

static void a_line_is_appended_to_the_log(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = { .text = "reason" };
	char *lines CLEANUP_FREE = NULL;

	REQUIRE(tempdir_write_str(&dir, "log", "first\n"));
	lines = report_log(&dir, &err, true);
	REQUIRE(lines && strlen(lines) > 6);
	CHECK(strncmp(lines, "first\n{", 7) == 0);
	CHECK(strchr(lines + 6, '\n') == lines + strlen(lines) - 1);
}

static void a_new_log_is_readable_by_others(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct err err = { .text = "reason" };
	mode_t mask = umask(022);
	struct stat st;

	free(report_log(&dir, &err, true));
	umask(mask);
	REQUIRE(fstatat(dir.fd, "log", &st, 0) == 0);
	CHECK_U64(st.st_mode, S_IFREG | 0644);
}

/* The line on standard error is always written, and no write blocks. */
static void check_useless_log(const struct tempdir *dir, const char *log)
{
	const struct err err = { .text = "reason" };
	char *text CLEANUP_FREE = report(dir, &err, log, true);

	if (!CHECK_STR(text, "capruntime: reason\n"))
		printf("#   with the log '%s'\n", log);
}

static void a_log_that_cannot_be_written_is_ignored(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *fifo CLEANUP_FREE = tempdir_path(&dir, "fifo");
	char *missing CLEANUP_FREE = tempdir_path(&dir, "missing/log");

	REQUIRE(mkfifo(fifo, 0600) == 0);
	check_useless_log(&dir, fifo);
	check_useless_log(&dir, missing);
	check_useless_log(&dir, dir.path);
	check_useless_log(&dir, "/dev/full");
	check_useless_log(&dir, "");
}

static void a_closed_standard_error_leaves_the_line_in_the_log(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *log CLEANUP_FREE = tempdir_path(&dir, "log");
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 100);
	const struct err err = { .text = "reason" };
	char *line CLEANUP_FREE = NULL;

	close(STDERR_FILENO);
	refuse_with(&err, log, true);
	dup2(kept, STDERR_FILENO);
	close(kept);
	line = tempdir_read(&dir, "log");
	REQUIRE(line);
	CHECK(strchr(line, '\n') == line + strlen(line) - 1);
	CHECK_HAS(line, "\"msg\":\"capruntime: reason\"");
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
	refuse_with(&err, NULL, false);
	dup2(kept, STDERR_FILENO);
	close(kept);
	CHECK(true);
}

static void the_longest_reason_is_still_one_line(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *log CLEANUP_FREE = tempdir_path(&dir, "log");
	char *text CLEANUP_FREE = NULL, *line CLEANUP_FREE = NULL;
	struct json_object *object;
	struct err err;

	memset(err.text, '\n', sizeof(err.text));
	err.text[sizeof(err.text) - 1] = '\0';
	text = report(&dir, &err, log, true);
	line = tempdir_read(&dir, "log");
	REQUIRE(text && line);
	CHECK_U64(strlen(text), strlen("capruntime: \n") + 4 * 1023);
	object = json_tokener_parse(line);
	CHECK_U64(strlen(member(object, "msg")),
		  strlen("capruntime: ") + 4 * 1023);
	json_object_put(object);
}

static void refuse_to(const char *log, enum runtime_dialect dialect)
{
	const struct runtime_args args = { .dialect = dialect, .log = log };
	const struct err err = { .text = "reason" };

	refuse(&err, &args);
}

/* crun's --log can start with the type of log; runc's is always a path. */
static void a_kind_before_the_log_is_understood_under_crun_alone(void)
{
	static const char *const kinds[] = { "syslog:x", "journald:x" };
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;

	REQUIRE(fchdir(dir.fd) == 0);
	refuse_to("file:x", RUNTIME_CRUN);
	text = tempdir_read(&dir, "x");
	CHECK_HAS(text, "capruntime: reason");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		refuse_to(kinds[i], RUNTIME_CRUN);
		CHECK(faccessat(dir.fd, kinds[i], F_OK, 0) < 0);
		refuse_to(kinds[i], RUNTIME_RUNC);
		CHECK(faccessat(dir.fd, kinds[i], F_OK, 0) == 0);
	}
	CHECK(chdir("/") == 0);
}

static void a_relative_log_of_crun_is_below_the_bundle(void)
{
	struct runtime_args args = { .log = "log", .bundle = "bundle" };
	const struct err err = { .text = "reason" };
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *log CLEANUP_FREE = tempdir_path(&dir, "other");

	REQUIRE(mkdirat(dir.fd, "bundle", 0700) == 0 && fchdir(dir.fd) == 0);
	args.dialect = RUNTIME_CRUN;
	refuse(&err, &args);
	CHECK(faccessat(dir.fd, "bundle/log", F_OK, 0) == 0);
	CHECK(faccessat(dir.fd, "log", F_OK, 0) < 0);
	args.bundle = "nowhere";
	refuse(&err, &args);
	args.log = log;
	refuse(&err, &args);
	CHECK(faccessat(dir.fd, "log", F_OK, 0) < 0);
	CHECK(faccessat(dir.fd, "other", F_OK, 0) == 0);
	args.dialect = RUNTIME_RUNC;
	args.log = "log";
	refuse(&err, &args);
	CHECK(faccessat(dir.fd, "log", F_OK, 0) == 0);
	CHECK(chdir("/") == 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_refusal_is_one_line_on_standard_error),
	TAP_TEST(bytes_that_are_not_printable_ascii_become_escapes),
	TAP_TEST(a_json_log_line_has_level_msg_and_time),
	TAP_TEST(a_text_log_line_is_as_runc_writes_it),
	TAP_TEST(a_line_is_appended_to_the_log),
	TAP_TEST(a_new_log_is_readable_by_others),
	TAP_TEST(a_log_that_cannot_be_written_is_ignored),
	TAP_TEST(a_closed_standard_error_leaves_the_line_in_the_log),
	TAP_TEST(a_standard_error_without_a_reader_raises_no_signal),
	TAP_TEST(a_kind_before_the_log_is_understood_under_crun_alone),
	TAP_TEST(a_relative_log_of_crun_is_below_the_bundle),
	TAP_TEST(the_longest_reason_is_still_one_line),
};

TAP_MAIN(tests)
