/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matches of rules and containers, from a small range so that they often match.
 * Chosen by the given bytes; after the last one, at random.
 */
#ifndef CAPRUNTIME_MATCH_RANDOM_H
#define CAPRUNTIME_MATCH_RANDOM_H

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "policy/match.h"
#include "prng.h"

struct choices {
	const uint8_t *bytes;
	size_t left;
	struct prng prng;
	struct arena memory; /* of the matches */
};

/* From 0 to below `limit`, which is at most 256. */
static inline size_t choose(struct choices *choices, size_t limit)
{
	if (!choices->left)
		return (size_t)prng_below(&choices->prng, limit);
	choices->left--;
	return *choices->bytes++ % limit;
}

static inline void *match_random_alloc(struct choices *choices, size_t size)
{
	void *memory = arena_alloc(&choices->memory, size);

	if (!memory)
		abort();
	return memory;
}

static inline void match_random_globs(struct choices *choices,
				      struct glob_list *list)
{
	size_t count = 1 + choose(choices, 3);

	list->patterns =
		match_random_alloc(choices, count * sizeof(*list->patterns));
	while (list->count < count) {
		char *pattern = match_random_alloc(choices, 8);
		size_t len = 0, end;

		if (choose(choices, 3) == 0)
			pattern[len++] = '!';
		for (end = len + 1 + choose(choices, 3); len < end; len++)
			pattern[len] = "aab*?"[choose(choices, 5)];
		list->patterns[list->count++] = pattern;
	}
}

static inline uint32_t match_random_number(struct choices *choices)
{
	static const uint32_t numbers[] = { 0, 1, 2, 3, UINT32_MAX - 1 };

	return numbers[choose(choices, 5)];
}

static inline void match_random_ranges(struct choices *choices,
				       struct match_ranges *ranges)
{
	size_t count = 1 + choose(choices, 3);

	ranges->list =
		match_random_alloc(choices, count * sizeof(*ranges->list));
	while (ranges->count < count) {
		struct match_range range = { match_random_number(choices),
					     match_random_number(choices) };

		if (range.first <= range.last)
			ranges->list[ranges->count++] = range;
	}
}

static inline void match_random_annotation(struct choices *choices,
					   struct match *match, const char *key)
{
	struct match_annotation *annotation =
		&match->annotations[match->annotations_count++];

	annotation->key = key;
	match_random_globs(choices, &annotation->globs);
}

/* Lasts until the caller frees the memory of `choices`. */
static inline void match_random(struct choices *choices, struct match *match)
{
	static const enum match_text texts[] = { MATCH_NAMESPACE, MATCH_ID };
	static const enum match_flag flags[] = { MATCH_USERNS,
						 MATCH_PRIVILEGED };

	match_init(match);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (choose(choices, 2))
			match_random_globs(choices, &match->texts[texts[i]]);
	for (size_t i = 0; i < MATCH_NUMBER_COUNT; i++)
		if (choose(choices, 4) == 0)
			match_random_ranges(choices, &match->numbers[i]);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (choose(choices, 4) == 0)
			match->flags[flags[i]] =
				choose(choices, 2) ? MATCH_YES : MATCH_NO;
	match->annotations =
		match_random_alloc(choices, 2 * sizeof(*match->annotations));
	if (choose(choices, 4) == 0)
		match_random_annotation(choices, match, "x");
	if (choose(choices, 6) == 0)
		match_random_annotation(choices, match, "y");
}

/* A container and the owner of its texts. */
struct random_subject {
	struct match_subject subject;
	char texts[4][8];
	char keys[2][2];
	struct annotation list[2];
	struct annotations annotations;
};

static inline char *match_random_text(struct choices *choices, char text[8])
{
	size_t len = choose(choices, 5);

	for (size_t i = 0; i < len; i++)
		text[i] = "abc"[choose(choices, 3)];
	text[len] = '\0';
	return text;
}

static inline void match_random_subject(struct choices *choices,
					struct random_subject *random)
{
	struct match_subject *subject = &random->subject;

	*random = (struct random_subject){ .keys = { "x", "y" } };
	random->annotations.list = random->list;
	for (size_t i = 0; i < 2; i++) {
		enum match_text which = i ? MATCH_ID : MATCH_NAMESPACE;

		if (choose(choices, 6))
			subject->texts[which] =
				match_random_text(choices, random->texts[i]);
		if (choose(choices, 3) == 0)
			continue;
		random->list[random->annotations.count++] = (struct annotation){
			random->keys[i],
			match_random_text(choices, random->texts[2 + i])
		};
	}
	if (choose(choices, 6))
		subject->annotations = &random->annotations;
	for (size_t i = 0; i < MATCH_NUMBER_COUNT; i++)
		subject->numbers[i] = match_random_number(choices);
	subject->flags[MATCH_USERNS] = choose(choices, 2);
	subject->unknown[MATCH_USERNS] = choose(choices, 8) == 0;
	subject->flags[MATCH_PRIVILEGED] = choose(choices, 4) == 0;
}

#endif
