/* SPDX-License-Identifier: Apache-2.0 */
/* What exec sessions get; tests/cli/sessions.bats tests them as programs. */
#include "config.h"

#include "capruntime/exec.h"

#include "capruntime/exec_link.h"
#include "own_mounts.h"
#include "tap.h"
#include "tempdir.h"

/* Root's links would be those of this machine, so tests use another user. */
#define SOMEBODY 4711
#define RUNTIME "/usr/bin/runc"
#define RULE "web"
#define PROCESS                                                                \
	"{\"user\":{\"uid\":1000,\"gid\":1000},\"capabilities\":"              \
	"{\"bounding\":[\"CAP_KILL\",\"CAP_CHOWN\"]}}"

struct session {
	const struct tempdir *dir;
	char process[256];
	const char *preserve_fds;
	char words[6][256]; /* argv */
	struct err err;
};

/* Without this machine's log, as another user. */
static bool enter(const struct tempdir *dir)
{
	return CHECK(mount("none", "/dev", "tmpfs", 0, NULL) == 0 &&
		     fchown(dir->fd, SOMEBODY, (gid_t)-1) == 0 &&
		     setenv("XDG_RUNTIME_DIR", dir->path, 1) == 0 &&
		     seteuid(SOMEBODY) == 0 &&
		     tempdir_write_str(dir, "process", PROCESS));
}

/* A container `id` whose rule raises KILL, and its record says `owner`. */
static void make_container(const struct tempdir *dir, const char *id,
			   const char *owner, bool narrows)
{
	struct runtime_args args = { .root = dir->path, .id = id };
	struct exec_key key;
	struct err err = { 0 };
	char *path CLEANUP_FREE = tempdir_path(dir, id);
	char *text CLEANUP_FREE = NULL;
	char rule[] = RULE;
	struct record record = { .about = { .rule = rule,
					    .uid = 1000,
					    .wanted = UINT64_C(1) << 5,
					    .ambient = UINT64_C(1) << 5,
					    .drop = narrows ? 1 : 0,
					    .exec = true } };

	REQUIRE(exec_key_init(&key, &args, RUNTIME, &err) == 0);
	record.about.root = key.root;
	record.about.id = (char *)(uintptr_t)owner;
	REQUIRE(record_print(&record, &text, &err) == 0 &&
		tempdir_write_str(dir, id, text) &&
		exec_link_make(&key, path, narrows, &err) == 0);
}

/* capruntime exec --process=FILE ID; the status of exec_prepare(). */
static int prepare(struct session *session, const char *id, bool unclear)
{
	char *argv[] = { session->words[0], session->words[1],
			 session->words[2], session->words[3], NULL };
	struct runtime_args args = { .verb = RUNTIME_EXEC,
				     .dialect = RUNTIME_RUNC,
				     .process_index = 2,
				     .id = unclear ? NULL : id,
				     .root = session->dir->path,
				     .preserve_fds = session->preserve_fds,
				     .unclear_exec = unclear };
	char *path CLEANUP_FREE = tempdir_path(session->dir, "process");
	int status;

	snprintf(session->words[0], 256, "capruntime");
	snprintf(session->words[1], 256, "exec");
	snprintf(session->words[2], 256, "--process=%s", path);
	snprintf(session->words[3], 256, "%s", id);
	if (!unclear)
		args.process = strchr(session->words[2], '=') + 1;
	session->err = (struct err){ 0 };
	status =
		exec_prepare(&args, argv, "capruntime", RUNTIME, &session->err);
	snprintf(session->process, sizeof(session->process), "%s", argv[2]);
	if (argv[2] != session->words[2])
		free(argv[2]);
	return status;
}

/* The descriptor that is handed over; -1: the argument is unchanged. */
static int handed_over(struct session *session, const char *id)
{
	int fd = -1;

	CHECK(prepare(session, id, false) == 0);
	if (sscanf(session->process, "--process=/proc/self/fd/%d", &fd) != 1)
		CHECK_STR(session->process, session->words[2]);
	return fd;
}

static void check_lowest(struct session *session, const char *preserved,
			 int lowest)
{
	int fd;

	session->preserve_fds = preserved;
	fd = handed_over(session, "x");
	session->preserve_fds = NULL;
	CHECK(fd == lowest);
	CHECK(close(fd) == 0);
}

static void hand_over(const struct tempdir *dir)
{
	struct session session = { .dir = dir };
	char text[512] = "";
	int fd, next;

	if (!enter(dir))
		return;
	next = next_descriptor();
	CHECK(handed_over(&session, "x") < 0);
	make_container(dir, "x", "x", false);
	make_container(dir, "y", "x", false);
	CHECK(handed_over(&session, "other") < 0);
	CHECK(handed_over(&session, "y") < 0);
	fd = handed_over(&session, "x");
	CHECK(fd == 64);
	CHECK(pread(fd, text, sizeof(text) - 1, 0) > 0);
	CHECK_HAS(text, "\"ambient\":[\"CAP_KILL\"]");
	CHECK(close(fd) == 0);
	CHECK(next_descriptor() == next);
	check_lowest(&session, "61", 64);
	check_lowest(&session, "62", 65);
	check_lowest(&session, "100", 103);
	setenv("LISTEN_FDS", "90", 1);
	check_lowest(&session, NULL, 93);
	check_lowest(&session, "20", 113);
	session.preserve_fds = "0x3e";
	CHECK(handed_over(&session, "x") < 0);
	CHECK_HAS(session.err.text, "'0x3e' descriptors to be preserved");
}

static void the_process_file_is_handed_over_above_preserved_ones(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	with_own_mounts(&dir, hand_over);
}

static void hand_over_narrowed(const struct tempdir *dir)
{
	struct session session = { .dir = dir };

	if (!enter(dir))
		return;
	make_container(dir, "x", "x", true);
	make_container(dir, "y", "x", true);
	CHECK(handed_over(&session, "x") >= 64);
	session.preserve_fds = "62x";
	CHECK(prepare(&session, "x", false) == -1);
	CHECK_HAS(session.err.text, "'62x' descriptors to be preserved");
	session.preserve_fds = NULL;
	CHECK(prepare(&session, "y", false) == -1);
	CHECK_HAS(session.err.text, "/y' belongs to another container");
	REQUIRE(seteuid(0) == 0 &&
		mount("none", "/proc", "tmpfs", 0, NULL) == 0 &&
		seteuid(SOMEBODY) == 0);
	CHECK(prepare(&session, "x", false) == -1);
	CHECK_HAS(session.err.text, "': is missing");
	REQUIRE(tempdir_write_str(dir, "process", "{"));
	CHECK(prepare(&session, "x", false) == -1);
}

static void under_a_rule_that_narrows_an_error_is_a_refusal(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	with_own_mounts(&dir, hand_over_narrowed);
}

static void read_unclear(const struct tempdir *dir)
{
	static const char reason[] = "cannot tell which process file is meant";
	struct session session = { .dir = dir };

	if (!enter(dir))
		return;
	make_container(dir, "raises", "raises", false);
	make_container(dir, "narrows", "narrows", true);
	CHECK(prepare(&session, "other", true) == 0);
	CHECK_STR(session.err.text, "");
	CHECK(prepare(&session, "raises", true) == 0);
	CHECK_HAS(session.err.text, reason);
	CHECK(prepare(&session, "narrows", true) == -1);
	CHECK_HAS(session.err.text, reason);
	CHECK_HAS(session.err.text, "of 'narrows', which rule '" RULE "'");
	make_container(dir, "unknown", "x", true);
	CHECK(prepare(&session, "unknown", true) == -1);
	CHECK_HAS(session.err.text, "/unknown' belongs to another container");
}

static void each_word_of_an_unclear_call_can_be_the_id(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	with_own_mounts(&dir, read_unclear);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_process_file_is_handed_over_above_preserved_ones),
	TAP_TEST(under_a_rule_that_narrows_an_error_is_a_refusal),
	TAP_TEST(each_word_of_an_unclear_call_can_be_the_id),
};

TAP_MAIN(tests)
