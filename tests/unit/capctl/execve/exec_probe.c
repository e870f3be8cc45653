/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What execve_kernel_test starts: it says whether the kernel asked for
 * secure mode, and stays to be looked at until the other end is closed.
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
