/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classic BPF as seccomp(2) takes it: is a program one that the kernel would
 * load, and what does it answer for a system call? It runs nothing but the
 * program; where that comes from is seccomp_profile.h.
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

/* -1: the kernel would refuse it with EINVAL; the message names the place. */
int bpf_check(const struct bpf_program *program, struct err *err) MUST_CHECK;

/*
 * The program passed bpf_check(), so it ends after at most `count` steps.
 * Returns SECCOMP_RET_… with its data.
 */
uint32_t bpf_run(const struct bpf_program *program,
		 const struct seccomp_data *data);

#endif
