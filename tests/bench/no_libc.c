/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: no_libc PROGRAM [ARGUMENT...]
 * The least that a drop-in runtime can cost: a program without a C library that
 * executes another one. It is also the runtime that does nothing: it fails to
 * execute a verb.
 */
#if defined(__x86_64__)
#include <sys/syscall.h>

__asm__(".globl _start\n"
	"_start:\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n");

static long call(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
#include <sys/syscall.h>

__asm__(".globl _start\n"
	"_start:\n"
	"	mov x0, sp\n"
	"	bl start\n");

static long call(long number, long a, long b, long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2)
			 : "memory");
	return x0;
}
#else
#error "this machine needs its own start and system call"
#endif

/* The kernel puts argc, argv and envp on the stack. */
__attribute__((used, noreturn)) void start(long *stack);
void start(long *stack)
{
	char **argv = (char **)(stack + 1);
	char **envp = argv + stack[0] + 1;

	call(SYS_execve, (long)argv[1], (long)(argv + 1), (long)envp);
	for (;;)
		call(SYS_exit, 127, 0, 0);
}
