/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of a probe: what each container asks for, and the rule for it. What
 * has to come out is not said here: expect.h predicts it. Data only.
 */
#ifndef CAPRUNTIME_CAPCTL_PROBE_CASES_H
#define CAPRUNTIME_CAPCTL_PROBE_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe_case {
	const char *name; /* also of its rule; ends the container's id */
	const char *text; /* for people */
	const char *actions; /* of its rule, JSON members; NULL: no rule */
	uint32_t uid;
	const char *request; /* annotation capruntime.io/ambient; NULL: none */
	bool session; /* also an exec session */
	const char *again; /* that case's container, without rules; or NULL */
};

extern const struct probe_case probe_cases[];
extern const size_t probe_cases_count;

/* The text of the policy. The caller frees; NULL: out of memory. */
char *probe_policy(const char *id_prefix);
/* That of a policy without rules. */
extern const char probe_policy_empty[];

/* What each container has in its bounding, permitted and effective sets. */
extern const char *const probe_capabilities[];
extern const size_t probe_capabilities_count;

#endif
