/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replaces characters beyond ASCII while toml++ (3.3, 3.4) parses a text: its
 * behaviour for U+00A0 to U+FEFF in place of a blank is undefined. TOML treats
 * all characters beyond ASCII alike, so they are moved up by 0x100000 before,
 * into the private use plane 16, and moved back in the resulting strings.
 *
 * Rests on: TOML 1.0, ABNF of non-ascii; the Unicode Standard, section 23.5.
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_TOML_LETTERS_H
#define CAPRUNTIME_CAPCTL_ENGINE_TOML_LETTERS_H

#include <stddef.h>

#include "base/err.h"

/*
 * A copy with U+0080 to U+FEFF moved up; invalid UTF-8 is unchanged. The caller
 * frees. -1: the text has a character of plane 16 or the escape of one; the
 * message is "'NAME':LINE:COLUMN: what is wrong".
 */
int toml_letters_move_up(char **ret_copy, size_t *ret_len, const char *name,
			 const char *text, size_t len, struct err *err)
	__attribute__((warn_unused_result));

/* Moves them back, in place; returns the new length, which is not larger. */
size_t toml_letters_move_down(char *text, size_t len);

#endif
