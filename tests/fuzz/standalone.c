/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main of a fuzz target without libFuzzer: runs the target once on every
 * file named on the command line, so that the corpus can be replayed with any
 * compiler.
 */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#define INPUT_MAX (32 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *data CLEANUP_FREE = NULL;
	struct stat status;
	size_t size;

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_size > INPUT_MAX)
		return -1;

	/* Exactly as large as the input, to detect a read past its end. */
	size = (size_t)status.st_size;
	data = malloc(size ? size : 1);
	if (!data || read(fd, data, size) != (ssize_t)size)
		return -1;
	return LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		if (run_file(argv[i]) < 0) {
			fprintf(stderr, "%s: cannot be run\n", argv[i]);
			return 1;
		}
	}
	return 0;
}
