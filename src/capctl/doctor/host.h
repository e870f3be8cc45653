/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the checks of doctor: the installed program, the policy and the
 * real runtime of this machine. Nothing is changed, and no program is run but
 * those of engine/word.h.
 *
 * All paths start at '/', which can be another tree after a chroot(2). What
 * such a tree lacks (an image has no /proc) is not checked.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_HOST_H
#define CAPRUNTIME_CAPCTL_DOCTOR_HOST_H

#include "capctl/engine/installed.h"
#include "capctl/finding.h"
#include "policy/policy.h"
#include "runtime/launch.h"

struct doctor {
	struct installed installed;
	struct policy policy; /* without has_policy only its mode and log */
	bool has_policy; /* `policy` could be read */
	bool asks_engines; /* their programs are of this machine */
	struct launch launch; /* of the handler "capruntime"; path "": none */
};

#define CLEANUP_DOCTOR __attribute__((cleanup(doctor_free)))

void doctor_free(struct doctor *doctor);

/* "are refused", of containers; in mode audit they only would be. */
const char *doctor_refused(const struct doctor *doctor);

/* Can an engine run this program? If not, adds a finding with this topic. */
bool doctor_check_executable(const char *path, const char *topic,
			     struct findings *findings);
/* Adds a finding if programs on this mount cannot be executed. */
void doctor_check_mount(const char *path, const char *topic,
			struct findings *findings);

#endif
