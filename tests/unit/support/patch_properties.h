/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties of every change of a config.json that spec_read() accepts, for the
 * unit test's fixtures and the fuzz target.
 */
#ifndef CAPRUNTIME_PATCH_PROPERTIES_H
#define CAPRUNTIME_PATCH_PROPERTIES_H

#include <json.h>
#include <string.h>

#include "base/buf.h"
#include "spec/patch.h"
#include "spec/spec.h"

#define PATCH_BREAKS(condition)                                                \
	do {                                                                   \
		if (condition)                                                 \
			return #condition;                                     \
	} while (0)

/* The text with process.KEY set, or removed where `value` is NULL. */
static inline int patch_apply_member(const struct json_doc *doc,
				     const char *key, const char *value,
				     char **ret_text, size_t *ret_len,
				     struct err *err)
{
	struct patch_member member = { key, value };
	struct edits edits CLEANUP_EDITS = { 0 };
	struct json_value process;

	if (!spec_find_process(doc, &process))
		return err_set(err, "no process object");
	if (patch_members(&edits, doc, process, &member, 1, err) < 0)
		return -1;
	return edits_apply(&edits, doc, ret_text, ret_len, err);
}

/* The capabilities object's text with other sets. */
static inline int patch_apply_sets(const struct json_doc *doc,
				   struct json_value capabilities,
				   const struct capsets *after,
				   bool drop_unknown, char **ret_text,
				   struct err *err)
{
	struct edits edits CLEANUP_EDITS = { 0 };

	if (patch_capabilities(&edits, doc, capabilities, after, drop_unknown,
			       err) < 0)
		return -1;
	return edits_apply_value(&edits, doc, capabilities, ret_text, NULL,
				 err);
}

static inline bool patch_is_same(const struct json_doc *doc, const char *text,
				 size_t len)
{
	return doc->len == len && memcmp(doc->text, text, len) == 0;
}

static inline bool patch_is_text(const struct json_doc *doc,
				 struct json_value value, const char *text)
{
	return value.end - value.start == strlen(text) &&
	       memcmp(doc->text + value.start, text, strlen(text)) == 0;
}

static inline char *patch_text(const struct json_doc *doc,
			       struct json_value value)
{
	return strndup(doc->text + value.start, value.end - value.start);
}

/* `after` is `before` with the bytes of `value` replaced by `text`. */
static inline bool patch_is_replaced(const struct json_doc *before,
				     struct json_value value, const char *text,
				     const struct json_doc *after)
{
	size_t len = strlen(text), behind = before->len - value.end;

	return after->len == value.start + len + behind &&
	       memcmp(after->text, before->text, value.start) == 0 &&
	       memcmp(after->text + value.start, text, len) == 0 &&
	       memcmp(after->text + value.start + len, before->text + value.end,
		      behind) == 0;
}

/* `after` is `before` with `len` bytes inserted at one place. */
static inline bool patch_is_insertion(const struct json_doc *before, size_t len,
				      const struct json_doc *after)
{
	size_t same = 0;

	while (same < before->len && before->text[same] == after->text[same])
		same++;
	return after->len == before->len + len &&
	       memcmp(before->text + same, after->text + same + len,
		      before->len - same) == 0;
}

static inline struct json_object *patch_dom(const struct json_doc *doc)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	char *text CLEANUP_FREE = strndup(doc->text, doc->len);
	struct json_object *object = json_tokener_parse_ex(tokener, text, -1);

	json_tokener_free(tokener);
	return object;
}

/* json-c reads `after` as `before` without process.KEY. */
static inline bool patch_is_removal(const struct json_doc *before,
				    const char *key,
				    const struct json_doc *after)
{
	struct json_object *from = patch_dom(before), *to = patch_dom(after);
	struct json_object *process = NULL;
	bool same;

	json_object_object_get_ex(from, "process", &process);
	json_object_object_del(process, key);
	same = json_object_equal(from, to);
	json_object_put(from);
	json_object_put(to);
	return same;
}

static inline const char *patch_broken_put(const struct json_doc *doc,
					   const char *key)
{
	static const char put[] = "[\"put\", {}]";
	struct json_doc changed = { .name = "changed" };
	char *text CLEANUP_FREE = NULL, *back CLEANUP_FREE = NULL;
	char *old CLEANUP_FREE = NULL;
	struct json_value was, is;
	struct err err;
	size_t len;
	bool found = spec_find(doc, key, &was);

	PATCH_BREAKS(
		patch_apply_member(doc, key, put, &text, &changed.len, &err));
	changed.text = text;
	PATCH_BREAKS(json_check(&changed, &err) != 0);
	PATCH_BREAKS(!spec_find(&changed, key, &is));
	PATCH_BREAKS(!patch_is_text(&changed, is, put));
	PATCH_BREAKS(found && !patch_is_replaced(doc, was, put, &changed));
	PATCH_BREAKS(!found && !patch_is_insertion(doc, changed.len - doc->len,
						   &changed));
	/* An undo restores the same bytes. */
	old = found ? patch_text(doc, was) : NULL;
	PATCH_BREAKS(patch_apply_member(&changed, key, old, &back, &len, &err));
	PATCH_BREAKS(!patch_is_same(doc, back, len));
	return NULL;
}

static inline const char *patch_broken_remove(const struct json_doc *doc,
					      const char *key)
{
	struct json_doc changed = { .name = "changed" };
	char *text CLEANUP_FREE = NULL;
	struct json_value value;
	struct err err;
	bool found = spec_find(doc, key, &value);

	PATCH_BREAKS(
		patch_apply_member(doc, key, NULL, &text, &changed.len, &err));
	changed.text = text;
	PATCH_BREAKS(!found && !patch_is_same(doc, text, changed.len));
	PATCH_BREAKS(json_check(&changed, &err) != 0);
	PATCH_BREAKS(spec_find(&changed, key, &value));
	PATCH_BREAKS(found && !patch_is_removal(doc, key, &changed));
	return NULL;
}

static inline int patch_which(const struct json_doc *doc, struct json_value key)
{
	for (int which = 0; which < CAPSET_COUNT; which++)
		if (json_string_is(doc, key,
				   capset_key((enum capset_which)which)))
			return which;
	return -1;
}

/* A list's text as specified: known names in order, then the others. */
static inline char *patch_list_text(const struct json_doc *doc,
				    struct json_value value, capmask set,
				    bool drop_unknown)
{
	struct json_iter iter = json_iterate(doc, value);
	struct buf buf CLEANUP_BUF = { 0 };
	const char *comma = set ? "," : "";
	struct json_value element;
	capmask known = 0;
	bool unknown = false;
	struct err err;
	char *text;

	buf_add_str(&buf, set ? "[\"" : "[");
	capset_add_names(&buf, set, "\",\"");
	buf_add_str(&buf, set ? "\"" : "");
	while (value.kind == JSON_ARRAY && json_next_element(&iter, &element)) {
		capmask bit = spec_capability(doc, element);

		known |= bit;
		unknown |= !bit;
		if (bit || drop_unknown)
			continue;
		buf_add_str(&buf, comma);
		buf_add(&buf, doc->text + element.start,
			element.end - element.start);
		comma = ",";
	}
	buf_add_str(&buf, "]");
	if (known == set && !(drop_unknown && unknown))
		return patch_text(doc, value);
	return buf_take(&buf, &text, NULL, &err) < 0 ? NULL : text;
}

/* Compares member by member, in the order of the text. */
static inline const char *
patch_broken_lists(const struct json_doc *before, struct json_value was,
		   const struct json_doc *after, struct json_value is,
		   const struct capsets *sets, bool drop_unknown)
{
	struct json_iter from = json_iterate(before, was);
	struct json_iter to = json_iterate(after, is);
	struct json_member old, new;
	unsigned int seen = 0;

	while (json_next_member(&from, &old)) {
		int which = patch_which(before, old.key);
		char *key CLEANUP_FREE = patch_text(before, old.key);
		char *list CLEANUP_FREE =
			which < 0 ? patch_text(before, old.value)
				  : patch_list_text(before, old.value,
						    sets->set[which],
						    drop_unknown);

		PATCH_BREAKS(!json_next_member(&to, &new));
		PATCH_BREAKS(!patch_is_text(after, new.key, key));
		PATCH_BREAKS(!patch_is_text(after, new.value, list));
		seen |= which < 0 ? 0 : 1u << which;
	}
	while (json_next_member(&to, &new)) {
		int which = patch_which(after, new.key);

		PATCH_BREAKS(which < 0 || (seen >> which & 1));
		PATCH_BREAKS(!sets->set[which]);
		seen |= 1u << which;
	}
	return NULL;
}

/* The value of a list, except for its unknown names. */
struct patch_list_facts {
	bool present, unknown;
	capmask known;
};

static inline struct patch_list_facts
patch_facts(const struct json_doc *doc, struct json_value capabilities,
	    int which)
{
	struct json_iter iter = json_iterate(doc, capabilities);
	struct patch_list_facts facts = { false, false, 0 };
	struct json_member member;
	struct json_value element;

	while (json_next_member(&iter, &member)) {
		if (patch_which(doc, member.key) != which ||
		    member.value.kind != JSON_ARRAY)
			continue;
		facts.present = true;
		iter = json_iterate(doc, member.value);
		while (json_next_element(&iter, &element)) {
			facts.known |= spec_capability(doc, element);
			facts.unknown |= !spec_capability(doc, element);
		}
		break;
	}
	return facts;
}

/* Two values compare equal exactly if their meaning is equal. */
static inline const char *patch_broken_value(const struct json_doc *before,
					     struct json_value was,
					     const struct json_doc *after,
					     struct json_value is)
{
	char *old CLEANUP_FREE = NULL, *new CLEANUP_FREE = NULL;
	bool same = true;
	struct err err;

	PATCH_BREAKS(patch_capabilities_value(before, was, &old, &err));
	PATCH_BREAKS(patch_capabilities_value(after, is, &new, &err));
	for (int which = 0; which < CAPSET_COUNT; which++) {
		struct patch_list_facts a = patch_facts(before, was, which);
		struct patch_list_facts b = patch_facts(after, is, which);

		same = same && a.present == b.present && a.known == b.known &&
		       a.unknown == b.unknown;
	}
	PATCH_BREAKS((strcmp(old, new) == 0) != same);
	return NULL;
}

static inline const char *patch_broken_sets(const struct json_doc *doc,
					    const struct capsets *sets,
					    bool drop_unknown)
{
	char *lists CLEANUP_FREE = NULL, *text CLEANUP_FREE = NULL;
	char *again CLEANUP_FREE = NULL;
	struct json_doc changed = { .name = "changed" };
	struct spec was CLEANUP_SPEC = { 0 }, is CLEANUP_SPEC = { 0 };
	struct err err;
	const char *broken;
	bool same;

	PATCH_BREAKS(spec_read(&was, doc, RUNTIME_RUNC, &err) != 0);
	if (!was.has_capabilities)
		return NULL;
	PATCH_BREAKS(patch_apply_sets(doc, was.capabilities, sets, drop_unknown,
				      &lists, &err));
	PATCH_BREAKS(patch_apply_member(doc, "capabilities", lists, &text,
					&changed.len, &err));
	changed.text = text;
	PATCH_BREAKS(
		!patch_is_replaced(doc, was.capabilities, lists, &changed));
	PATCH_BREAKS(json_check(&changed, &err) != 0);
	PATCH_BREAKS(spec_read(&is, &changed, RUNTIME_RUNC, &err) != 0);
	PATCH_BREAKS(memcmp(&is.sets, sets, sizeof(*sets)) != 0);
	PATCH_BREAKS(is.uid != was.uid || is.gid != was.gid ||
		     is.no_new_privileges != was.no_new_privileges ||
		     is.new_userns != was.new_userns);
	same = memcmp(&was.sets, sets, sizeof(*sets)) == 0;
	PATCH_BREAKS(same && !drop_unknown &&
		     !patch_is_text(doc, was.capabilities, lists));
	/* A second patch changes nothing. */
	PATCH_BREAKS(patch_apply_sets(&changed, is.capabilities, sets,
				      drop_unknown, &again, &err));
	PATCH_BREAKS(strcmp(again, lists) != 0);
	broken = patch_broken_value(doc, was.capabilities, &changed,
				    is.capabilities);
	return broken ? broken
		      : patch_broken_lists(doc, was.capabilities, &changed,
					   is.capabilities, sets, drop_unknown);
}

/* The violated property, or NULL. spec_read() accepts `doc`. */
static inline const char *patch_broken(const struct json_doc *doc,
				       const struct capsets *sets,
				       bool drop_unknown)
{
	static const char *const keys[] = { "capabilities", "noNewPrivileges",
					    "user", "no such" };
	struct json_value process;
	const char *broken = NULL;

	if (!spec_find_process(doc, &process))
		return NULL;
	for (size_t i = 0; !broken && i < ARRAY_LEN(keys); i++) {
		broken = patch_broken_put(doc, keys[i]);
		if (!broken)
			broken = patch_broken_remove(doc, keys[i]);
	}
	return broken ? broken : patch_broken_sets(doc, sets, drop_unknown);
}

#endif
