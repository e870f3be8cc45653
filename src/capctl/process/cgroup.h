/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the container of a process by the names in /proc/PID/cgroup: text in,
 * id out. The names are a convention of the engines, not a proof. The outermost
 * match counts, because a container may create cgroups below its own.
 *
 * Rests on: cgroups(7) "/proc/pid/cgroup"; runc's and crun's cgroup managers.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_CGROUP_H
#define CAPRUNTIME_CAPCTL_PROCESS_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Container ids, as listed in a runtime's state directory. */
struct cgroup_names {
	const char *const *list;
	size_t count;
};

/*
 * Recognises 64 hexadecimal digits, alone or as ENGINE-ID, with or without
 * ".scope"; runc-NAME.scope and crun-NAME.scope; and `names`. An engine's
 * monitor (crio-conmon-ID) is not in a container. ret_id points into `text`.
 */
bool cgroup_container(const char *text, size_t len,
		      const struct cgroup_names *names, const char **ret_id,
		      size_t *ret_len);

/* 64 hexadecimal digits, the format of ids that engines generate. */
bool cgroup_is_engine_id(const char *id, size_t len);

#endif
