/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text in YAML or JSON as a tree of values, each with its place. libyaml
 * parses; what other readers could read in another way is refused: duplicate
 * keys, merge keys and tags. An alias is its anchor's value, not a copy, and
 * size, depth and number of values are limited. Pure.
 *
 * Rests on: YAML 1.1, and how Kubernetes reads it: as JSON, with the words and
 * numbers of Go's yaml.v2.
 */
#ifndef CAPRUNTIME_CAPCTL_POD_YAML_H
#define CAPRUNTIME_CAPCTL_POD_YAML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"

#define YAML_TEXT_MAX ((size_t)4 * 1024 * 1024)
#define YAML_DEPTH_MAX 64
#define YAML_VALUES_MAX 200000
#define YAML_KEYS_MAX 4096 /* of one map */
#define YAML_ANCHORS_MAX 256 /* of one document */

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_item {
	const struct yaml_item *next;
	const char *key; /* NULL: of a list */
	uint64_t hash; /* of the key */
	struct yaml_value *value;
};

/* Lines and columns count from 1. */
struct yaml_value {
	enum yaml_kind kind;
	size_t line;
	size_t column;
	const char *text; /* of a scalar; has no NUL */
	bool quoted; /* a string, whatever it says */
	struct yaml_item *items; /* of a list or a map */
	struct yaml_item *last;
	size_t count;
};

struct yaml_tree {
	struct arena memory;
	const char *name; /* of the file, for messages; lent */
	const struct yaml_value *documents; /* a list */
};

#define CLEANUP_YAML __attribute__((cleanup(yaml_tree_free)))

/*
 * Messages begin with "'NAME':LINE:COLUMN: ". The caller frees, also on -1.
 */
int yaml_tree_read(struct yaml_tree *ret_tree, const char *name,
		   const char *text, size_t len, struct err *err) MUST_CHECK;
void yaml_tree_free(struct yaml_tree *tree);

/* Sets "'NAME':LINE:COLUMN: message" and returns -1. */
int yaml_err(struct err *err, const struct yaml_tree *tree,
	     const struct yaml_value *value, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* NULL: `map` is no map, is NULL, or has no such key. */
const struct yaml_value *yaml_find(const struct yaml_value *map,
				   const char *key);

#endif
