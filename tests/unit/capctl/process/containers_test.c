/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/containers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fileio.h"
#include "base/procstat.h"
#include "capctl/process/status.h"
#include "tap.h"
#include "tempdir.h"

static uint64_t start_of(pid_t pid)
{
	char path[32], text[4096] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (file) {
		CHECK(fgets(text, sizeof(text), file) != NULL);
		fclose(file);
	}
	return procstat_start_time(text);
}

static void make_crun(const struct tempdir *dir, const char *id, int pid,
		      uint64_t start)
{
	char *path CLEANUP_FREE = tempdir_path(dir, id);
	char *name CLEANUP_FREE = NULL, *text CLEANUP_FREE = NULL;

	REQUIRE(mkdir(path, 0700) == 0);
	REQUIRE(asprintf(&name, "%s/status", id) > 0);
	REQUIRE(asprintf(
			&text,
			"{\"pid\":%d,\"process-start-time\":%llu,\"bundle\":\"/b\"}",
			pid, (unsigned long long)start) > 0);
	REQUIRE(tempdir_write_str(dir, name, text));
}

static void a_first_process_is_recognised_by_its_start_time(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	make_crun(&dir, "b", getpid(), start_of(getpid()));
	make_crun(&dir, "a", getpid(), start_of(getpid()) + 1);
	REQUIRE(containers_find(&found, dir.path, NULL, &err) == 0);
	REQUIRE(found.count == 2);
	CHECK_STR(found.list[0].id, "a");
	CHECK(!found.list[0].runs);
	CHECK_STR(found.list[1].id, "b");
	CHECK(found.list[1].runs);
	CHECK(found.list[1].dialect == RUNTIME_CRUN);
	CHECK_STR(found.list[1].state.bundle, "/b");
}

static void a_zombie_does_not_run(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	REQUIRE(pid > 0);
	REQUIRE(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	make_crun(&dir, "a", pid, start_of(pid));
	CHECK(containers_find(&found, dir.path, NULL, &err) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	REQUIRE(found.count == 1);
	CHECK(!found.list[0].runs);
}

static void a_container_is_found_by_its_id(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	make_crun(&dir, "a", 1, 1);
	make_crun(&dir, "ab", 1, 1);
	REQUIRE(containers_find(&found, dir.path, "a", &err) == 0);
	REQUIRE(found.count == 1);
	CHECK_STR(found.list[0].id, "a");
}

static void entries_without_a_state_are_skipped(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "empty");
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	REQUIRE(mkdir(path, 0700) == 0);
	REQUIRE(tempdir_write_str(&dir, "file", "x"));
	make_crun(&dir, ".a", 1, 1);
	CHECK(containers_find(&found, dir.path, NULL, &err) == 0);
	CHECK_U64(found.count, 0);
	CHECK_STR(err.text, "");
}

static void a_state_that_is_no_file_is_not_opened(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "a");
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	REQUIRE(mkdir(path, 0700) == 0);
	REQUIRE(mkfifoat(dir.fd, "a/status", 0600) == 0);
	make_crun(&dir, "b", getpid(), start_of(getpid()));
	REQUIRE(symlinkat("../b/status", dir.fd, "a/state.json") == 0);
	REQUIRE(containers_find(&found, dir.path, NULL, &err) == 0);
	REQUIRE(found.count == 3);
	CHECK_HAS(found.list[0].error.text, "/a/state.json'");
	CHECK_HAS(found.list[1].error.text, "/a/status' is not a regular file");
}

static void a_broken_state_is_reported_and_hides_no_other(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "a");
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	REQUIRE(mkdir(path, 0700) == 0);
	REQUIRE(tempdir_write_str(&dir, "a/state.json", "{"));
	make_crun(&dir, "b", getpid(), start_of(getpid()));
	REQUIRE(containers_find(&found, dir.path, NULL, &err) == 0);
	REQUIRE(found.count == 2);
	CHECK_HAS(
		found.list[0].error.text,
		"/a/state.json': not a container state: expected a JSON object");
	CHECK(!found.list[0].runs);
	CHECK_STR(found.list[1].error.text, "");
	CHECK(found.list[1].runs);
}

static void a_given_root_must_exist(void)
{
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	CHECK(containers_find(&found, "/nonexistent", NULL, &err) == -1);
	CHECK_STR(err.text, "'/nonexistent': is missing");
}

static size_t count_below(const struct containers *containers, const char *path)
{
	size_t count = 0;

	for (size_t i = 0; i < containers->count; i++)
		count += strncmp(containers->list[i].root, path,
				 strlen(path)) == 0;
	return count;
}

/* su(1) keeps $XDG_RUNTIME_DIR, the directory of the user before. */
static void another_users_runtime_directory_is_not_believed(void)
{
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct containers again CLEANUP_CONTAINERS = { 0 };
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	CHECK(mkdirat(dir.fd, "crun", 0755) == 0);
	make_crun(&dir, "crun/a", getpid(), start_of(getpid()));
	setenv("XDG_RUNTIME_DIR", dir.path, 1);
	(void)!containers_find(&found, NULL, NULL, &err);
	CHECK_U64(count_below(&found, dir.path), 1);
	CHECK(fchmod(dir.fd, 0777) == 0);
	CHECK(containers_find(&again, NULL, NULL, &err) == -1);
	CHECK_U64(count_below(&again, dir.path), 0);
	CHECK_HAS(err.text, "is writable by others");
	CHECK(unlinkat(dir.fd, "crun/a/status", 0) == 0);
	CHECK(unlinkat(dir.fd, "crun/a", AT_REMOVEDIR) == 0);
	CHECK(unlinkat(dir.fd, "crun", AT_REMOVEDIR) == 0);
	unsetenv("XDG_RUNTIME_DIR");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_first_process_is_recognised_by_its_start_time),
	TAP_TEST(a_zombie_does_not_run),
	TAP_TEST(a_container_is_found_by_its_id),
	TAP_TEST(entries_without_a_state_are_skipped),
	TAP_TEST(a_state_that_is_no_file_is_not_opened),
	TAP_TEST(a_broken_state_is_reported_and_hides_no_other),
	TAP_TEST(a_given_root_must_exist),
	TAP_TEST(another_users_runtime_directory_is_not_believed),
};

TAP_MAIN(tests)
