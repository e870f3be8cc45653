/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/bpf.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "prng.h"
#include "tap.h"

#define PROGRAM(...)                                                           \
	(const struct bpf_program)                                             \
	{                                                                      \
		(const struct sock_filter[]){ __VA_ARGS__ },                   \
			sizeof((const struct sock_filter[]){ __VA_ARGS__ }) /  \
				sizeof(struct sock_filter)                     \
	}
#define STEP(code, k) BPF_STMT(code, k)
#define RETURN_A STEP(BPF_RET | BPF_A, 0)
#define RETURN(k) STEP(BPF_RET | BPF_K, k)
#define LOAD(member)                                                           \
	STEP(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define SET_A(k) STEP(BPF_LD | BPF_IMM, k)
#define SET_X(k) STEP(BPF_LDX | BPF_IMM, k)

static const struct seccomp_data call = {
	.nr = 42,
	.arch = 0xc000003e,
	.instruction_pointer = 0x123456789abcdef0,
	.args = { 0x1111111122222222, 2, 3, 4, 5, 0x6666666677777777 },
};

static uint32_t answer(struct bpf_program program)
{
	struct err err = { 0 };

	if (bpf_check(&program, &err) < 0) {
		CHECK_STR(err.text, "");
		return 0xdead;
	}
	return bpf_run(&program, &call);
}

static void check_refused(struct bpf_program program, const char *why)
{
	struct err err = { 0 };

	CHECK(bpf_check(&program, &err) == -1);
	CHECK_HAS(err.text, why);
}

static void every_part_of_the_call_can_be_loaded(void)
{
	CHECK_U64(answer(PROGRAM(LOAD(nr), RETURN_A)), 42);
	CHECK_U64(answer(PROGRAM(LOAD(arch), RETURN_A)), 0xc000003e);
	CHECK_U64(answer(PROGRAM(LOAD(args[1]), RETURN_A)), 2);
	CHECK_U64(answer(PROGRAM(STEP(BPF_LD | BPF_W | BPF_ABS, 16), RETURN_A)),
		  0x22222222);
	CHECK_U64(answer(PROGRAM(STEP(BPF_LD | BPF_W | BPF_ABS, 20), RETURN_A)),
		  0x11111111);
	CHECK_U64(answer(PROGRAM(STEP(BPF_LD | BPF_W | BPF_ABS, 60), RETURN_A)),
		  0x66666666);
	CHECK_U64(answer(PROGRAM(STEP(BPF_LD | BPF_W | BPF_LEN, 0), RETURN_A)),
		  64);
	CHECK_U64(answer(PROGRAM(STEP(BPF_LDX | BPF_W | BPF_LEN, 0),
				 STEP(BPF_MISC | BPF_TXA, 0), RETURN_A)),
		  64);
}

static void what_is_not_of_the_call_cannot(void)
{
	static const uint32_t offsets[] = { 64, 1, 62, 0xfffffffc, 0xfffff000 };

	for (size_t i = 0; i < ARRAY_LEN(offsets); i++)
		check_refused(
			PROGRAM(STEP(BPF_LD | BPF_W | BPF_ABS, offsets[i]),
				RETURN_A),
			"0 loads from outside");
	check_refused(PROGRAM(STEP(BPF_LD | BPF_H | BPF_ABS, 0), RETURN_A),
		      "0 is unknown: 0x28");
	check_refused(PROGRAM(STEP(BPF_LD | BPF_W | BPF_IND, 0), RETURN_A),
		      "unknown");
}

static uint32_t calculate(uint16_t operation, uint32_t a, uint32_t b)
{
	uint32_t constant = answer(PROGRAM(
		SET_A(a), STEP(BPF_ALU | BPF_K | operation, b), RETURN_A));
	uint32_t register_x =
		answer(PROGRAM(SET_A(a), SET_X(b),
			       STEP(BPF_ALU | BPF_X | operation, 0), RETURN_A));

	CHECK_U64(constant, register_x);
	return constant;
}

static void it_calculates_in_32_bits(void)
{
	CHECK_U64(calculate(BPF_ADD, 0xffffffff, 2), 1);
	CHECK_U64(calculate(BPF_SUB, 1, 2), 0xffffffff);
	CHECK_U64(calculate(BPF_MUL, 0x10001, 0x10001), 0x20001);
	CHECK_U64(calculate(BPF_DIV, 0xffffffff, 2), 0x7fffffff);
	CHECK_U64(calculate(BPF_AND, 0xff00ff00, 0x0ff00ff0), 0x0f000f00);
	CHECK_U64(calculate(BPF_OR, 0xff00ff00, 0x0ff00ff0), 0xfff0fff0);
	CHECK_U64(calculate(BPF_XOR, 0xff00ff00, 0x0ff00ff0), 0xf0f0f0f0);
	CHECK_U64(calculate(BPF_LSH, 3, 31), 0x80000000);
	CHECK_U64(calculate(BPF_RSH, 0x80000000, 31), 1);
	CHECK_U64(
		answer(PROGRAM(SET_A(1), STEP(BPF_ALU | BPF_NEG, 0), RETURN_A)),
		0xffffffff);
}

static void a_division_by_zero_ends_it_with_0(void)
{
	CHECK_U64(answer(PROGRAM(SET_A(7), SET_X(0),
				 STEP(BPF_ALU | BPF_DIV | BPF_X, 0),
				 RETURN(SECCOMP_RET_ALLOW))),
		  0);
	check_refused(PROGRAM(STEP(BPF_ALU | BPF_DIV | BPF_K, 0), RETURN_A),
		      "0 divides by zero");
}

static void a_shift_is_never_too_far(void)
{
	CHECK_U64(answer(PROGRAM(SET_A(1), SET_X(33),
				 STEP(BPF_ALU | BPF_LSH | BPF_X, 0), RETURN_A)),
		  2);
	check_refused(PROGRAM(STEP(BPF_ALU | BPF_LSH | BPF_K, 32), RETURN_A),
		      "0 shifts too far");
	check_refused(PROGRAM(STEP(BPF_ALU | BPF_RSH | BPF_K, 99), RETURN_A),
		      "0 shifts too far");
}

/* Returns 1 where the jump is taken. */
static uint32_t jumps(uint16_t operation, uint32_t a, uint32_t b)
{
	uint32_t constant = answer(PROGRAM(
		SET_A(a), BPF_JUMP(BPF_JMP | BPF_K | operation, b, 1, 0),
		RETURN(0), RETURN(1)));
	uint32_t register_x =
		answer(PROGRAM(SET_A(a), SET_X(b),
			       BPF_JUMP(BPF_JMP | BPF_X | operation, 0, 1, 0),
			       RETURN(0), RETURN(1)));

	CHECK_U64(constant, register_x);
	return constant;
}

static void it_compares_without_a_sign(void)
{
	CHECK_U64(jumps(BPF_JEQ, 5, 5), 1);
	CHECK_U64(jumps(BPF_JEQ, 5, 6), 0);
	CHECK_U64(jumps(BPF_JGT, 0x80000000, 1), 1);
	CHECK_U64(jumps(BPF_JGT, 5, 5), 0);
	CHECK_U64(jumps(BPF_JGE, 5, 5), 1);
	CHECK_U64(jumps(BPF_JGE, 4, 5), 0);
	CHECK_U64(jumps(BPF_JSET, 6, 2), 1);
	CHECK_U64(jumps(BPF_JSET, 6, 9), 0);
	CHECK_U64(answer(PROGRAM(STEP(BPF_JMP | BPF_JA, 1), RETURN(0),
				 RETURN(1))),
		  1);
}

static void a_jump_past_the_end_is_refused(void)
{
	check_refused(PROGRAM(STEP(BPF_JMP | BPF_JA, 1), RETURN(0)),
		      "0 jumps past");
	check_refused(PROGRAM(STEP(BPF_JMP | BPF_JA, 0xffffffff), RETURN(0)),
		      "0 jumps past");
	check_refused(PROGRAM(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
			      RETURN(0)),
		      "0 jumps past");
	check_refused(PROGRAM(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
			      RETURN(0)),
		      "0 jumps past");
}

static void memory_must_be_written_on_every_way(void)
{
	CHECK_U64(answer(PROGRAM(SET_A(9), STEP(BPF_ST, 15), SET_A(0),
				 STEP(BPF_LDX | BPF_MEM, 15),
				 STEP(BPF_MISC | BPF_TXA, 0), RETURN_A)),
		  9);
	CHECK_U64(answer(PROGRAM(SET_X(8), STEP(BPF_STX, 0),
				 STEP(BPF_LD | BPF_MEM, 0), RETURN_A)),
		  8);
	check_refused(PROGRAM(STEP(BPF_LD | BPF_MEM, 0), RETURN_A),
		      "0 reads memory 0 before");
	check_refused(PROGRAM(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
			      STEP(BPF_ST, 3), STEP(BPF_LD | BPF_MEM, 3),
			      RETURN_A),
		      "2 reads memory 3 before");
	check_refused(PROGRAM(STEP(BPF_ST, 16), RETURN_A), "no memory 16");
}

static void a_program_has_an_end_and_a_size(void)
{
	static struct sock_filter code[BPF_MAXINSNS + 1];
	struct bpf_program program = { code, BPF_MAXINSNS };

	check_refused((struct bpf_program){ code, 0 }, "1 to 4096");
	for (size_t i = 0; i <= BPF_MAXINSNS; i++)
		code[i] = (struct sock_filter)RETURN_A;
	CHECK_U64(answer(program), 0);
	program.count++;
	check_refused(program, "1 to 4096");
	check_refused(PROGRAM(SET_A(0)), "does not return");
	check_refused(PROGRAM(STEP(BPF_RET | BPF_X, 0)), "unknown");
	check_refused(PROGRAM(STEP(BPF_ALU | BPF_MOD | BPF_K, 2), RETURN_A),
		      "unknown");
}

/* Whether the kernel loads a program, and its result for a call. */
struct experiment {
	struct sock_filter code[16];
	unsigned short count;
	uint64_t args[6];
	volatile int state; /* 0: nothing yet, 1: loaded, 2: called */
	volatile int load_errno;
	volatile long result;
};

/*
 * The filter can block every call, even exit_group: a trap ends the process. A
 * sanitizer would make additional calls before.
 */
__attribute__((noinline, no_sanitize_address)) static void
try_in_child(struct experiment *experiment)
{
	struct sock_fprog program = { experiment->count, experiment->code };

	signal(SIGILL, SIG_DFL);
	signal(SIGTRAP, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) {
		experiment->load_errno = errno;
		_exit(0);
	}
	experiment->state = 1;
	errno = 0;
	syscall(SYS_getppid, experiment->args[0], experiment->args[1],
		experiment->args[2], experiment->args[3], experiment->args[4],
		experiment->args[5]);
	experiment->result = errno;
	experiment->state = 2;
	__builtin_trap();
}

/* The last ones end a program or are invalid in every program. */
#define CODES_ODD 5
static const uint16_t codes[] = {
	BPF_LD | BPF_W | BPF_ABS,
	BPF_LD | BPF_W | BPF_ABS,
	BPF_LD | BPF_W | BPF_LEN,
	BPF_LDX | BPF_W | BPF_LEN,
	BPF_LD | BPF_IMM,
	BPF_LDX | BPF_IMM,
	BPF_LD | BPF_MEM,
	BPF_LDX | BPF_MEM,
	BPF_ST,
	BPF_STX,
	BPF_ST,
	BPF_STX,
	BPF_ALU | BPF_ADD | BPF_K,
	BPF_ALU | BPF_ADD | BPF_X,
	BPF_ALU | BPF_SUB | BPF_K,
	BPF_ALU | BPF_SUB | BPF_X,
	BPF_ALU | BPF_MUL | BPF_K,
	BPF_ALU | BPF_MUL | BPF_X,
	BPF_ALU | BPF_DIV | BPF_K,
	BPF_ALU | BPF_DIV | BPF_X,
	BPF_ALU | BPF_AND | BPF_K,
	BPF_ALU | BPF_AND | BPF_X,
	BPF_ALU | BPF_OR | BPF_K,
	BPF_ALU | BPF_OR | BPF_X,
	BPF_ALU | BPF_XOR | BPF_K,
	BPF_ALU | BPF_XOR | BPF_X,
	BPF_ALU | BPF_LSH | BPF_K,
	BPF_ALU | BPF_LSH | BPF_X,
	BPF_ALU | BPF_RSH | BPF_K,
	BPF_ALU | BPF_RSH | BPF_X,
	BPF_ALU | BPF_NEG,
	BPF_ALU | BPF_MOD | BPF_K,
	BPF_JMP | BPF_JA,
	BPF_JMP | BPF_JEQ | BPF_K,
	BPF_JMP | BPF_JEQ | BPF_X,
	BPF_JMP | BPF_JGT | BPF_K,
	BPF_JMP | BPF_JGT | BPF_X,
	BPF_JMP | BPF_JGE | BPF_K,
	BPF_JMP | BPF_JGE | BPF_X,
	BPF_JMP | BPF_JSET | BPF_K,
	BPF_JMP | BPF_JSET | BPF_X,
	BPF_MISC | BPF_TAX,
	BPF_MISC | BPF_TXA,
	BPF_RET | BPF_K,
	BPF_RET | BPF_X,
	BPF_LD | BPF_B | BPF_ABS,
};

static uint32_t any_constant(struct prng *prng, uint16_t code)
{
	static const uint32_t few[] = { 0, 1, 2, 31, 32, 0xffffffff };

	/* The number and the arguments; the address differs each time. */
	if (code == (BPF_LD | BPF_W | BPF_ABS))
		return prng_below(prng, 8)
			       ? (uint32_t)prng_below(prng, 4) * 4 +
					 (prng_below(prng, 2) ? 16 : 0)
			       : (uint32_t)prng_below(prng, 80);
	if (code == BPF_ST || code == BPF_STX || BPF_MODE(code) == BPF_MEM)
		return (uint32_t)prng_below(prng, 3) +
		       (prng_below(prng, 30) ? 0 : 14);
	if (code == (BPF_JMP | BPF_JA))
		return (uint32_t)prng_below(prng, 4);
	if (code == (BPF_RET | BPF_K))
		return SECCOMP_RET_ERRNO | (uint32_t)prng_below(prng, 4000);
	return prng_below(prng, 3) ? few[prng_below(prng, ARRAY_LEN(few))]
				   : (uint32_t)prng_next(prng);
}

/* Its last two steps return the result as an errno. */
static void make_experiment(struct experiment *experiment, struct prng *prng)
{
	unsigned short count = (unsigned short)(1 + prng_below(prng, 12));

	*experiment = (struct experiment){ .count = count };
	for (unsigned short i = 0; i < count; i++) {
		uint16_t code = codes[prng_below(
			prng,
			ARRAY_LEN(codes) - (prng_below(prng, 9) ? 3 : 0))];

		experiment->code[i] = (struct sock_filter){
			code, (uint8_t)prng_below(prng, 4),
			(uint8_t)prng_below(prng, 4), any_constant(prng, code)
		};
	}
	experiment->code[experiment->count++] =
		(struct sock_filter)STEP(BPF_ALU | BPF_AND | BPF_K, 0x7ff);
	experiment->code[experiment->count++] = (struct sock_filter)STEP(
		BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
	experiment->code[experiment->count++] = (struct sock_filter)RETURN_A;
	for (size_t i = 0; i < ARRAY_LEN(experiment->args); i++)
		experiment->args[i] =
			i % 2 ? prng_below(prng, 4) : prng_next(prng);
}

static bool has_address(const struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->count; i++)
		if (experiment->code[i].code == (BPF_LD | BPF_W | BPF_ABS) &&
		    (experiment->code[i].k == 8 || experiment->code[i].k == 12))
			return true;
	return false;
}

static void run_experiment(struct experiment *experiment)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		try_in_child(experiment);
	CHECK(child > 0 && waitpid(child, NULL, 0) == child);
}

/* The architecture comes from seccomp. */
static uint32_t own_architecture(struct experiment *experiment)
{
	static const struct sock_filter low[] = { LOAD(arch), RETURN_A };
	uint32_t parts = 0;

	for (uint32_t shift = 0; shift < 32; shift += 8) {
		*experiment = (struct experiment){ .count = 5 };
		experiment->code[0] = low[0];
		experiment->code[1] = (struct sock_filter)STEP(
			BPF_ALU | BPF_RSH | BPF_K, shift);
		experiment->code[2] = (struct sock_filter)STEP(
			BPF_ALU | BPF_AND | BPF_K, 0xff);
		experiment->code[3] = (struct sock_filter)STEP(
			BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
		experiment->code[4] = low[1];
		run_experiment(experiment);
		parts |= (uint32_t)experiment->result << shift;
	}
	return parts;
}

/* The errno of our result; 0: the call is allowed, -1: killed. */
static long expected_result(uint32_t result)
{
	if ((result & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		return result & SECCOMP_RET_DATA;
	return -1;
}

static void compare(const struct experiment *experiment, uint32_t arch,
		    size_t *answered)
{
	struct bpf_program program = { experiment->code, experiment->count };
	struct seccomp_data data = { .nr = SYS_getppid, .arch = arch };
	struct err err = { 0 };
	bool good = bpf_check(&program, &err) == 0;
	long want;

	if (!CHECK(good == (experiment->state > 0)))
		printf("#   we: '%s', the kernel: errno %d\n", err.text,
		       experiment->load_errno);
	if (!good || has_address(experiment))
		return;
	memcpy(data.args, experiment->args, sizeof(data.args));
	want = expected_result(bpf_run(&program, &data));
	CHECK(want < 0 ? experiment->state == 1 : experiment->state == 2);
	if (experiment->state == 2) {
		CHECK_U64((unsigned long long)experiment->result,
			  (unsigned long long)want);
		++*answered;
	}
}

static void the_kernel_takes_and_answers_the_same(void)
{
	struct prng prng = { 20 };
	size_t answered = 0, rounds = 600;
	struct experiment *experiment =
		mmap(NULL, sizeof(*experiment), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint32_t arch;

	REQUIRE(experiment != MAP_FAILED);
	arch = own_architecture(experiment);
	for (size_t i = 0; i < rounds && !tap_failed; i++) {
		make_experiment(experiment, &prng);
		run_experiment(experiment);
		compare(experiment, arch, &answered);
	}
	CHECK(answered > rounds / 20);
	printf("# %zu of %zu programs answered\n", answered, rounds);
	munmap(experiment, sizeof(*experiment));
}

static const struct tap_test tests[] = {
	TAP_TEST(every_part_of_the_call_can_be_loaded),
	TAP_TEST(what_is_not_of_the_call_cannot),
	TAP_TEST(it_calculates_in_32_bits),
	TAP_TEST(a_division_by_zero_ends_it_with_0),
	TAP_TEST(a_shift_is_never_too_far),
	TAP_TEST(it_compares_without_a_sign),
	TAP_TEST(a_jump_past_the_end_is_refused),
	TAP_TEST(memory_must_be_written_on_every_way),
	TAP_TEST(a_program_has_an_end_and_a_size),
	TAP_TEST(the_kernel_takes_and_answers_the_same),
};

TAP_MAIN(tests)
