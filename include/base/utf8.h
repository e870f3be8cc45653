/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8, RFC 3629. */
#ifndef CAPRUNTIME_BASE_UTF8_H
#define CAPRUNTIME_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the well-formed sequence at `text`, of which `left` bytes (at
 * least one) may be read; 0: it is not well-formed: an overlong form, a
 * surrogate, over U+10FFFF, cut off.
 */
size_t utf8_length(const char *text, size_t left);

/*
 * Characters of which nothing is seen: C1 controls, some of which terminals
 * obey (U+0080 to U+009F), and what has no width, breaks lines or turns the
 * direction of what stands beside it (U+200B to U+200F, U+2028 to U+202E,
 * U+2060 to U+206F, U+FEFF). `text` is ended by a NUL.
 */
bool utf8_is_unseen(const char *text);

/* Of a well-formed character of this length. */
uint32_t utf8_code_point(const char *text, size_t length);

/*
 * The columns that it takes at a terminal: 2 for those of East Asia's scripts
 * and for emoji, by whole blocks, and whatever the locale; 1 for every other
 * one, a single byte that is none too.
 */
size_t utf8_columns(const char *text, size_t length);

#endif
