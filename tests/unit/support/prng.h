/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-random numbers, the same in every run (xorshift64*). */
#ifndef CAPRUNTIME_PRNG_H
#define CAPRUNTIME_PRNG_H

#include <stdint.h>

struct prng {
	uint64_t state; /* the seed; not 0 */
};

static inline uint64_t prng_next(struct prng *prng)
{
	prng->state ^= prng->state >> 12;
	prng->state ^= prng->state << 25;
	prng->state ^= prng->state >> 27;
	return prng->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* From 0 to below `limit`. */
static inline uint64_t prng_below(struct prng *prng, uint64_t limit)
{
	return (prng_next(prng) >> 32) % limit;
}

#endif
