/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8, RFC 3629. */
#ifndef CAPRUNTIME_BASE_UTF8_H
#define CAPRUNTIME_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest well-formed character. */
#define UTF8_LENGTH_MAX 4
/* Two escapes of six characters, and the NUL. */
#define UTF8_ESCAPE_SIZE 13

/*
 * The length of the well-formed sequence at `text`, which has `left` bytes (at
 * least one). 0: not well-formed, for example an overlong form, a surrogate,
 * above U+10FFFF, or cut off.
 */
size_t utf8_length(const char *text, size_t left);

/*
 * The number of bytes before the first one that is not printable ASCII, or that
 * a JSON string cannot hold as it is: a quote or a backslash.
 */
size_t utf8_plain_length(const char *text, size_t len);

/*
 * Characters of any script that a reader does not see or that change what the
 * reader sees: DEL and C1 controls, formatting characters (direction of text,
 * joiners, tags), line and paragraph separators, spaces other than U+0020,
 * and characters that fonts show as nothing. Not the controls below U+0020.
 * `text` is ended by a NUL; false if it is not well-formed.
 */
bool utf8_is_unseen(const char *text);

/* Does the text begin or end with white space that Go's TrimSpace() removes? */
bool utf8_has_blank_around(const char *text);

/* The text without such white space at its beginning. */
const char *utf8_skip_blanks(const char *text);

/* The code point of a well-formed character of this length. */
uint32_t utf8_code_point(const char *text, size_t length);

/*
 * A well-formed character of this length as an escape of JSON: \uXXXX, or a
 * surrogate pair above U+FFFF (RFC 8259, section 7).
 */
void utf8_escape_json(const char *text, size_t length,
		      char ret_escape[UTF8_ESCAPE_SIZE]);

/*
 * The columns of a character on a terminal, independent of the locale: 2 for
 * East Asian scripts and emoji, by whole blocks; 1 for every other, and for a
 * single byte that is not a character.
 */
size_t utf8_columns(const char *text, size_t length);

#endif
