/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static void a_process_that_runs_has_a_start_time(void)
{
	uint64_t start = learn_process_start((uint32_t)getpid());

	CHECK(start > 0);
	CHECK_U64(learn_process_start((uint32_t)getpid()), start);
}

static void one_that_has_ended_has_none(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	REQUIRE(pid > 0);
	/* First as a zombie, then reaped. */
	CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	CHECK_U64(learn_process_start((uint32_t)pid), 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK_U64(learn_process_start((uint32_t)pid), 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_process_that_runs_has_a_start_time),
	TAP_TEST(one_that_has_ended_has_none),
};

TAP_MAIN(tests)
