/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/owner.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tap.h"
#include "tempdir.h"

#define REMEDY "go away"

static struct record_about owner_of(const char *root, const char *id)
{
	return (struct record_about){ .root = (char *)(uintptr_t)root,
				      .id = (char *)(uintptr_t)id };
}

static struct record_about own_process(void)
{
	struct record_about about = owner_of("/missing", "a");

	owner_set_process(&about);
	CHECK(about.pid == (uint32_t)getpid());
	CHECK(about.start > 0);
	return about;
}

static void a_process_is_known_by_its_number_and_start_time(void)
{
	struct record_about about = own_process();

	CHECK(owner_lives(&about));
	about.start++;
	CHECK(!owner_lives(&about));
	about.start = 0; /* unknown */
	CHECK(owner_lives(&about));
	about.pid = 0;
	CHECK(!owner_lives(&about));
	about.pid = UINT32_MAX;
	CHECK(!owner_lives(&about));
}

static void an_old_errno_ends_no_process(void)
{
	struct record_about about = own_process();

	errno = ESRCH;
	CHECK(owner_lives(&about));
}

static void a_process_lives_if_its_start_time_cannot_be_read(void)
{
	struct record_about about = own_process();
	struct rlimit limit, none;

	REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	about.start++;
	CHECK(!owner_lives(&about));
	none = (struct rlimit){ .rlim_max = limit.rlim_max };
	REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
	CHECK(owner_lives(&about));
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* Runs `child` until it is killed or ends; its process as the owner. */
static struct record_about fork_owner(void (*child)(void), pid_t *ret_pid)
{
	struct record_about about = owner_of("/missing", "a");
	int ready[2];

	CHECK(pipe(ready) == 0);
	*ret_pid = fork();
	if (*ret_pid == 0) {
		owner_set_process(&about);
		if (write(ready[1], &about.start, sizeof(about.start)) < 0)
			_exit(1);
		child();
		_exit(0);
	}
	close(ready[1]);
	about.pid = (uint32_t)*ret_pid;
	CHECK(read(ready[0], &about.start, sizeof(about.start)) ==
	      sizeof(about.start));
	close(ready[0]);
	return about;
}

static void end(void)
{
}

static void a_process_that_ended_is_not_alive_before_its_parent_waits(void)
{
	siginfo_t info;
	pid_t pid;
	struct record_about about = fork_owner(end, &pid);

	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	CHECK(!owner_lives(&about));
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(!owner_lives(&about));
}

static void *sleep_on(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static void end_main_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, sleep_on, NULL) == 0)
		pthread_exit(NULL);
}

/* Waits until the main thread is gone. */
static void wait_for_zombie(pid_t pid)
{
	char path[64], state[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 1000; i++) {
		FILE *file = fopen(path, "re");

		REQUIRE(file && fgets(state, sizeof(state), file));
		fclose(file);
		if (strstr(state, ") Z"))
			return;
		usleep(10000);
	}
	tap_check(false, __FILE__, __LINE__, "the main thread ends");
}

static void a_process_lives_as_long_as_one_of_its_threads(void)
{
	pid_t pid;
	struct record_about about = fork_owner(end_main_thread, &pid);

	wait_for_zombie(pid);
	CHECK(owner_lives(&about));
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	CHECK(!owner_lives(&about));
}

static void a_state_directory_is_a_living_container(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct record_about about = owner_of(dir.path, "a");

	CHECK(!owner_lives(&about));
	REQUIRE(mkdirat(dir.fd, "a", 0700) == 0);
	CHECK(owner_lives(&about));
	about.root = NULL;
	CHECK(!owner_lives(&about));
	/* As early versions wrote it. */
	about = owner_of(".", ".");
	CHECK(!owner_lives(&about));
}

static void a_root_that_cannot_be_read_may_have_the_container(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "file");
	struct record_about about = owner_of(path, "a");

	REQUIRE(symlinkat("file", dir.fd, "file") == 0);
	CHECK(owner_lives(&about));
}

static void only_the_owner_uses_its_bundle(void)
{
	struct record_about about = own_process();
	struct err err = { 0 };

	CHECK(owner_check(&about, "/missing", "a", REMEDY, &err) == 0);
	CHECK(!*err.text);
	CHECK(owner_check(&about, "/missing", "b", REMEDY, &err) == -1);
	CHECK_STR(err.text,
		  "bundle in use by container 'a' under '/missing': " REMEDY);
	CHECK(owner_check(&about, "/other", "a", REMEDY, &err) == -1);
	CHECK(owner_check(&about, NULL, NULL, REMEDY, &err) == -1);
	about.root = NULL;
	CHECK(owner_check(&about, "/missing", "a", REMEDY, &err) == -1);
	CHECK_HAS(err.text, "under '?'");
	about.start++;
	CHECK(owner_check(&about, "/missing", "b", REMEDY, &err) == 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_process_is_known_by_its_number_and_start_time),
	TAP_TEST(an_old_errno_ends_no_process),
	TAP_TEST(a_process_lives_if_its_start_time_cannot_be_read),
	TAP_TEST(a_process_that_ended_is_not_alive_before_its_parent_waits),
	TAP_TEST(a_process_lives_as_long_as_one_of_its_threads),
	TAP_TEST(a_state_directory_is_a_living_container),
	TAP_TEST(a_root_that_cannot_be_read_may_have_the_container),
	TAP_TEST(only_the_owner_uses_its_bundle),
};

TAP_MAIN(tests)
