/* SPDX-License-Identifier: Apache-2.0 */
/* One call of a runtime: what capruntime uses of its command line. Data only. */
#ifndef CAPRUNTIME_RUNTIME_CALL_H
#define CAPRUNTIME_RUNTIME_CALL_H

#include <stdbool.h>

enum runtime_dialect { RUNTIME_RUNC, RUNTIME_CRUN };

enum runtime_verb {
	RUNTIME_PASS, /* any other verb, and whatever the runtime refuses */
	RUNTIME_CREATE,
	RUNTIME_RUN,
	RUNTIME_RESTORE,
	RUNTIME_EXEC,
};

/* "create"; "" for RUNTIME_PASS. */
const char *runtime_verb_name(enum runtime_verb verb);

/* Every pointer points into argv; NULL: not given. */
struct runtime_args {
	enum runtime_verb verb;
	enum runtime_dialect dialect; /* crun's if the program's name says so,
				       * else the one that could parse argv */
	const char *bundle; /* create, run, restore; NULL and "": the current
			     * directory */
	const char *config; /* create, run: crun's --config; never
			     * "config.json", which is the bundle's own */
	const char *process; /* exec: the value of --process */
	int process_index; /* exec: the argument that ends in that value */
	const char *id; /* create, run, restore, exec */
	const char *root;
	const char *preserve_fds; /* create, run, exec */
	bool unclear_exec; /* PASS: readings of argv as an exec differ */
	const char *log; /* as given, including crun's "file:" */
	const char *log_format;
};

#endif
