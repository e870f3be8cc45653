/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a system call (struct seccomp_data), then instructions. A
 * program that bpf_check() accepts ends, returns the same each time, and the
 * same after steps without an effect; a refusal has a reason.
 */
#include "config.h"

#include "capctl/seccomp/bpf.h"

#include <string.h>

#include "fuzz.h"

static void check_prefixed(const struct bpf_program *program,
			   const struct seccomp_data *data, uint32_t answer)
{
	static const struct sock_filter nothing[] = {
		BPF_STMT(BPF_JMP | BPF_JA, 0),
		BPF_STMT(BPF_LD | BPF_IMM, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0),
	};
	size_t count = program->count + ARRAY_LEN(nothing);
	struct sock_filter *code CLEANUP_FREE = NULL;
	struct bpf_program longer;
	struct err err;

	if (count > BPF_MAXINSNS)
		return;
	code = calloc(count, sizeof(*code));
	MUST(code);
	memcpy(code, nothing, sizeof(nothing));
	memcpy(code + ARRAY_LEN(nothing), program->code,
	       program->count * sizeof(*code));
	longer = (struct bpf_program){ code, count };
	MUST(bpf_check(&longer, &err) == 0);
	MUST(bpf_run(&longer, data) == answer);
}

/* A program without its first steps is still bounded. */
static void check_tail(const struct bpf_program *program)
{
	struct bpf_program tail = { program->code + 1, program->count - 1 };
	struct seccomp_data zero = { 0 };
	struct err err;

	if (tail.count && bpf_check(&tail, &err) == 0)
		bpf_run(&tail, &zero);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sock_filter *code CLEANUP_FREE = NULL;
	struct bpf_program program;
	struct seccomp_data call;
	struct err err = { 0 };
	uint32_t answer;

	if (size < sizeof(call))
		return 0;
	memcpy(&call, data, sizeof(call));
	size -= sizeof(call);
	code = malloc(size ? size : 1);
	MUST(code);
	memcpy(code, data + sizeof(call), size);
	program = (struct bpf_program){ code, size / sizeof(*code) };
	if (bpf_check(&program, &err) < 0) {
		MUST(*err.text);
		return 0;
	}
	answer = bpf_run(&program, &call);
	MUST(bpf_run(&program, &call) == answer);
	check_prefixed(&program, &call, answer);
	check_tail(&program);
	return 0;
}
