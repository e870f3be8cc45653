/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drop-in OCI runtime: applies the policy to the bundle, then executes the
 * real runtime. All verbs and options are the real runtime's.
 */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include "capruntime/create.h"
#include "capruntime/exec.h"
#include "capruntime/refuse.h"
#include "runtime/args.h"
#include "runtime/launch.h"

/*
 * Static: argv[0] points into it at execve(2), without an allocation. Common: it
 * lies behind all other variables, which are then in one page.
 */
struct launch launch __attribute__((common));

/* The IDs at execve(2); getauxval(3) makes no system call. */
static bool is_setuid(void)
{
	return getauxval(AT_UID) != getauxval(AT_EUID) ||
	       getauxval(AT_GID) != getauxval(AT_EGID);
}

static bool is_start(enum runtime_verb verb)
{
	return verb == RUNTIME_CREATE || verb == RUNTIME_RUN ||
	       verb == RUNTIME_RESTORE;
}

static int call_runtime(int argc, char **argv, struct runtime_args *args,
			struct err *err)
{
	int lock CLEANUP_FD = -1;
	int resolved = launch_resolve(&launch, argv[0], err);
	enum runtime_dialect dialect = runtime_args_dialect(launch.path);
	struct err unreadable;

	if (runtime_args_parse(args, argc, argv, dialect, &unreadable) < 0) {
		*err = resolved < 0 ? *err : unreadable;
		return -1;
	}
	if (resolved < 0)
		return -1;
	if (is_start(args->verb) &&
	    (launch_check_path(&launch, err) < 0 ||
	     create_prepare(args, launch.handler, launch.path, &lock, err) < 0))
		return -1;
	if ((args->verb == RUNTIME_EXEC || args->unclear_exec) &&
	    exec_prepare(args, argv, launch.handler, launch.path, err) < 0)
		return -1;
	return launch_exec(&launch, argv, err);
}

int main(int argc, char **argv)
{
	struct runtime_args args = { 0 };
	struct err err = { 0 };

	if (is_setuid())
		err_set(&err,
			"must not be setuid or setgid: remove the bit from the program");
	else if (call_runtime(argc, argv, &args, &err) == 0)
		return EXIT_SUCCESS;
	refuse(&err, &args);
	return EXIT_FAILURE;
}
