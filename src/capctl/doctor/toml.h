/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML as the engines' configuration is written in: text in, a tree of values
 * out. The parser is toml++ (C++); this is C's view of it, through which no
 * exception gets. What the values mean is engine_config.h.
 *
 * Rests on: TOML 1.0; toml++ 3.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_TOML_H
#define CAPRUNTIME_CAPCTL_DOCTOR_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct toml_doc;
/* Part of a document, and gone with it. NULL stands for what is not there. */
struct toml_value;

enum toml_kind {
	TOML_NONE, /* of NULL */
	TOML_TABLE,
	TOML_LIST,
	TOML_STRING,
	TOML_BOOLEAN,
	TOML_INTEGER,
	TOML_OTHER,
};

/*
 * `name` is for messages: "'NAME':LINE:COLUMN: what is wrong". The caller
 * frees.
 */
int toml_parse(struct toml_doc **ret_doc, const char *name, const char *text,
	       size_t len, struct err *err) __attribute__((warn_unused_result));
void toml_free(struct toml_doc *doc);

const struct toml_value *toml_root(const struct toml_doc *doc);
enum toml_kind toml_kind(const struct toml_value *value);

/* The member at the end of a path of keys, which ends in NULL. */
const struct toml_value *toml_find(const struct toml_value *table, ...)
	__attribute__((sentinel));

/* Of a table's members in the order of their keys, or of a list. */
size_t toml_count(const struct toml_value *value);
const struct toml_value *toml_member(const struct toml_value *table,
				     size_t index, const char **ret_key);
const struct toml_value *toml_element(const struct toml_value *list,
				      size_t index);

/* NULL, false, 0: it is none. */
const char *toml_string(const struct toml_value *value);
bool toml_is_true(const struct toml_value *value);
int64_t toml_integer(const struct toml_value *value);

#endif
