/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/bpf.h"

#include <stdbool.h>
#include <string.h>

#define WORD 4 /* bytes that one load takes */
#define WORD_BITS 32

struct machine {
	uint32_t a;
	uint32_t x;
	uint32_t memory[BPF_MEMWORDS];
	const struct seccomp_data *data;
};

/* seccomp_check_filter()'s list, which has no BPF_MOD. */
static bool is_known_code(uint16_t code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_K:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
		return true;
	default:
		return false;
	}
}

static bool is_load_absolute(const struct sock_filter *step)
{
	return step->code == (BPF_LD | BPF_W | BPF_ABS);
}

static bool uses_memory(const struct sock_filter *step)
{
	return step->code == (BPF_LD | BPF_MEM) ||
	       step->code == (BPF_LDX | BPF_MEM) || step->code == BPF_ST ||
	       step->code == BPF_STX;
}

static int check_constant(const struct sock_filter *step, size_t at,
			  struct err *err)
{
	if (is_load_absolute(step) &&
	    (step->k >= sizeof(struct seccomp_data) || step->k % WORD))
		return err_set(
			err, "instruction %zu loads from outside the call", at);
	if (uses_memory(step) && step->k >= BPF_MEMWORDS)
		return err_set(err, "instruction %zu has no memory %u", at,
			       step->k);
	if (step->code == (BPF_ALU | BPF_DIV | BPF_K) && step->k == 0)
		return err_set(err, "instruction %zu divides by zero", at);
	if ((step->code == (BPF_ALU | BPF_LSH | BPF_K) ||
	     step->code == (BPF_ALU | BPF_RSH | BPF_K)) &&
	    step->k >= WORD_BITS)
		return err_set(err, "instruction %zu shifts too far", at);
	return 0;
}

/* Jumps go forward and not past the end, so every program ends. */
static int check_jump(const struct sock_filter *step, size_t at, size_t count,
		      struct err *err)
{
	size_t left = count - at - 1, longest = step->jt;

	if (BPF_CLASS(step->code) != BPF_JMP)
		return 0;
	if (step->jf > longest)
		longest = step->jf;
	if (step->code == (BPF_JMP | BPF_JA))
		longest = step->k;
	if (longest < left)
		return 0;
	return err_set(err, "instruction %zu jumps past the end", at);
}

/* For each step, the memory words that every way to it has written. */
struct written {
	uint16_t words[BPF_MAXINSNS + 1];
};

static void intersect_written(struct written *written, size_t at,
			      uint16_t words)
{
	written->words[at] &= words;
}

static void mark_successors(struct written *written,
			    const struct sock_filter *step, size_t at,
			    uint16_t words)
{
	if (step->code == (BPF_JMP | BPF_JA)) {
		intersect_written(written, at + 1 + step->k, words);
	} else if (BPF_CLASS(step->code) == BPF_JMP) {
		intersect_written(written, at + 1 + step->jt, words);
		intersect_written(written, at + 1 + step->jf, words);
	} else {
		intersect_written(written, at + 1, words);
	}
}

/*
 * As the kernel's check_load_and_stores(): every word counts as written in a
 * step that cannot be reached, and a step after a return as its successor.
 */
static int check_memory(const struct bpf_program *program, struct err *err)
{
	struct written written;

	memset(&written, 0xff, sizeof(written));
	written.words[0] = 0;
	for (size_t at = 0; at < program->count; at++) {
		const struct sock_filter *step = &program->code[at];
		uint16_t words = written.words[at];

		if (uses_memory(step)) {
			uint16_t word = (uint16_t)(1u << step->k);

			if (BPF_CLASS(step->code) == BPF_ST ||
			    BPF_CLASS(step->code) == BPF_STX)
				words |= word;
			else if (!(words & word))
				return err_set(
					err,
					"instruction %zu reads memory %u before it is written",
					at, step->k);
		}
		mark_successors(&written, step, at, words);
	}
	return 0;
}

int bpf_check(const struct bpf_program *program, struct err *err)
{
	size_t count = program->count;

	if (count == 0 || count > BPF_MAXINSNS)
		return err_set(err, "a program has 1 to %d instructions",
			       BPF_MAXINSNS);
	for (size_t at = 0; at < count; at++) {
		const struct sock_filter *step = &program->code[at];

		if (!is_known_code(step->code))
			return err_set(err, "instruction %zu is unknown: %#x",
				       at, step->code);
		if (check_constant(step, at, err) < 0 ||
		    check_jump(step, at, count, err) < 0)
			return -1;
	}
	if (BPF_CLASS(program->code[count - 1].code) != BPF_RET)
		return err_set(err, "the last instruction does not return");
	return check_memory(program, err);
}

static uint32_t load_word(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static void run_load(struct machine *machine, const struct sock_filter *step)
{
	uint32_t *target =
		BPF_CLASS(step->code) == BPF_LD ? &machine->a : &machine->x;

	switch (BPF_MODE(step->code)) {
	case BPF_ABS:
		*target = load_word(machine->data, step->k);
		break;
	case BPF_LEN:
		*target = sizeof(*machine->data);
		break;
	case BPF_MEM:
		*target = machine->memory[step->k];
		break;
	default:
		*target = step->k;
		break;
	}
}

/* False: division by zero; the kernel then returns 0 from the program. */
static bool run_arithmetic(struct machine *machine,
			   const struct sock_filter *step)
{
	uint32_t with = BPF_SRC(step->code) == BPF_X ? machine->x : step->k;

	switch (BPF_OP(step->code)) {
	case BPF_ADD:
		machine->a += with;
		break;
	case BPF_SUB:
		machine->a -= with;
		break;
	case BPF_MUL:
		machine->a *= with;
		break;
	case BPF_DIV:
		if (!with)
			return false;
		machine->a /= with;
		break;
	case BPF_AND:
		machine->a &= with;
		break;
	case BPF_OR:
		machine->a |= with;
		break;
	case BPF_XOR:
		machine->a ^= with;
		break;
	case BPF_LSH: /* as the kernel's 32-bit shifts, modulo 32 */
		machine->a <<= with % WORD_BITS;
		break;
	case BPF_RSH:
		machine->a >>= with % WORD_BITS;
		break;
	default:
		machine->a = -machine->a;
		break;
	}
	return true;
}

static bool condition_holds(const struct machine *machine,
			    const struct sock_filter *step)
{
	uint32_t with = BPF_SRC(step->code) == BPF_X ? machine->x : step->k;

	switch (BPF_OP(step->code)) {
	case BPF_JEQ:
		return machine->a == with;
	case BPF_JGT:
		return machine->a > with;
	case BPF_JGE:
		return machine->a >= with;
	default:
		return machine->a & with;
	}
}

static size_t jump_length(const struct machine *machine,
			  const struct sock_filter *step)
{
	if (step->code == (BPF_JMP | BPF_JA))
		return step->k;
	return condition_holds(machine, step) ? step->jt : step->jf;
}

static void run_move(struct machine *machine, const struct sock_filter *step)
{
	if (BPF_MISCOP(step->code) == BPF_TAX)
		machine->x = machine->a;
	else
		machine->a = machine->x;
}

uint32_t bpf_run(const struct bpf_program *program,
		 const struct seccomp_data *data)
{
	struct machine machine = { .data = data };

	for (size_t at = 0; at < program->count; at++) {
		const struct sock_filter *step = &program->code[at];

		switch (BPF_CLASS(step->code)) {
		case BPF_LD:
		case BPF_LDX:
			run_load(&machine, step);
			break;
		case BPF_ST:
			machine.memory[step->k] = machine.a;
			break;
		case BPF_STX:
			machine.memory[step->k] = machine.x;
			break;
		case BPF_ALU:
			if (!run_arithmetic(&machine, step))
				return 0;
			break;
		case BPF_JMP:
			at += jump_length(&machine, step);
			break;
		case BPF_MISC:
			run_move(&machine, step);
			break;
		default:
			return BPF_RVAL(step->code) == BPF_A ? machine.a
							     : step->k;
		}
	}
	return 0;
}
