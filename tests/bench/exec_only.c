/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: exec_only PROGRAM [ARGUMENT...]
 * The least that any drop-in runtime costs: a static program that does
 * nothing but execv PROGRAM, with the arguments as they came.
 */
#include "config.h"

#include <unistd.h>

int main(int argc, char *argv[])
{
	if (argc > 1)
		execv(argv[1], argv + 1);
	return 127;
}
