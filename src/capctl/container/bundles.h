/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operands of a verb that takes bundles: a path is itself, any other word
 * means the bundles of containers (operand.h).
 */
#ifndef CAPRUNTIME_CAPCTL_CONTAINER_BUNDLES_H
#define CAPRUNTIME_CAPCTL_CONTAINER_BUNDLES_H

#include "capctl/container/operand.h"

struct bundle_operand {
	const char *path; /* the word itself if `problem` is set */
	const struct census_entry *entry; /* NULL: the word is a path */
	struct err problem; /* why the word means nothing; "": it does */
};

struct bundles {
	struct bundle_operand *list;
	size_t count;
	size_t size;
	bool counted; /* `census` was taken; not for paths */
	struct err failure; /* of the census; "": none */
	struct census census;
};

#define CLEANUP_BUNDLES __attribute__((cleanup(bundles_free)))

/*
 * For all words, in their order. A file or directory of that name precedes a
 * container, as does what starts with "/", "./" or "../". `source`: as for
 * census_take(). Lends `words`. -1: out of memory. The caller frees, also on -1.
 */
int bundles_find(struct bundles *ret_bundles, char *const *words,
		 const struct who_source *source, struct err *err) MUST_CHECK;
void bundles_free(struct bundles *bundles);

#endif
