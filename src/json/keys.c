/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/keys.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

/* A key with its escapes resolved; `owned`: NULL if it had none. */
struct key {
	const char *text;
	size_t len;
	size_t offset;
	char *owned;
};

struct keys {
	struct key *list;
	size_t count;
	size_t size;
};

#define CLEANUP_KEYS __attribute__((cleanup(keys_free)))

static void keys_free(struct keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		free(keys->list[i].owned);
	free(keys->list);
}

static int key_read(struct key *ret_key, const struct json_doc *doc,
		    struct json_value string, struct err *err)
{
	*ret_key = (struct key){ .text = doc->text + string.start + 1,
				 .len = string.end - string.start - 2,
				 .offset = string.start };
	if (!string.escapes)
		return 0;
	if (json_string(doc, string, &ret_key->owned, &ret_key->len, err) < 0)
		return -1;
	ret_key->text = ret_key->owned;
	return 0;
}

static int keys_add(struct keys *keys, const struct json_doc *doc,
		    struct json_value string, struct err *err)
{
	struct key *list =
		alloc_room(keys->list, keys->count, &keys->size, sizeof(*list));

	if (!list)
		return err_set_no_memory(err);
	keys->list = list;
	if (key_read(&list[keys->count], doc, string, err) < 0)
		return -1;
	keys->count++;
	return 0;
}

/* So many keys are compared with each other; more are sorted first. */
#define FEW_KEYS 64

/* Keys that are equal have the same bit. */
static uint64_t key_bit(const struct key *key)
{
	unsigned int sum = (unsigned int)key->len;

	if (key->len)
		sum += 7U * (unsigned char)key->text[key->len - 1] +
		       (unsigned char)key->text[key->len / 2];
	return UINT64_C(1) << sum % 64;
}

/* Sorts equal keys next to each other, in the order of the text. */
static int key_compare(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->text, b->text, len);

	if (order)
		return order;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return a->offset < b->offset ? -1 : 1;
}

static bool key_equal(const struct key *a, const struct key *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static const struct key *first_of_few(const struct keys *keys)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < keys->count; i++) {
		const struct key *key = &keys->list[i];
		uint64_t bit = key_bit(key);

		for (size_t k = 0; seen & bit && k < i; k++)
			if (key_equal(key, &keys->list[k]))
				return key;
		seen |= bit;
	}
	return NULL;
}

static const struct key *first_of_many(const struct keys *keys)
{
	const struct key *found = NULL;

	qsort(keys->list, keys->count, sizeof(*keys->list), key_compare);
	for (size_t i = 1; i < keys->count; i++) {
		const struct key *key = &keys->list[i];

		if (key_equal(key, key - 1) &&
		    (!found || key->offset < found->offset))
			found = key;
	}
	return found;
}

/* The first key in the text that repeats an earlier one. */
static const struct key *first_repeated(const struct keys *keys)
{
	return keys->count <= FEW_KEYS ? first_of_few(keys)
				       : first_of_many(keys);
}

/*
 * The next character of a key under Go's folding, and its length in bytes.
 * Every byte of another multi-byte character is its own character. No key ends
 * within a character, so strncmp(3) reads nothing after it.
 */
static int fold_character(const char *text, size_t *ret_len)
{
	*ret_len = 1;
	if (strncmp(text, "\xc5\xbf", 2) == 0) {
		*ret_len = 2;
		return 's';
	}
	if (strncmp(text, "\xe2\x84\xaa", 3) == 0) {
		*ret_len = 3;
		return 'k';
	}
	return tolower((unsigned char)*text);
}

static bool folds_to(const struct key *key, const char *name)
{
	size_t pos = 0, len;

	for (; *name && pos < key->len; name++, pos += len)
		if (fold_character(key->text + pos, &len) !=
		    tolower((unsigned char)*name))
			return false;
	return !*name && pos == key->len;
}

static bool equals_name(const struct key *key, const char *name)
{
	return strlen(name) == key->len &&
	       memcmp(key->text, name, key->len) == 0;
}

static int check_name(const struct json_doc *doc, const struct key *key,
		      const char *const names[], struct err *err)
{
	const char *folded = NULL;
	size_t len;
	int first;

	if (memchr(key->text, '\0', key->len))
		return json_err(
			err, doc, key->offset,
			"a key contains \\u0000: readers differ on where it ends, remove it");
	first = key->len ? fold_character(key->text, &len) : '\0';
	for (; *names; names++) {
		if (first != tolower((unsigned char)**names))
			continue;
		if (equals_name(key, *names))
			return 0;
		if (folds_to(key, *names))
			folded = *names;
	}
	if (!folded)
		return 0;
	return json_err(
		err, doc, key->offset,
		"key '%.*s' is '%s' to some readers and unknown to others: write '%s'",
		(int)key->len, key->text, folded, folded);
}

static int read_keys(struct keys *keys, const struct json_doc *doc,
		     struct json_value object, const char *const names[],
		     struct err *err)
{
	struct json_iter iter = json_iterate(doc, object);
	struct json_member member;

	while (json_next_member(&iter, &member)) {
		if (keys_add(keys, doc, member.key, err) < 0)
			return -1;
		if (names && check_name(doc, &keys->list[keys->count - 1],
					names, err) < 0)
			return -1;
	}
	return 0;
}

int json_keys_check(const struct json_doc *doc, struct json_value object,
		    const char *const names[], struct err *err)
{
	struct keys keys CLEANUP_KEYS = { 0 };
	const struct key *repeated;

	if (read_keys(&keys, doc, object, names, err) < 0)
		return -1;
	repeated = first_repeated(&keys);
	if (!repeated)
		return 0;
	return json_err(
		err, doc, repeated->offset,
		"duplicate key '%.*s': readers differ on which one counts, keep one",
		(int)repeated->len, repeated->text);
}

int json_keys_check_unique(const struct json_doc *doc, struct json_value object,
			   struct err *err)
{
	return json_keys_check(doc, object, NULL, err);
}
