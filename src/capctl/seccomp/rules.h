/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adds the rules of config.json's linux.seccomp to a libseccomp filter, as the
 * runtimes do. profile.h makes a program of it.
 *
 * Rests on: OCI runtime specification config-linux.md "Seccomp"; runc's
 * libcontainer/seccomp; crun's src/libcrun/seccomp.c; seccomp_rule_add(3).
 */
#ifndef CAPRUNTIME_CAPCTL_SECCOMP_RULES_H
#define CAPRUNTIME_CAPCTL_SECCOMP_RULES_H

#include "runtime/args.h"
#include "json/scan.h"

struct seccomp_rules {
	void *filter; /* libseccomp's scmp_filter_ctx */
	uint32_t default_action;
	int newest; /* the highest call number that is named */
	bool names_native; /* lists this machine's architecture */
	bool names_other; /* lists another */
};

#define CLEANUP_RULES __attribute__((cleanup(seccomp_rules_free)))

/*
 * `object` is linux.seccomp of a text that passed json_check(). Names of calls
 * that libseccomp does not know are left out. -1: the message names the place.
 * The caller frees, also on -1.
 */
int seccomp_rules_read(struct seccomp_rules *ret_rules,
		       const struct json_doc *doc, struct json_value object,
		       enum runtime_dialect dialect,
		       struct err *err) MUST_CHECK;
void seccomp_rules_free(struct seccomp_rules *rules);

/* This machine's architecture as profiles spell it: "SCMP_ARCH_X86_64". */
const char *seccomp_native_name(void);

#endif
