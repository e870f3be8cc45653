/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters beyond ASCII, for the time that toml++ (3.3, 3.4) has a text: what
 * it does with U+00A0 to U+FEFF where a blank could be is undefined. To TOML
 * all characters beyond ASCII are the same, so those are moved up by 0x100000
 * before, into the private use plane 16, and back in the strings that come out.
 *
 * Rests on: TOML 1.0, ABNF of non-ascii; the Unicode Standard, section 23.5.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_TOML_LETTERS_H
#define CAPRUNTIME_CAPCTL_DOCTOR_TOML_LETTERS_H

#include <stddef.h>

#include "base/err.h"

/*
 * A copy with U+0080 to U+FEFF moved up; what is no UTF-8 stays as it is. The
 * caller frees. Refused is a text that has a character of plane 16 itself, or
 * the escape of one: "'NAME':LINE:COLUMN: what is wrong".
 */
int toml_letters_move_up(char **ret_copy, size_t *ret_len, const char *name,
			 const char *text, size_t len, struct err *err)
	__attribute__((warn_unused_result));

/* The way back, in place; returns the new length, which is never more. */
size_t toml_letters_move_down(char *text, size_t len);

#endif
