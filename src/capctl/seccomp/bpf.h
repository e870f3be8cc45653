/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classic BPF as seccomp(2) accepts it: checks that the kernel would load a
 * program, and runs it for a system call. profile.h makes the programs.
 *
 * Rests on: the kernel's net/core/filter.c, bpf_check_classic() and
 * bpf_convert_filter(); kernel/seccomp.c, seccomp_check_filter().
 */
#ifndef CAPRUNTIME_CAPCTL_SECCOMP_BPF_H
#define CAPRUNTIME_CAPCTL_SECCOMP_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

struct bpf_program {
	const struct sock_filter *code;
	size_t count; /* instructions */
};

/* -1: seccomp(2) would fail with EINVAL; the message names the instruction. */
int bpf_check(const struct bpf_program *program, struct err *err) MUST_CHECK;

/*
 * The program passed bpf_check(), so it ends after at most `count` steps.
 * Returns a SECCOMP_RET_ value with its data.
 */
uint32_t bpf_run(const struct bpf_program *program,
		 const struct seccomp_data *data);

#endif
