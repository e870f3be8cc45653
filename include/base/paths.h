/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixed paths that configure chose. Only paths.c uses SYSCONFDIR,
 * RUNSTATEDIR and BINDIR, so that a test program can link a copy of it with
 * other paths.
 */
#ifndef CAPRUNTIME_BASE_PATHS_H
#define CAPRUNTIME_BASE_PATHS_H

/* No path and no link's target is longer: path_resolution(7), symlink(7). */
#define PATH_SIZE 4096

extern const char paths_config_dir[]; /* SYSCONFDIR/capruntime */
extern const char paths_policy_file[]; /* …/policy.json */
extern const char paths_policy_dir[]; /* …/policy.d */
extern const char paths_runtimes_dir[]; /* …/runtimes */
extern const char paths_run_dir[]; /* RUNSTATEDIR */
extern const char paths_state_dir[]; /* RUNSTATEDIR/capruntime */
extern const char paths_program[]; /* BINDIR/capruntime */

#endif
