/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the container of a process by the names in /proc/PID/cgroup: text in,
 * id out. The names are a convention of the engines, not a proof: cgroupfs.h
 * checks who can have written one. In each hierarchy the outermost match counts,
 * because a container may create cgroups below its own.
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

struct cgroup_search {
	const char *text; /* of the file, as far as it is unread */
	size_t len;
	const struct cgroup_names *names; /* may be NULL */
};

/* A cgroup with the name of a container. All texts point into the file's. */
struct cgroup_place {
	const char *id;
	size_t id_len;
	bool is_known; /* the id is one of `names` */
	const char *controllers; /* "cpu,cpuacct", "name=x"; "": cgroup v2 */
	size_t controllers_len;
	const char *above; /* the path of the cgroup that contains it */
	size_t above_len;
};

/*
 * Finds the next hierarchy with the name of a container. Recognises 64
 * hexadecimal digits, alone or as ENGINE-ID, with or without ".scope";
 * runc-NAME.scope and crun-NAME.scope; and `names`. An engine's monitor
 * (crio-conmon-ID) is not in a container.
 */
bool cgroup_next(struct cgroup_search *search, struct cgroup_place *ret_place);

/* 64 hexadecimal digits, the format of ids that engines generate. */
bool cgroup_is_engine_id(const char *id, size_t len);

/* Is it an engine's id that `text` begins, as engines print it? "" begins none. */
bool cgroup_is_short_id(const char *id, const char *text);

#endif
