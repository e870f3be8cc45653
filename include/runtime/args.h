/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the command line as the real runtime will: which verb, which bundle,
 * which id. It knows the two dialects in use, runc's (Go flags, urfave/cli v1
 * and v3) and crun's (getopt_long and argp). It has no options of its own,
 * opens nothing, allocates nothing and never complains of what the runtime
 * itself will refuse: that is passed through.
 *
 * Rests on: tests/data/argv.json and tests/data/options.json, what the real
 * runtimes took.
 */
#ifndef CAPRUNTIME_RUNTIME_ARGS_H
#define CAPRUNTIME_RUNTIME_ARGS_H

#include "base/cleanup.h"
#include "base/err.h"

enum runtime_dialect { RUNTIME_RUNC, RUNTIME_CRUN };

enum runtime_verb {
	RUNTIME_PASS, /* anything but these three, and what the runtime refuses */
	RUNTIME_CREATE,
	RUNTIME_RUN,
	RUNTIME_EXEC,
};

/* Every pointer points into argv; NULL: not given. */
struct runtime_args {
	enum runtime_verb verb;
	enum runtime_dialect dialect; /* the one that could read argv */
	const char *bundle; /* create, run; NULL and "": current directory */
	const char *config; /* create, run; crun's --config, never just
			     * "config.json": that is the bundle's */
	const char *process; /* exec: the value of --process */
	int process_index; /* exec: the word of argv that ends in it */
	const char *id; /* create, run, exec */
	const char *root;
	const char *preserve_fds; /* create, run, exec */
	const char *log; /* as given, crun's "file:" included */
	const char *log_format;
};

/* By the file name of the real runtime's path: contains "crun" or is "krun". */
enum runtime_dialect runtime_args_dialect(const char *runtime_path);

/*
 * Reads argv (argv[argc] is NULL; argv[0] is not looked at). A form that
 * `dialect` refuses is tried in the other. ret_args is set whole in every
 * case, also on -1 (log, log_format and root then as far as they were read).
 *
 * Returns 0, or -1 when an option that no known runtime has, or the way in
 * which runc's versions differ, makes it impossible to tell which of two
 * bundles is meant; then verb is still set, bundle and config are NULL.
 */
int runtime_args_parse(struct runtime_args *ret_args, int argc,
		       char *const argv[], enum runtime_dialect dialect,
		       struct err *err) MUST_CHECK;

#endif
