/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/audit.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "own_mounts.h"
#include "tap.h"
#include "tempdir.h"

#define CANNOT 77
#define TOO_LONG 60 /* seconds; the calls must not block at all */

static void write_one(enum policy_log log, const char *path,
		      enum audit_outcome outcome)
{
	char *copy CLEANUP_FREE = path ? strdup(path) : NULL;
	const struct policy policy = { .log = log, .log_file = copy };
	const struct audit_event event = { .outcome = outcome,
					   .verb = "create",
					   .runtime = "/usr/sbin/runc",
					   .reason = "a test",
					   .id = "x",
					   .handler = "capruntime" };
	int next = next_descriptor();

	audit_write(&policy, &event);
	CHECK(next_descriptor() == next);
}

static void write_to(const char *path)
{
	write_one(POLICY_LOG_FILE, path, AUDIT_REFUSED);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; text && *text; text++)
		lines += *text == '\n';
	return lines;
}

/* The file has this number of lines, each written by one call. */
static void check_lines(const struct tempdir *dir, const char *name,
			size_t lines)
{
	char *text CLEANUP_FREE = tempdir_read(dir, name);

	REQUIRE(text);
	CHECK_U64(count_lines(text), lines);
	if (lines) {
		CHECK(strncmp(text, "{\"time\":\"20", 11) == 0);
		CHECK_HAS(text, "\"outcome\":\"refused\"");
		CHECK_STR(text + strlen(text) - 2, "}\n");
	}
}

static unsigned mode_of(const struct tempdir *dir, const char *name)
{
	struct stat st = { 0 };

	CHECK(fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
	return st.st_mode & 07777;
}

static void a_file_is_made_for_its_owner_alone(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");
	mode_t mask = umask(0);

	write_to(path);
	umask(mask);
	check_lines(&dir, "log", 1);
	CHECK_U64(mode_of(&dir, "log"), 0600);
}

static void lines_are_appended_and_the_mode_stays(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");

	REQUIRE(tempdir_write_str(&dir, "log", ""));
	for (int i = 0; i < 3; i++)
		write_to(path);
	check_lines(&dir, "log", 3);
	CHECK_U64(mode_of(&dir, "log"), 0644);
}

static void none_writes_nowhere(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");

	write_one(POLICY_LOG_NONE, path, AUDIT_REFUSED);
	CHECK(!tempdir_has(&dir, "log"));
}

static void a_file_that_others_can_write_is_left_alone(void)
{
	static const mode_t modes[] = { 0620, 0602, 0666 };
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		REQUIRE(tempdir_write_str(&dir, "log", ""));
		REQUIRE(chmod(path, modes[i]) == 0);
		write_to(path);
		check_lines(&dir, "log", 0);
	}
}

static void a_file_of_somebody_else_is_left_alone(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");
	char *link CLEANUP_FREE = tempdir_path(&dir, "link");

	if (geteuid() != 0)
		SKIP("not root");
	REQUIRE(tempdir_write_str(&dir, "log", ""));
	REQUIRE(symlink("log", link) == 0);
	REQUIRE(chown(path, 1000, 1000) == 0);
	write_to(path);
	write_to(link);
	check_lines(&dir, "log", 0);
}

static void what_is_no_regular_file_is_left_alone(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *fifo CLEANUP_FREE = tempdir_path(&dir, "fifo");
	char *missing CLEANUP_FREE = tempdir_path(&dir, "missing/log");
	char byte;
	int reader CLEANUP_FD = -1;

	REQUIRE(mkfifo(fifo, 0600) == 0);
	alarm(TOO_LONG);
	write_to(dir.path);
	write_to(missing);
	write_to("/dev/full");
	write_to("/dev/null");
	write_to(fifo);
	reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	REQUIRE(reader >= 0);
	write_to(fifo);
	CHECK(read(reader, &byte, 1) == 0);
	alarm(0);
}

/* Runs a part of a test in a child; CANNOT is a skip. */
static int in_child(void (*run)(const char *path), const char *path)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		alarm(TOO_LONG);
		run(path);
		fflush(stdout);
		_exit(tap_failed);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	if (!CHECK(WIFEXITED(status))) {
		printf("# signal %d\n", WTERMSIG(status));
		return -1;
	}
	return WEXITSTATUS(status);
}

static void write_beyond_the_limit(const char *path)
{
	const struct rlimit limit = { 20, 20 };

	if (setrlimit(RLIMIT_FSIZE, &limit) == 0)
		write_to(path);
	else
		CHECK(false);
}

static void a_limit_on_files_ends_nobody(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");

	CHECK(in_child(write_beyond_the_limit, path) == 0);
	check_lines(&dir, "log", 0);
}

static void write_up_to_the_limit(const char *path)
{
	struct rlimit limit;
	struct stat st;

	write_to(path);
	CHECK(stat(path, &st) == 0);
	limit.rlim_cur = limit.rlim_max = (rlim_t)st.st_size * 2;
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	write_to(path);
	write_to(path);
}

static void a_limit_is_used_up_to_its_end(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");

	CHECK(in_child(write_up_to_the_limit, path) == 0);
	check_lines(&dir, "log", 2);
}

/* Enters a mount namespace with an empty /dev, to avoid this machine's log. */
static bool enter_empty_dev(void)
{
	return (unshare(CLONE_NEWNS) == 0 ||
		unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", "/dev", "tmpfs", 0, NULL) == 0;
}

static int count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void write_without_streams(const char *path)
{
	int open_before;

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	open_before = count_open();
	write_to(path);
	if (enter_empty_dev())
		write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_REFUSED);
	_exit(fcntl(0, F_GETFD) >= 0 || count_open() != open_before);
}

static void closed_streams_stay_closed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");

	CHECK(in_child(write_without_streams, path) == 0);
	check_lines(&dir, "log", 1);
}

static int listen_on_dev_log(int type)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	CHECK(fd >= 0 && bind(fd, (const struct sockaddr *)&address,
			      sizeof(address)) == 0);
	return fd;
}

static void check_datagram(int fd, const char *priority)
{
	char text[8192] = "", start[64], *json;
	ssize_t len = recv(fd, text, sizeof(text) - 1, 0);

	REQUIRE(len > 0);
	snprintf(start, sizeof(start), "%scapruntime[%d]: ", priority,
		 getpid());
	json = text + strlen(start);
	CHECK(strncmp(text, start, strlen(start)) == 0);
	CHECK(*json == '{' && text[len - 1] == '}' && !strchr(json, '\n'));
}

static void append_to(const char *path, const char *text)
{
	int fd CLEANUP_FD = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	CHECK(syscall(SYS_write, fd, text, strlen(text)) == (long)strlen(text));
}

/* With room for ten more bytes in the log, then for fewer. */
static void write_on_a_full_disk(const struct tempdir *dir)
{
	char *path CLEANUP_FREE = tempdir_path(dir, "log");
	char *other CLEANUP_FREE = tempdir_path(dir, "other");
	long page = sysconf(_SC_PAGESIZE);
	struct stat st;
	int fd;

	REQUIRE(mount("none", dir->path, "tmpfs", 0, "nr_blocks=2,mode=755") ==
		0);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (long i = 0; i < page - 10; i++)
		REQUIRE(write(fd, "\n", 1) == 1);
	close(fd);
	fd = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	REQUIRE(write(fd, "x", 1) == 1);
	close(fd);
	REQUIRE(mount("none", "/dev", "tmpfs", 0, NULL) == 0);
	fd = listen_on_dev_log(SOCK_DGRAM);
	for (long room = 10; room >= 0; room--) {
		write_to(path);
		REQUIRE(stat(path, &st) == 0);
		CHECK_U64((uint64_t)st.st_size, (uint64_t)(page - room));
		check_datagram(fd, "<84>");
		if (room)
			append_to(path, "\n");
	}
}

static const char *shared_log;

ssize_t write_a_part(int fd, const void *data, size_t len) __asm__("write");

/* In place of the C library's. */
ssize_t write_a_part(int fd, const void *data, size_t len)
{
	ssize_t put =
		syscall(SYS_write, fd, data, shared_log && len > 5 ? 5 : len);

	if (shared_log)
		append_to(shared_log, "other\n");
	return put;
}

static void a_cut_line_stays_if_another_follows_it(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");
	char *text CLEANUP_FREE = NULL;

	REQUIRE(tempdir_write_str(&dir, "log", "one\n"));
	shared_log = path;
	write_to(path);
	shared_log = NULL;
	text = tempdir_read(&dir, "log");
	CHECK_STR(text, "one\n{\"timother\n");
}

static void a_line_that_is_cut_by_a_full_disk_is_removed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	with_own_mounts(&dir, write_on_a_full_disk);
}

static void log_to_a_socket(const char *path)
{
	int fd;

	(void)path;
	if (!enter_empty_dev())
		_exit(CANNOT);
	fd = listen_on_dev_log(SOCK_DGRAM);
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_APPLIED);
	check_datagram(fd, "<85>"); /* authpriv.notice */
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_REFUSED);
	check_datagram(fd, "<84>"); /* authpriv.warning */
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_WOULD_REFUSE);
	check_datagram(fd, "<84>");
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_WOULD_APPLY);
	check_datagram(fd, "<85>");
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_EXEC_UNTOUCHED);
	check_datagram(fd, "<84>");
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_EXEC_REFUSED);
	check_datagram(fd, "<84>");
}

/* The file gets no line; syslog gets it. */
static void log_to_a_directory(const char *path)
{
	char byte;
	int fd;

	if (!enter_empty_dev())
		_exit(CANNOT);
	fd = listen_on_dev_log(SOCK_DGRAM);
	write_to("/dev");
	check_datagram(fd, "<84>");
	write_to(path);
	CHECK(recv(fd, &byte, 1, 0) < 0);
}

static void log_to_what_takes_nothing(const char *path)
{
	int fd;

	(void)path;
	if (!enter_empty_dev())
		_exit(CANNOT);
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_REFUSED);
	fd = open("/dev/log", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_REFUSED);
	CHECK(unlink("/dev/log") == 0);
	listen_on_dev_log(SOCK_STREAM);
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_REFUSED);
	CHECK(unlink("/dev/log") == 0);
	close(listen_on_dev_log(SOCK_DGRAM)); /* its reader is closed */
	write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_REFUSED);
}

/* More than a queue holds (net.unix.max_dgram_qlen), without a reader. */
static void log_to_a_full_socket(const char *path)
{
	int fd, received = 0;
	char byte;

	(void)path;
	if (!enter_empty_dev())
		_exit(CANNOT);
	fd = listen_on_dev_log(SOCK_DGRAM);
	for (int i = 0; i < 5000; i++)
		write_one(POLICY_LOG_SYSLOG, NULL, AUDIT_REFUSED);
	while (recv(fd, &byte, 1, 0) == 1)
		received++;
	CHECK(received > 0 && received < 5000);
}

static void check_in_own_dev(void (*run)(const char *path))
{
	int status = in_child(run, NULL);

	if (status == CANNOT)
		SKIP("no mount namespace with a /dev of its own");
	CHECK(status == 0);
}

static void syslog_gets_a_datagram_with_priority_and_tag(void)
{
	check_in_own_dev(log_to_a_socket);
}

static void syslog_gets_what_a_file_cannot(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "log");
	int status = in_child(log_to_a_directory, path);

	if (status == CANNOT)
		SKIP("no mount namespace with a /dev of its own");
	CHECK(status == 0);
	check_lines(&dir, "log", 1);
}

static void a_missing_or_odd_syslog_is_no_trouble(void)
{
	check_in_own_dev(log_to_what_takes_nothing);
}

static void a_full_syslog_delays_nobody(void)
{
	check_in_own_dev(log_to_a_full_socket);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_file_is_made_for_its_owner_alone),
	TAP_TEST(lines_are_appended_and_the_mode_stays),
	TAP_TEST(none_writes_nowhere),
	TAP_TEST(a_file_that_others_can_write_is_left_alone),
	TAP_TEST(a_file_of_somebody_else_is_left_alone),
	TAP_TEST(what_is_no_regular_file_is_left_alone),
	TAP_TEST(a_limit_on_files_ends_nobody),
	TAP_TEST(a_limit_is_used_up_to_its_end),
	TAP_TEST(a_line_that_is_cut_by_a_full_disk_is_removed),
	TAP_TEST(a_cut_line_stays_if_another_follows_it),
	TAP_TEST(closed_streams_stay_closed),
	TAP_TEST(syslog_gets_a_datagram_with_priority_and_tag),
	TAP_TEST(syslog_gets_what_a_file_cannot),
	TAP_TEST(a_missing_or_odd_syslog_is_no_trouble),
	TAP_TEST(a_full_syslog_delays_nobody),
};
TAP_MAIN(tests)
