/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which container a process is in, by the names in /proc/PID/cgroup: text in,
 * id out. The names are the engines' habit and no proof; the outermost counts,
 * because a container may make further ones inside of its own.
 *
 * Rests on: cgroups(7) "/proc/pid/cgroup"; runc's and crun's cgroup managers.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_CGROUP_H
#define CAPRUNTIME_CAPCTL_PROCESS_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Ids that a directory of a runtime's state lists. */
struct cgroup_names {
	const char *const *list;
	size_t count;
};

/*
 * Recognised: 64 hexadecimal digits, alone or as ENGINE-ID, with or without
 * ".scope"; runc-NAME.scope and crun-NAME.scope; and `names`. An engine's
 * monitor (crio-conmon-ID) is in no container. The id stays in `text`.
 */
bool cgroup_container(const char *text, size_t len,
		      const struct cgroup_names *names, const char **ret_id,
		      size_t *ret_len);

/* 64 hexadecimal digits, as engines make them up. */
bool cgroup_is_engine_id(const char *id, size_t len);

#endif
