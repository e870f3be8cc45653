/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed UTF-8, RFC 3629. */
#ifndef CAPRUNTIME_UTF8_H
#define CAPRUNTIME_UTF8_H

#include <stddef.h>

/*
 * The length of the well-formed sequence at `text`, of which `left` bytes (at
 * least one) may be read; 0: it is not well-formed: an overlong form, a
 * surrogate, over U+10FFFF, cut off.
 */
size_t utf8_length(const char *text, size_t left);

#endif
