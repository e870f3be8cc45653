/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/patch.h"

#include <string.h>

#include "spec/spec.h"

/* Where a member stands, with what it takes to put one in or take it out. */
struct place {
	bool found;
	struct json_value value;
	size_t previous_end; /* of the value before it, or behind the '{' */
	bool is_first;
	size_t last_end; /* of the last value, or behind the '{' */
	bool is_empty; /* the object */
};

static void find_place(const struct json_doc *doc, struct json_value object,
		       const char *key, struct place *ret_place)
{
	struct json_iter iter = json_iterate(doc, object);
	struct place place = { .last_end = object.start + 1, .is_empty = true };
	struct json_member member;

	while (json_next_member(&iter, &member)) {
		if (!place.found && json_string_is(doc, member.key, key)) {
			place.found = true;
			place.value = member.value;
			place.previous_end = place.last_end;
			place.is_first = place.is_empty;
		}
		place.last_end = member.value.end;
		place.is_empty = false;
	}
	*ret_place = place;
}

/* The text as it stands, up to `until`, where `*from` is moved to. */
static void add_until(struct buf *buf, const struct json_doc *doc, size_t *from,
		      size_t until)
{
	buf_add(buf, doc->text + *from, until - *from);
	*from = until;
}

static void add_member(struct buf *buf, bool is_first, const char *key,
		       const char *value)
{
	buf_add_str(buf, is_first ? "\"" : ",\"");
	buf_add_str(buf, key);
	buf_add_str(buf, "\":");
	buf_add_str(buf, value);
}

/*
 * The end of what goes with a member that is taken out: a first one takes the
 * comma behind it along, others the comma before them.
 */
static size_t removal_end(const struct json_doc *doc, const struct place *place)
{
	size_t pos = place->value.end;

	if (!place->is_first || place->last_end == place->value.end)
		return pos;
	return (size_t)((const char *)memchr(doc->text + pos, ',',
					     doc->len - pos) +
			1 - doc->text);
}

int patch_member(const struct json_doc *doc, const char *key, const char *value,
		 char **ret_text, size_t *ret_len, struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct json_value process;
	struct place place;
	size_t pos = 0;

	if (!spec_find_process(doc, &process))
		return err_set(err, "'%s' has no process object", doc->name);

	find_place(doc, process, key, &place);
	if (place.found && value) {
		add_until(&buf, doc, &pos, place.value.start);
		buf_add_str(&buf, value);
		pos = place.value.end;
	} else if (place.found) {
		add_until(&buf, doc, &pos, place.previous_end);
		pos = removal_end(doc, &place);
	} else if (value) {
		add_until(&buf, doc, &pos, place.last_end);
		add_member(&buf, place.is_empty, key, value);
	}
	add_until(&buf, doc, &pos, doc->len);
	return buf_take(&buf, ret_text, ret_len, err);
}

/* The known names of a list, and how many others it holds. */
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

/* A list that is there: written anew where it does not hold `set`. */
static void patch_list(struct buf *buf, const struct json_doc *doc,
		       struct json_value value, capmask set, bool drop_unknown,
		       size_t *pos)
{
	struct list list = read_list(doc, value);

	if (list.known == set && !(list.unknown && drop_unknown))
		return;
	add_until(buf, doc, pos, value.start);
	buf_add_str(buf, "[");
	add_known(buf, set);
	if (list.unknown && !drop_unknown)
		add_unknown(buf, doc, value, set ? "," : "");
	buf_add_str(buf, "]");
	*pos = value.end;
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

int patch_capabilities(const struct json_doc *doc,
		       struct json_value capabilities,
		       const struct capsets *after, bool drop_unknown,
		       char **ret_text, struct err *err)
{
	struct json_iter iter = json_iterate(doc, capabilities);
	size_t pos = capabilities.start, last_end = pos + 1;
	struct buf buf CLEANUP_BUF = { 0 };
	bool seen[CAPSET_COUNT] = { false };
	struct json_member member;
	bool is_empty = true;

	while (json_next_member(&iter, &member)) {
		enum capset_which which;

		last_end = member.value.end;
		is_empty = false;
		if (!find_which(doc, member.key, &which))
			continue;
		seen[which] = true;
		patch_list(&buf, doc, member.value, after->set[which],
			   drop_unknown, &pos);
	}
	add_until(&buf, doc, &pos, last_end);
	add_absent(&buf, after, seen, is_empty);
	add_until(&buf, doc, &pos, capabilities.end);
	return buf_take(&buf, ret_text, NULL, err);
}

bool patch_stands(const struct json_doc *doc, struct json_value value,
		  const char *text)
{
	size_t len = value.end - value.start;

	return strlen(text) == len &&
	       memcmp(text, doc->text + value.start, len) == 0;
}

static int compare_text(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The raw texts of a list's unknown names, sorted, each once. */
static int add_sorted_unknown(struct buf *buf, const struct json_doc *doc,
			      struct json_value value, size_t count,
			      struct err *err)
{
	struct json_iter iter = json_iterate(doc, value);
	char **names = calloc(count, sizeof(*names));
	struct json_value element;
	size_t used = 0;

	if (!names)
		return err_set(err, "out of memory");
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
		struct place place;

		find_place(doc, capabilities,
			   capset_key((enum capset_which)which), &place);
		if (place.found &&
		    add_list_value(&buf, doc, place.value, err) < 0)
			return -1;
		buf_add_str(&buf, ";");
	}
	return buf_take(&buf, ret_text, NULL, err);
}
