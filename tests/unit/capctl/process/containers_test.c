/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/containers.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fileio.h"
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
	return container_state_start(text);
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

static void a_first_process_is_known_by_its_start(void)
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

static void one_is_found_by_its_id(void)
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

static void what_is_no_container_is_passed_over(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "empty");
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	REQUIRE(mkdir(path, 0700) == 0);
	REQUIRE(tempdir_write_str(&dir, "file", "x"));
	CHECK(containers_find(&found, dir.path, NULL, &err) == 0);
	CHECK_U64(found.count, 0);
	CHECK_STR(err.text, "");
}

static void a_state_that_is_none_is_named_and_hides_nobody(void)
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
	CHECK_HAS(found.list[0].trouble.text,
		  "/a/state.json': is no state of a container");
	CHECK(!found.list[0].runs);
	CHECK_STR(found.list[1].trouble.text, "");
	CHECK(found.list[1].runs);
}

static void a_root_that_is_named_must_be_there(void)
{
	struct containers found CLEANUP_CONTAINERS = { 0 };
	struct err err = { 0 };

	CHECK(containers_find(&found, "/nonexistent", NULL, &err) == -1);
	CHECK_STR(err.text, "'/nonexistent': is missing");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_first_process_is_known_by_its_start),
	TAP_TEST(a_zombie_does_not_run),
	TAP_TEST(one_is_found_by_its_id),
	TAP_TEST(what_is_no_container_is_passed_over),
	TAP_TEST(a_state_that_is_none_is_named_and_hides_nobody),
	TAP_TEST(a_root_that_is_named_must_be_there),
};

TAP_MAIN(tests)
