/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a part of a test that mounts in a child; its end removes the mounts. */
#ifndef CAPRUNTIME_OWN_MOUNTS_H
#define CAPRUNTIME_OWN_MOUNTS_H

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "tap.h"
#include "tempdir.h"

static inline void with_own_mounts(const struct tempdir *dir,
				   void (*test)(const struct tempdir *dir))
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			_exit(77);
		test(dir);
		fflush(stdout);
		_exit(tap_failed);
	}
	REQUIRE(waitpid(child, &status, 0) == child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		SKIP("only root can mount");
	CHECK(status == 0);
}

#endif
