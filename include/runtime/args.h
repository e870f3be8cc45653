/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the command line as the real runtime will read it: the verb, the
 * bundle, the id. It knows the two dialects in use: runc's (Go flags,
 * urfave/cli v1 and v3) and crun's (getopt_long and argp). It adds no options,
 * opens nothing and allocates nothing. A command line that the runtime itself
 * refuses is passed through without a report.
 *
 * Rests on: tests/data/argv.json and tests/data/options.json, recorded from
 * the real runtimes.
 */
#ifndef CAPRUNTIME_RUNTIME_ARGS_H
#define CAPRUNTIME_RUNTIME_ARGS_H

#include "base/cleanup.h"
#include "base/err.h"
#include "runtime/call.h"

/* From the file name of the runtime: crun's if it contains "crun" or is "krun". */
enum runtime_dialect runtime_args_dialect(const char *runtime_path);

/* "crun" or "runc"; NULL: the name is of neither. */
const char *runtime_args_known(const char *runtime_path);

/*
 * Parses argv; argv[argc] is NULL and argv[0] is ignored. A command line that
 * `dialect` refuses is parsed in the other dialect. ret_args is complete in
 * every case; on -1 log, log_format and root are set as far as they were read.
 *
 * Returns -1 when two readings of argv name different bundles, because of an
 * option that no known runtime has or a difference between versions of runc.
 * verb is then set; bundle and config are NULL.
 */
int runtime_args_parse(struct runtime_args *ret_args, int argc,
		       char *const argv[], enum runtime_dialect dialect,
		       struct err *err) MUST_CHECK;

#endif
