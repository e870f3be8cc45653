/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can the name of a cgroup be trusted? A user to whom a cgroup is delegated, as
 * by systemd to the manager of each user, can create any name in it, also that
 * of a container.
 *
 * Rests on: cgroups(7) "Cgroups delegation"; the mount points of systemd.
 */
#ifndef CAPRUNTIME_CAPCTL_PROCESS_CGROUPFS_H
#define CAPRUNTIME_CAPCTL_PROCESS_CGROUPFS_H

#include "capctl/process/cgroup.h"

/*
 * Only root or the effective user can create cgroups where this one is. Where
 * that cannot be examined, because the hierarchy is not mounted below
 * `cgroups`, or is outside the own cgroup namespace: the id is a known one.
 * `cgroups` is a descriptor of /sys/fs/cgroup, or -1.
 */
bool cgroupfs_is_trusted(int cgroups, const struct cgroup_place *place);

#endif
