/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of doctor, in the order of its report: one function from each of
 * kernel.c, program.c, containers.c, policy.c and engines.c.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_CHECKS_H
#define CAPRUNTIME_CAPCTL_DOCTOR_CHECKS_H

#include "capctl/doctor/host.h"

void doctor_check_kernel(struct findings *findings);
/* capruntime, the real runtime and the links of other handlers. */
void doctor_check_program(struct doctor *doctor, struct findings *findings);
void doctor_check_containers(const struct doctor *doctor,
			     struct findings *findings);
void doctor_check_policy(struct doctor *doctor, struct findings *findings);
/* -1: out of memory. */
int doctor_check_engines(const struct doctor *doctor, struct findings *findings,
			 struct err *err) MUST_CHECK;

#endif
