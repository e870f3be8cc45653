/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes a JSON text as a person would: inserts, removes, repeats and exchanges
 * members and elements, and writes others into it. A change of single bytes
 * mostly gives a text that the parser refuses at once. With $FUZZ_BYTES set, all
 * changes are libFuzzer's, for comparison.
 */
#ifndef CAPRUNTIME_JSON_MUTATOR_H
#define CAPRUNTIME_JSON_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* As libFuzzer's; libFuzzer has the first one and calls the second one. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed);

/* Returns the new size. The text starts after `header` bytes of other input. */
size_t json_mutate(uint8_t *data, size_t size, size_t max_size,
		   unsigned int seed, size_t header);

#define JSON_MUTATOR(header)                                                   \
	size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,             \
				       size_t max_size, unsigned int seed)     \
	{                                                                      \
		return json_mutate(data, size, max_size, seed, header);        \
	}

#endif
