/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/processes.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tap.h"
#include "tempdir.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* A made-up /proc, with processes that a test cannot start. */

static void write_in(const struct tempdir *dir, const char *path,
		     const char *text)
{
	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		char *above CLEANUP_FREE = strndup(path, (size_t)(at - path));

		mkdirat(dir->fd, above, 0755);
	}
	CHECK(tempdir_write_str(dir, path, text));
}

static void write_status(const struct tempdir *dir, const char *path, int tgid,
			 int pid, int threads, const char *ambient)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "Name:\tx\nState:\tS (sleeping)\nTgid:\t%d\nPid:\t%d\n"
		 "PPid:\t1\nUid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\n"
		 "VmSize:\t1 kB\nThreads:\t%d\nCapInh:\t0\nCapPrm:\t0\n"
		 "CapEff:\t0\nCapBnd:\t0\nCapAmb:\t%s\nNoNewPrivs:\t0\n"
		 "Seccomp:\t0\n",
		 tgid, pid, threads, ambient);
	write_in(dir, path, text);
}

static void add_process(const struct tempdir *dir, int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/status", pid);
	write_status(dir, path, pid, pid, 1, "0");
}

static void add_thread(const struct tempdir *dir, int pid, int tid,
		       const char *ambient)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/task/%d/status", pid, tid);
	write_status(dir, path, pid, tid, 3, ambient);
}

static const struct process *find(const struct processes *processes,
				  uint32_t pid)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->list[i].status.pid == pid)
			return &processes->list[i];
	return NULL;
}

static void read_all(struct processes *processes, const struct tempdir *dir)
{
	struct err err = { 0 };

	CHECK(processes_open(processes, dir->path, dir->path, NULL, &err) == 0);
	if (!CHECK(processes_add_all(processes, &err) == 0))
		printf("# %s\n", err.text);
}

static void only_numbers_are_processes(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	add_process(&dir, 1);
	add_process(&dir, 2147483647);
	write_status(&dir, "self/status", 7, 7, 1, "0");
	write_status(&dir, "012/status", 12, 12, 1, "0");
	write_status(&dir, "12x/status", 12, 12, 1, "0");
	write_status(&dir, "4294967308/status", 12, 12, 1, "0");
	read_all(&processes, &dir);
	CHECK_U64(processes.count, 2);
	CHECK(find(&processes, 2147483647));
	CHECK_U64(processes.errors_count, 0);
}

static void ended_processes_are_skipped(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	add_process(&dir, 1);
	CHECK(mkdirat(dir.fd, "12", 0755) == 0);
	read_all(&processes, &dir);
	CHECK_U64(processes.count, 1);
	CHECK_U64(processes.errors_count, 0);
}

static void unreadable_processes_are_recorded(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	add_process(&dir, 1);
	write_in(&dir, "12/status", "Name:\tx\n");
	write_in(&dir, "14/status/x", "");
	read_all(&processes, &dir);
	CHECK_U64(processes.count, 1);
	REQUIRE(processes.errors_count == 2);
	for (int i = 0; i < 2; i++)
		CHECK_U64((unsigned int)processes.errors[i].number,
			  processes.errors[i].pid == 12 ? EBADMSG : EISDIR);
}

/* The list of many groups comes before the sets. */
static void a_long_status_is_read_completely(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *status CLEANUP_FREE = NULL, *text CLEANUP_FREE = NULL;

	add_process(&dir, 1);
	status = tempdir_read(&dir, "1/status");
	REQUIRE(asprintf(&text, "Groups:\t%0700000d\n%s", 0, status) > 0);
	write_in(&dir, "1/status", text);
	read_all(&processes, &dir);
	CHECK_U64(processes.count, 1);
	processes_close(&processes);
	free(text);
	REQUIRE(asprintf(&text, "Groups:\t%01100000d\n%s", 0, status) > 0);
	write_in(&dir, "2/status", text);
	read_all(&processes, &dir);
	REQUIRE(processes.errors_count == 1);
	CHECK(processes.errors[0].number == EFBIG);
}

static void without_process_1_others_are_hidden(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	add_process(&dir, 12);
	read_all(&processes, &dir);
	CHECK_U64(processes.count, 1);
	REQUIRE(processes.errors_count == 1);
	CHECK_U64(processes.errors[0].pid, 1);
	CHECK(processes.errors[0].number == EACCES);
}

static void threads_that_differ_follow_their_process(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	add_process(&dir, 1);
	write_status(&dir, "12/status", 12, 12, 3, "400");
	write_in(&dir, "12/cgroup", "0::/docker/" HEX "\n");
	CHECK(mkdirat(dir.fd, "docker", 0755) == 0);
	add_thread(&dir, 12, 12, "400");
	add_thread(&dir, 12, 13, "400");
	add_thread(&dir, 12, 14, "0");
	CHECK(mkdirat(dir.fd, "12/task/15", 0755) == 0);
	read_all(&processes, &dir);
	CHECK_U64(processes.count, 3);
	CHECK_U64(processes.errors_count, 0);
	for (size_t i = 0; i < processes.count; i++) {
		const struct process *process = &processes.list[i];

		if (process->status.pid == 1)
			continue;
		CHECK_STR(process->container, HEX);
		if (process->status.pid == 14) {
			CHECK(process->is_thread);
			CHECK_U64(process[-1].status.pid, 12);
		}
	}
}

static void one_that_differs_in_any_privilege_is_shown(void)
{
	static const char *const lines[] = { "Uid:\t1\t2\t1\t1",
					     "Gid:\t1\t1\t1\t2",
					     "NoNewPrivs:\t1", "Seccomp:\t2" };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
		struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
		char *status CLEANUP_FREE = NULL, *text CLEANUP_FREE = NULL;
		const struct process *process, *thread;

		add_process(&dir, 1);
		write_status(&dir, "12/status", 12, 12, 2, "0");
		write_in(&dir, "12/ns/pid", "");
		add_thread(&dir, 12, 13, "0");
		status = tempdir_read(&dir, "12/task/13/status");
		REQUIRE(asprintf(&text, "%s\n%s", lines[i], status) > 0);
		write_in(&dir, "12/task/13/status", text);
		read_all(&processes, &dir);
		process = find(&processes, 12);
		thread = find(&processes, 13);
		CHECK(process && thread);
		if (!process || !thread) {
			printf("# %s\n", lines[i]);
			continue;
		}
		CHECK(thread->pid_namespace);
		CHECK_U64(thread->pid_namespace, process->pid_namespace);
	}
}

static void set_zombie(const struct tempdir *dir, const char *path)
{
	char *text CLEANUP_FREE = tempdir_read(dir, path);

	REQUIRE(text);
	memcpy(strstr(text, "S (sleeping)"), "Z (sleeping)", 12);
	CHECK(tempdir_write_str(dir, path, text));
}

static void a_thread_represents_an_exited_main_thread(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	write_status(&dir, "12/status", 12, 12, 4, "1");
	write_in(&dir, "12/cgroup", "0::/\n");
	set_zombie(&dir, "12/status");
	add_thread(&dir, 12, 12, "1");
	set_zombie(&dir, "12/task/12/status");
	add_thread(&dir, 12, 13, "1");
	set_zombie(&dir, "12/task/13/status");
	add_thread(&dir, 12, 14, "400");
	write_in(&dir, "12/task/14/cgroup", "0::/docker/" HEX "\n");
	CHECK(mkdirat(dir.fd, "docker", 0755) == 0);
	REQUIRE(processes_open(&processes, dir.path, dir.path, NULL, &err) ==
		0);
	CHECK(processes_add(&processes, 12, &err) == 0);
	CHECK_U64(processes.errors_count, 0);
	REQUIRE(processes.count == 1);
	CHECK(processes.list[0].main_has_exited);
	CHECK(!processes.list[0].is_thread);
	CHECK_U64(processes.list[0].status.pid, 12);
	CHECK_U64(processes.list[0].status.sets.set[CAPSET_AMBIENT], 0x400);
	CHECK_STR(processes.list[0].container, HEX);
	CHECK(!procstatus_is_dead(&processes.list[0].status));
}

static void check_file(const struct tempdir *dir, uint32_t pid,
		       const char *want)
{
	char *path CLEANUP_FREE = processes_file(dir->path, pid, "exe");

	REQUIRE(path && strncmp(path, dir->path, strlen(dir->path)) == 0);
	CHECK_STR(path + strlen(dir->path), want);
}

static void a_file_of_a_process_is_that_of_a_living_thread(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	write_status(&dir, "12/status", 12, 12, 3, "1");
	add_thread(&dir, 12, 12, "1");
	add_thread(&dir, 12, 13, "1");
	add_thread(&dir, 12, 14, "1");
	check_file(&dir, 12, "/12/exe");
	set_zombie(&dir, "12/status");
	set_zombie(&dir, "12/task/12/status");
	set_zombie(&dir, "12/task/13/status");
	check_file(&dir, 12, "/12/task/14/exe");
	set_zombie(&dir, "12/task/14/status");
	check_file(&dir, 12, "/12/exe");
	check_file(&dir, 15, "/15/exe");
}

/* A tracer keeps threads that have exited. */
static void a_process_whose_threads_have_all_exited_is_dead(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	write_status(&dir, "12/status", 12, 12, 2, "1");
	set_zombie(&dir, "12/status");
	add_thread(&dir, 12, 13, "400");
	set_zombie(&dir, "12/task/13/status");
	REQUIRE(processes_open(&processes, dir.path, dir.path, NULL, &err) ==
		0);
	CHECK(processes_add(&processes, 12, &err) == 0);
	REQUIRE(processes.count == 1);
	CHECK(!processes.list[0].main_has_exited);
	CHECK(procstatus_is_dead(&processes.list[0].status));
}

static void kernel_threads_are_skipped(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *status CLEANUP_FREE = NULL;
	struct err err;

	add_process(&dir, 1);
	status = tempdir_read(&dir, "1/status");
	memcpy(strstr(status, "VmSize"), "KThrea", 6);
	write_in(&dir, "2/status", status);
	read_all(&processes, &dir);
	CHECK_U64(processes.count, 1);
	/* By its pid, a kernel thread is added. */
	CHECK(processes_add(&processes, 2, &err) == 0);
	CHECK_U64(processes.count, 2);
}

static void containers_are_recognised(void)
{
	static const char *const list[] = { "web" };
	const struct cgroup_names names = { list, 1 };
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err;

	add_process(&dir, 1);
	write_in(&dir, "1/cgroup", "0::/web\n");
	REQUIRE(processes_open(&processes, dir.path, dir.path, &names, &err) ==
		0);
	REQUIRE(processes_add(&processes, 1, &err) == 0);
	REQUIRE(processes.count == 1);
	CHECK_STR(processes.list[0].container, "web");
}

/* Others can create any name in `users`. */
static void a_name_that_others_could_write_is_no_container(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err;

	add_process(&dir, 1);
	write_in(&dir, "1/cgroup", "0::/users/docker-" HEX ".scope\n");
	add_process(&dir, 2);
	write_in(&dir, "2/cgroup",
		 "0::/users/docker-" HEX ".scope\n"
		 "9:name=systemd:/docker/" OTHER "\n");
	CHECK(mkdirat(dir.fd, "users", 0755) == 0);
	CHECK(fchmodat(dir.fd, "users", 0777, 0) == 0);
	CHECK(mkdirat(dir.fd, "systemd", 0755) == 0);
	CHECK(mkdirat(dir.fd, "systemd/docker", 0755) == 0);
	REQUIRE(processes_open(&processes, dir.path, dir.path, NULL, &err) ==
		0);
	REQUIRE(processes_add(&processes, 1, &err) == 0);
	REQUIRE(processes_add(&processes, 2, &err) == 0);
	REQUIRE(processes.count == 2);
	CHECK(!processes.list[0].container);
	CHECK_STR(processes.list[1].container, OTHER);
}

/* The real /proc. */

static bool open_proc(struct processes *processes)
{
	struct err err = { 0 };
	bool opened = processes_open(processes, "/proc", PROCESSES_CGROUPS,
				     NULL, &err) == 0;

	if (!CHECK(opened))
		printf("# %s\n", err.text);
	return opened;
}

static void a_missing_process_is_recorded(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	pid_t child = fork();
	struct err err;

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	REQUIRE(open_proc(&processes));
	CHECK(processes_add(&processes, (uint32_t)child, &err) == 0);
	CHECK_U64(processes.count, 0);
	REQUIRE(processes.errors_count == 1);
	CHECK_U64(processes.errors[0].pid, (uint32_t)child);
	CHECK(processes.errors[0].number == ESRCH);
}

static void a_zombie_is_added(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	pid_t child = fork();
	siginfo_t info;
	struct err err;

	if (child == 0)
		_exit(0);
	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	if (open_proc(&processes))
		CHECK(processes_add(&processes, (uint32_t)child, &err) == 0);
	waitpid(child, NULL, 0);
	REQUIRE(processes.count == 1);
	CHECK(procstatus_is_dead(&processes.list[0].status));
}

static void all_processes_are_added(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	const struct process *own;
	struct err err;

	REQUIRE(open_proc(&processes));
	REQUIRE(processes_add_all(&processes, &err) == 0);
	own = find(&processes, (uint32_t)getpid());
	REQUIRE(own);
	CHECK_U64(own->status.ppid, (uint32_t)getppid());
	CHECK(own->pid_namespace > 0);
	CHECK(!own->is_thread);
	CHECK(find(&processes, (uint32_t)getppid()));
}

/* Raw system calls: a thread of clone(2) has no state of the C library. */
static int run_thread(void *argument)
{
	const int *pipes = argument;
	char byte = 0;

	if (syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 1;
	if (syscall(SYS_write, pipes[1], &byte, 1) != 1)
		return 1;
	syscall(SYS_read, pipes[2], &byte, 1);
	return 0;
}

static void run_two_threads(const int pipes[4])
{
	static char stack[65536] __attribute__((aligned(16)));

	if (clone(run_thread, stack + sizeof(stack),
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			  CLONE_THREAD,
		  (void *)(uintptr_t)pipes) < 0)
		_exit(1);
	for (;;)
		pause();
}

static void a_real_thread_that_differs_is_shown(void)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	int pipes[4];
	struct err err;
	pid_t child;
	char byte;

	REQUIRE(pipe2(pipes, O_CLOEXEC) == 0);
	REQUIRE(pipe2(pipes + 2, O_CLOEXEC) == 0);
	child = fork();
	if (child == 0)
		run_two_threads(pipes);
	close(pipes[1]);
	CHECK(read(pipes[0], &byte, 1) == 1);
	if (open_proc(&processes))
		CHECK(processes_add(&processes, (uint32_t)child, &err) == 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	REQUIRE(processes.count == 2);
	CHECK(!processes.list[0].is_thread && processes.list[1].is_thread);
	CHECK(!processes.list[0].status.no_new_privs);
	CHECK(processes.list[1].status.no_new_privs);
	CHECK_U64(processes.list[1].status.tgid, (uint32_t)child);
}

static const struct tap_test tests[] = {
	TAP_TEST(only_numbers_are_processes),
	TAP_TEST(ended_processes_are_skipped),
	TAP_TEST(unreadable_processes_are_recorded),
	TAP_TEST(a_long_status_is_read_completely),
	TAP_TEST(without_process_1_others_are_hidden),
	TAP_TEST(threads_that_differ_follow_their_process),
	TAP_TEST(one_that_differs_in_any_privilege_is_shown),
	TAP_TEST(a_thread_represents_an_exited_main_thread),
	TAP_TEST(a_file_of_a_process_is_that_of_a_living_thread),
	TAP_TEST(a_process_whose_threads_have_all_exited_is_dead),
	TAP_TEST(kernel_threads_are_skipped),
	TAP_TEST(containers_are_recognised),
	TAP_TEST(a_name_that_others_could_write_is_no_container),
	TAP_TEST(a_missing_process_is_recorded),
	TAP_TEST(a_zombie_is_added),
	TAP_TEST(all_processes_are_added),
	TAP_TEST(a_real_thread_that_differs_is_shown),
};

TAP_MAIN(tests)
