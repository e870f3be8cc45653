/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter that libseccomp makes from config.json's linux.seccomp, as
 * the runtimes do; it is evaluated here and not loaded. System calls that
 * libseccomp does not know are left out, as the runtimes do; their libseccomp
 * may be another version.
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
 * `doc` passed json_check(). *ret_profile is NULL if the container has none:
 * every call is allowed. The caller frees. -1: the runtime would refuse it.
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

/* It lists architectures, but not this machine's: the runtime adds that one. */
bool seccomp_profile_is_foreign(const struct seccomp_profile *profile);

/*
 * By which this machine's programs make the call. Negative: it has no such call.
 * On s390x and ppc64el libseccomp itself has other, negative numbers for what
 * socketcall(2) and ipc(2) do as well.
 */
int seccomp_call_number(const char *name);

/*
 * What the kernel would do with the call: a SECCOMP_RET_ value with its data.
 * `arch` is an AUDIT_ARCH_ value; 0: this machine's.
 */
uint32_t seccomp_profile_run(const struct seccomp_profile *profile,
			     uint32_t arch, int nr, const uint64_t args[6]);

#endif
