/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this machine ready for capruntime? Each part looks at one thing and
 * tells what it found, with the way out (findings.h); nothing is changed, and
 * nothing is run.
 *
 * All paths are from '/', which may be another tree's after a chroot(2); what
 * such a tree does not have (/proc of an image) is not looked at.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_HOST_H
#define CAPRUNTIME_CAPCTL_DOCTOR_HOST_H

#include "capctl/finding.h"
#include "policy/policy.h"
#include "runtime/launch.h"

struct doctor {
	struct policy policy;
	bool has_policy; /* it could be read */
	struct launch launch; /* of the handler "capruntime"; path "": none */
};

#define CLEANUP_DOCTOR __attribute__((cleanup(doctor_free)))

/*
 * capruntime: where configure puts it or, when it is not there, beside the
 * program that runs. Where that is must be learnt before a chroot(2).
 */
void doctor_learn_place(void);
const char *doctor_installed(void);

/* All of what follows. -1: out of memory. */
int doctor_check_all(struct findings *findings, struct err *err) MUST_CHECK;

void doctor_check_kernel(struct findings *findings);
/* capruntime itself, the real runtime and the links to others. */
void doctor_check_program(struct doctor *doctor, struct findings *findings);
void doctor_check_containers(const struct doctor *doctor,
			     struct findings *findings);
void doctor_check_policy(struct doctor *doctor, struct findings *findings);
int doctor_check_engines(const struct doctor *doctor, struct findings *findings,
			 struct err *err) MUST_CHECK;

void doctor_free(struct doctor *doctor);

/* Is it the very file doctor_installed(), by whatever links? */
bool doctor_is_installed(const char *path);
/*
 * Is it the program that was installed, or called like it? The name of a link
 * to it may be any.
 */
bool doctor_is_capruntime(const char *path);
/* A program that an engine may call; else a finding under this topic. */
bool doctor_check_executable(const char *path, const char *topic,
			     struct findings *findings);

#endif
