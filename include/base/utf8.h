/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8, RFC 3629. */
#ifndef CAPRUNTIME_BASE_UTF8_H
#define CAPRUNTIME_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the well-formed sequence at `text`, which has `left` bytes (at
 * least one). 0: not well-formed, for example an overlong form, a surrogate,
 * above U+10FFFF, or cut off.
 */
size_t utf8_length(const char *text, size_t left);

/*
 * Invisible characters: C1 controls, some of which terminals interpret (U+0080
 * to U+009F), and characters without width, that break lines or that change the
 * text direction (U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F,
 * U+FEFF). `text` is ended by a NUL.
 */
bool utf8_is_unseen(const char *text);

/* The code point of a well-formed character of this length. */
uint32_t utf8_code_point(const char *text, size_t length);

/*
 * The columns of a character on a terminal, independent of the locale: 2 for
 * East Asian scripts and emoji, by whole blocks; 1 for every other, and for a
 * single byte that is not a character.
 */
size_t utf8_columns(const char *text, size_t length);

#endif
