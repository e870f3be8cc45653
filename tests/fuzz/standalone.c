/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main of a fuzz target without libFuzzer: runs the target once on every
 * file named on the command line, so that the corpus can be replayed with any
 * compiler. If the target has a mutator, it also runs on what that makes of the
 * file.
 */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#define INPUT_MAX (32 << 20)

#define MUTANTS 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed) __attribute__((weak));

/* Mutators call it for a change of bytes. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	if (size && size <= max_size)
		data[size / 2] ^= 1;
	return size;
}

static int run_mutants(const uint8_t *data, size_t size)
{
	uint8_t *mutant CLEANUP_FREE = malloc(2 * size + 1);
	size_t len = size;

	if (!mutant)
		return -1;
	memcpy(mutant, data, size);
	for (unsigned int seed = 0; seed < MUTANTS; seed++) {
		len = LLVMFuzzerCustomMutator(mutant, len, 2 * size, seed);
		if (LLVMFuzzerTestOneInput(mutant, len) < 0)
			return -1;
	}
	return 0;
}

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
	if (LLVMFuzzerTestOneInput(data, size) < 0)
		return -1;
	return LLVMFuzzerCustomMutator ? run_mutants(data, size) : 0;
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
