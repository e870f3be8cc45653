/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML, the format of the engines' configuration, and JSON, Docker's: text in, a
 * tree of values out. The parser of TOML is toml++ (C++); this is its C interface,
 * which no exception leaves. engine_config.h interprets the values.
 *
 * Rests on: TOML 1.0; toml++ 3.
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_TOML_H
#define CAPRUNTIME_CAPCTL_ENGINE_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct toml_doc;
/* Part of a document and freed with it. NULL: an absent value. */
struct toml_value;

enum toml_kind {
	TOML_NONE, /* the kind of NULL */
	TOML_TABLE,
	TOML_LIST,
	TOML_STRING,
	TOML_BOOLEAN,
	TOML_INTEGER,
	TOML_OTHER,
};

/*
 * Messages begin with `name`: "'NAME':LINE:COLUMN: what is wrong". The caller
 * frees.
 */
int toml_parse(struct toml_doc **ret_doc, const char *name, const char *text,
	       size_t len, struct err *err) __attribute__((warn_unused_result));
/* The same for JSON. A text of blanks is an empty object; numbers are TOML_OTHER. */
int toml_parse_json(struct toml_doc **ret_doc, const char *name,
		    const char *text, size_t len, struct err *err)
	__attribute__((warn_unused_result));
void toml_free(struct toml_doc *doc);

const struct toml_value *toml_root(const struct toml_doc *doc);
enum toml_kind toml_kind(const struct toml_value *value);

/*
 * The member at the end of a path of keys, which ends in NULL. Of two members with
 * one key, which JSON can have, the last.
 */
const struct toml_value *toml_find(const struct toml_value *table, ...)
	__attribute__((sentinel));

/* Of a table's members, with TOML sorted by key, or of a list. */
size_t toml_count(const struct toml_value *value);
const struct toml_value *toml_member(const struct toml_value *table,
				     size_t index, const char **ret_key);
const struct toml_value *toml_element(const struct toml_value *list,
				      size_t index);

/* NULL, false, 0: the value has another kind. */
const char *toml_string(const struct toml_value *value);
bool toml_is_true(const struct toml_value *value);
int64_t toml_integer(const struct toml_value *value);

#endif
