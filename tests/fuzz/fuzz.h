/* SPDX-License-Identifier: Apache-2.0 */
/* Included by every fuzz target. */
#ifndef CAPRUNTIME_FUZZ_H
#define CAPRUNTIME_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Checks a property, also with NDEBUG, which disables assert(). */
#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,     \
				#condition);                                   \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
