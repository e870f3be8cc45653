/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The characters beyond ASCII of a TOML text. toml++ (3.3, 3.4) has undefined
 * behaviour where such a character could be a blank. TOML allows them in
 * strings and comments alone, so everywhere else they are an error here. One
 * such place is inside a string: after the backslash that joins two lines the
 * character is written as its escape. This is no parser: it finds strings and
 * comments, and leaves every other error to toml++.
 *
 * Rests on: TOML 1.0, sections Comment and String.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_TOML_LETTERS_H
#define CAPRUNTIME_CAPCTL_DOCTOR_TOML_LETTERS_H

#include <stddef.h>

#include "base/err.h"

/*
 * A text that means the same and that toml++ can read. The caller frees. On -1
 * the error is "'NAME':LINE:COLUMN: what is wrong", or out of memory.
 */
int toml_letters_make_safe(char **ret_safe, size_t *ret_len, const char *name,
			   const char *text, size_t len, struct err *err)
	__attribute__((warn_unused_result));

#endif
