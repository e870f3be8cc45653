/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 64-bit hash, FNV-1a. Not cryptographic: who chooses the bytes can choose
 * the hash.
 */
#ifndef CAPRUNTIME_BASE_HASH_H
#define CAPRUNTIME_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Continues `hash`, which is HASH_START at first, over `len` bytes. */
uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t len);

/* Another hash of the same kind, for whole files: eight bytes a step. */
uint64_t hash_words(const char *text, size_t len);

#endif
