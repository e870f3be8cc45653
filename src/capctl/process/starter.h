/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which program an engine called to start a container: from the file "runtime"
 * that containerd's shim leaves in the bundle (empty: its default, runc), or
 * from the command line of conmon, the parent of the first process, or of
 * conmon-rs, the parent of those of a pod. A process in a container can imitate
 * none of them.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_STARTER_H
#define CAPRUNTIME_CAPCTL_PROCESS_STARTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The names of these programs. */
#define STARTER_CONMON "conmon"
#define STARTER_CONMON_RS "conmonrs"

/*
 * `pid`: of the first process, which lives; 0: that of the file "pidfile", which
 * CRI-O and podman keep in the bundle. It can be stale, and conmon-rs names no
 * bundle, so from there conmon-rs tells nothing. Returns a path or a name as the
 * engine has it; NULL: nothing tells, or out of memory. The caller frees.
 */
char *starter_find(const char *bundle, int32_t pid);

/*
 * The name that podman gave the container, by conmon's command line; NULL:
 * nothing tells, or out of memory. The caller frees.
 */
char *starter_find_name(const char *bundle, int32_t pid);

/*
 * By its name, "capruntime", "capruntime-X" or that of a link to a real runtime,
 * or as the installed file.
 */
bool starter_is_capruntime(const char *runtime);

enum starter_option { STARTER_RUNTIME, STARTER_NAME };

/*
 * The value of an option in the arguments of conmon, each ended by a NUL, if
 * this is conmon and for this bundle; else NULL.
 */
const char *starter_parse_conmon(const char *arguments, size_t len,
				 const char *bundle,
				 enum starter_option option);

/* The runtime in the arguments of conmon-rs; NULL: this is another program. */
const char *starter_parse_conmonrs(const char *arguments, size_t len);

#endif
