/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's seccomp filter, made of config.json's linux.seccomp by
 * libseccomp as the runtimes make it, and asked instead of loaded. What
 * libseccomp here does not know (names of system calls) is left out, as the
 * runtimes do; theirs may be of another version.
 *
 * Rests on: OCI runtime specification config-linux.md "Seccomp"; runc's
 * libcontainer/seccomp; crun's src/libcrun/seccomp.c; seccomp_rule_add(3).
 */
#ifndef CAPRUNTIME_CAPCTL_SECCOMP_PROFILE_H
#define CAPRUNTIME_CAPCTL_SECCOMP_PROFILE_H

#include "runtime/args.h"
#include "json/scan.h"

struct seccomp_profile;

#define CLEANUP_PROFILE __attribute__((cleanup(seccomp_profile_cleanup)))

/*
 * `doc` passed json_check(). NULL in ret_profile: there is none, and every
 * call is open. The caller frees. -1: the runtime would refuse it, too.
 */
int seccomp_profile_read(struct seccomp_profile **ret_profile,
			 const struct json_doc *doc,
			 enum runtime_dialect dialect,
			 struct err *err) MUST_CHECK;
void seccomp_profile_free(struct seccomp_profile *profile);

static inline void seccomp_profile_cleanup(struct seccomp_profile **profile)
{
	seccomp_profile_free(*profile);
}

/*
 * What the kernel would do with the call: SECCOMP_RET_… with its data. `arch`
 * is AUDIT_ARCH_…; 0: this machine's own.
 */
uint32_t seccomp_profile_ask(const struct seccomp_profile *profile,
			     uint32_t arch, int nr, const uint64_t args[6]);

#endif
