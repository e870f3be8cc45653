/* SPDX-License-Identifier: Apache-2.0 */
/* A part of a pasted text, and its words. Nothing is copied. */
#ifndef CAPRUNTIME_CAPCTL_DECODE_SPAN_H
#define CAPRUNTIME_CAPCTL_DECODE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define SPAN_BLANKS " \t\r"
#define SPAN_SEPARATORS SPAN_BLANKS ","
#define SPAN_NUMBERS 64 /* a mask has so many bits */

struct span {
	const char *at;
	size_t len;
};

bool span_has_byte(char byte, const char *bytes);
bool span_begins_with(struct span span, const char *text);
/* Without the first `len` bytes. */
struct span span_rest(struct span span, size_t len);
/* Has it bytes, and are all of this kind? Kinds are those of <ctype.h> too. */
bool span_is_all(struct span word, int (*is_kind)(int byte));
int span_is_of_a_name(int byte);

/* Takes the next word out of `rest`; empty at the end. */
struct span span_take_word(struct span *rest, const char *separators);

/* A decimal number below SPAN_NUMBERS; SPAN_NUMBERS: it is none. */
unsigned int span_small_number(struct span word);

/* Errors about a word. They return -1. */
int span_refuse(struct span word, struct err *err);
int span_refuse_name(struct span word, struct err *err);

#endif
