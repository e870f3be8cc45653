/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: exec_only PROGRAM [ARGUMENT...]
 * What a C library costs: a program that is linked as capruntime is and only
 * executes another one.
 */
#include "config.h"

#include <unistd.h>

int main(int argc, char *argv[])
{
	if (argc > 1)
		execv(argv[1], argv + 1);
	return 127;
}
