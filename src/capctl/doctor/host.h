/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the checks of doctor: the installed program, the policy and the
 * real runtime of this machine. Nothing is changed, and no program is run but
 * those of engine_word.h.
 *
 * All paths start at '/', which can be another tree after a chroot(2). What
 * such a tree lacks (an image has no /proc) is not checked.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_HOST_H
#define CAPRUNTIME_CAPCTL_DOCTOR_HOST_H

#include "base/fileio.h"
#include "capctl/finding.h"
#include "policy/policy.h"
#include "runtime/launch.h"

struct doctor {
	char beside[PATH_SIZE]; /* capruntime in the directory of capctl */
	struct policy policy;
	bool has_policy; /* `policy` could be read */
	bool asks_engines; /* their programs are of this machine */
	struct launch launch; /* of the handler "capruntime"; path "": none */
};

#define CLEANUP_DOCTOR __attribute__((cleanup(doctor_free)))

/* Reads /proc/self/exe: call it before a chroot(2). */
void doctor_init(struct doctor *ret_doctor);
void doctor_free(struct doctor *doctor);

/*
 * The path of capruntime: the configured one or, if that does not exist, the
 * one beside capctl if that does.
 */
const char *doctor_installed(const struct doctor *doctor);
/* Is it the file doctor_installed()? */
bool doctor_is_installed(const struct doctor *doctor, const char *path);
/*
 * Is it the same file, or does its name say capruntime? A link to the file can
 * have any name. `doctor` is a struct doctor.
 */
bool doctor_is_capruntime(const void *doctor, const char *path);
/* Can an engine run this program? If not, adds a finding with this topic. */
bool doctor_check_executable(const char *path, const char *topic,
			     struct findings *findings);
/* Adds a finding if programs on this mount cannot be executed. */
void doctor_check_mount(const char *path, const char *topic,
			struct findings *findings);

#endif
