/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that predict_kernel_test executes: reports whether the kernel
 * asked for secure mode, and waits until the other end of the pipe is closed.
 */
#include <sys/auxv.h>
#include <unistd.h>

#include "exec_probe.h"

int main(void)
{
	char answer = getauxval(AT_SECURE) ? PROBE_SECURE : PROBE_PLAIN;

	if (write(PROBE_UP, &answer, 1) != 1)
		return 1;
	return read(PROBE_DOWN, &answer, 1) < 0;
}
