/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/patch.h"

#include <string.h>

#include "base/buf.h"
#include "spec/spec.h"
#include "json/read.h"

#define MEMBERS_MAX 8

/* A walk over an object's members. */
struct walk {
	struct edits *edits;
	const struct json_doc *doc;
	const struct patch_member *members;
	size_t count;
	bool seen[MEMBERS_MAX];
	size_t kept_end; /* of the last value that stays, or after the '{' */
	bool is_empty; /* no member so far stays */
	size_t removed_end; /* of the last value removed since then; 0: none */
};

/* Of duplicate keys only the first one is changed. */
static const struct patch_member *find_change(struct walk *walk,
					      struct json_value key)
{
	for (size_t i = 0; i < walk->count; i++) {
		if (walk->seen[i] ||
		    !json_string_is(walk->doc, key, walk->members[i].key))
			continue;
		walk->seen[i] = true;
		return &walk->members[i];
	}
	return NULL;
}

/*
 * Removes the members since the last one that stays, together with the comma
 * before them or, at the start of the object, the comma after them.
 */
static int remove_members(struct walk *walk, bool is_last, struct err *err)
{
	const struct json_doc *doc = walk->doc;
	size_t end = walk->removed_end;
	const char *comma;

	if (!end)
		return 0;
	walk->removed_end = 0;
	if (walk->is_empty && !is_last) {
		comma = memchr(doc->text + end, ',', doc->len - end);
		end = (size_t)(comma + 1 - doc->text);
	}
	return edits_add(walk->edits, walk->kept_end, end, "", err);
}

static bool reads_like(const struct json_doc *doc, struct json_value value,
		       const char *text)
{
	size_t len = value.end - value.start;

	return strlen(text) == len &&
	       memcmp(text, doc->text + value.start, len) == 0;
}

static int patch_one(struct walk *walk, const struct json_member *member,
		     struct err *err)
{
	const struct patch_member *change = find_change(walk, member->key);
	struct json_value value = member->value;

	if (change && !change->value) {
		walk->removed_end = value.end;
		return 0;
	}
	if (remove_members(walk, false, err) < 0)
		return -1;
	walk->kept_end = value.end;
	walk->is_empty = false;
	if (!change || reads_like(walk->doc, value, change->value))
		return 0;
	return edits_add(walk->edits, value.start, value.end, change->value,
			 err);
}

static void add_member(struct buf *buf, bool is_first, const char *key,
		       const char *value)
{
	buf_add_str(buf, is_first ? "\"" : ",\"");
	buf_add_str(buf, key);
	buf_add_str(buf, "\":");
	buf_add_str(buf, value);
}

static int insert_text(struct edits *edits, size_t offset, struct buf *buf,
		       struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (buf_take(buf, &text, &len, err) < 0)
		return -1;
	return len ? edits_add(edits, offset, offset, text, err) : 0;
}

static int insert_members(struct walk *walk, struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	for (size_t i = 0; i < walk->count; i++) {
		const struct patch_member *member = &walk->members[i];

		if (walk->seen[i] || !member->value)
			continue;
		add_member(&buf, walk->is_empty, member->key, member->value);
		walk->is_empty = false;
	}
	return insert_text(walk->edits, walk->kept_end, &buf, err);
}

int patch_members(struct edits *edits, const struct json_doc *doc,
		  struct json_value object, const struct patch_member *members,
		  size_t count, struct err *err)
{
	struct walk walk = { .edits = edits,
			     .doc = doc,
			     .members = members,
			     .count = count < MEMBERS_MAX ? count : MEMBERS_MAX,
			     .kept_end = object.start + 1,
			     .is_empty = true };
	struct json_iter iter = json_iterate(doc, object);
	struct json_member member;

	while (json_next_member(&iter, &member))
		if (patch_one(&walk, &member, err) < 0)
			return -1;
	/* This order matters: both edits can be at the same place. */
	if (insert_members(&walk, err) < 0)
		return -1;
	return remove_members(&walk, true, err);
}

/* The known names of a list, and the number of other names. */
struct list {
	bool present; /* and not null */
	capmask known;
	size_t unknown;
};

static struct list read_list(const struct json_doc *doc,
			     struct json_value value)
{
	struct list list = { .present = value.kind == JSON_ARRAY };
	struct json_iter iter = json_iterate(doc, value);
	struct json_value element;

	while (list.present && json_next_element(&iter, &element)) {
		capmask known = spec_capability(doc, element);

		list.known |= known;
		list.unknown += !known;
	}
	return list;
}

static void add_unknown(struct buf *buf, const struct json_doc *doc,
			struct json_value value, const char *separator)
{
	struct json_iter iter = json_iterate(doc, value);
	struct json_value element;

	while (json_next_element(&iter, &element)) {
		if (spec_capability(doc, element))
			continue;
		buf_add_str(buf, separator);
		buf_add(buf, doc->text + element.start,
			element.end - element.start);
		separator = ",";
	}
}

static void add_known(struct buf *buf, capmask set)
{
	if (!set)
		return;
	buf_add_str(buf, "\"");
	capset_add_names(buf, set, "\",\"");
	buf_add_str(buf, "\"");
}

static bool find_which(const struct json_doc *doc, struct json_value key,
		       enum capset_which *ret_which)
{
	for (int which = 0; which < CAPSET_COUNT; which++) {
		if (json_string_is(doc, key,
				   capset_key((enum capset_which)which))) {
			*ret_which = (enum capset_which)which;
			return true;
		}
	}
	return false;
}

static int patch_list(struct edits *edits, const struct json_doc *doc,
		      struct json_value value, capmask set, bool drop_unknown,
		      struct err *err)
{
	struct list list = read_list(doc, value);
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;

	if (list.known == set && !(list.unknown && drop_unknown))
		return 0;
	buf_add_str(&buf, "[");
	add_known(&buf, set);
	if (list.unknown && !drop_unknown)
		add_unknown(&buf, doc, value, set ? "," : "");
	buf_add_str(&buf, "]");
	if (buf_take(&buf, &text, NULL, err) < 0)
		return -1;
	return edits_add(edits, value.start, value.end, text, err);
}

static void add_absent(struct buf *buf, const struct capsets *after,
		       const bool seen[CAPSET_COUNT], bool is_empty)
{
	for (int which = 0; which < CAPSET_COUNT; which++) {
		if (seen[which] || !after->set[which])
			continue;
		add_member(buf, is_empty, capset_key((enum capset_which)which),
			   "[");
		add_known(buf, after->set[which]);
		buf_add_str(buf, "]");
		is_empty = false;
	}
}

int patch_capabilities(struct edits *edits, const struct json_doc *doc,
		       struct json_value capabilities,
		       const struct capsets *after, bool drop_unknown,
		       struct err *err)
{
	struct json_iter iter = json_iterate(doc, capabilities);
	size_t first = capabilities.start + 1, last_end = first;
	struct buf buf CLEANUP_BUF = { 0 };
	bool seen[CAPSET_COUNT] = { false };
	struct json_member member;

	while (json_next_member(&iter, &member)) {
		enum capset_which which;

		last_end = member.value.end;
		if (!find_which(doc, member.key, &which))
			continue;
		seen[which] = true;
		if (patch_list(edits, doc, member.value, after->set[which],
			       drop_unknown, err) < 0)
			return -1;
	}
	add_absent(&buf, after, seen, last_end == first);
	return insert_text(edits, last_end, &buf, err);
}

int patch_capabilities_intersect(struct edits *edits,
				 const struct json_doc *doc,
				 struct json_value capabilities,
				 const struct json_doc *limit, struct err *err)
{
	struct capsets after = { 0 };

	for (int which = 0; which < CAPSET_COUNT; which++) {
		const char *key = capset_key((enum capset_which)which);
		struct json_value left, right;

		if (json_find(doc, capabilities, key, &left) &&
		    json_find(limit, json_root(limit), key, &right))
			after.set[which] = read_list(doc, left).known &
					   read_list(limit, right).known;
	}
	return patch_capabilities(edits, doc, capabilities, &after, false, err);
}

static int compare_text(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The raw texts of a list's unknown names, sorted, without duplicates. */
static int add_sorted_unknown(struct buf *buf, const struct json_doc *doc,
			      struct json_value value, size_t count,
			      struct err *err)
{
	struct json_iter iter = json_iterate(doc, value);
	char **names = calloc(count, sizeof(*names));
	struct json_value element;
	size_t used = 0;

	if (!names)
		return err_set_no_memory(err);
	while (used < count && json_next_element(&iter, &element)) {
		if (spec_capability(doc, element))
			continue;
		names[used] = strndup(doc->text + element.start,
				      element.end - element.start);
		if (!names[used]) {
			buf->failed = true;
			break;
		}
		used++;
	}
	qsort(names, used, sizeof(*names), compare_text);
	for (size_t i = 0; i < used; i++) {
		if (!i || strcmp(names[i], names[i - 1]) != 0)
			buf_add_str(buf, names[i]);
	}
	for (size_t i = 0; i < used; i++)
		free(names[i]);
	free(names);
	return 0;
}

static int add_list_value(struct buf *buf, const struct json_doc *doc,
			  struct json_value value, struct err *err)
{
	struct list list = read_list(doc, value);

	if (!list.present)
		return 0;
	buf_add_str(buf, "[");
	capset_add_names(buf, list.known, ",");
	if (list.unknown &&
	    add_sorted_unknown(buf, doc, value, list.unknown, err) < 0)
		return -1;
	buf_add_str(buf, "]");
	return 0;
}

int patch_capabilities_value(const struct json_doc *doc,
			     struct json_value capabilities, char **ret_text,
			     struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	for (int which = 0; which < CAPSET_COUNT; which++) {
		const char *key = capset_key((enum capset_which)which);
		struct json_value value;

		if (json_find(doc, capabilities, key, &value) &&
		    add_list_value(&buf, doc, value, err) < 0)
			return -1;
		buf_add_str(&buf, ";");
	}
	return buf_take(&buf, ret_text, NULL, err);
}
