/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 64-bit hash, FNV-1a. Not cryptographic: who chooses the bytes can choose
 * the hash.
 */
#ifndef CAPRUNTIME_BASE_HASH_H
#define CAPRUNTIME_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/pieces.h"

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Continues `hash`, which is HASH_START at first, over `len` bytes. */
uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len);

/*
 * Another hash of the same kind, for whole files: eight bytes a step. It does not
 * depend on how the text is divided.
 */
uint64_t hash_words(const struct pieces *text);

#endif
