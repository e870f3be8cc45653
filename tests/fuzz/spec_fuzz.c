/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec_read() accepts only texts that all readers read alike: those that use
 * the first of two equal keys, the last one (json-c), or ignore case.
 */
#include "config.h"

#include "spec/spec.h"

#include <ctype.h>
#include <json.h>
#include <string.h>

#include "fuzz.h"
#include "json_mutator.h"

#define SIZE_MAX_TRIED 16384

/* U+017F folds to s, U+212A to k, as in Go's encoding/json. */
static bool go_folds_to(const char *name, const char *key)
{
	for (; *name && *key; key++) {
		char letter = *name;
		size_t len = 1;

		if (strncmp(name, "\xc5\xbf", 2) == 0) {
			letter = 's';
			len = 2;
		} else if (strncmp(name, "\xe2\x84\xaa", 3) == 0) {
			letter = 'k';
			len = 3;
		}
		if (tolower((unsigned char)letter) !=
		    tolower((unsigned char)*key))
			return false;
		name += len;
	}
	return !*name && !*key;
}

/* As Go does: the last member whose key folds to `key`. */
static struct json_object *go_member(struct json_object *object,
				     const char *key)
{
	struct json_object *found = NULL;

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_foreach(object, name, value)
	{
		if (go_folds_to(name, key))
			found = value;
	}
	return found;
}

static struct json_object *c_member(struct json_object *object, const char *key)
{
	struct json_object *found = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &found);
	return found;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *found = c_member(object, key);

	MUST(go_member(object, key) == found);
	return found;
}

/* No key hides another, whether the first or the last one counts. */
static void check_all_seen(const struct json_doc *doc, struct json_value value,
			   struct json_object *object)
{
	struct json_iter iter = json_iterate(doc, value);
	struct json_member one;
	int count = 0;

	if (value.kind != JSON_OBJECT)
		return;
	while (json_next_member(&iter, &one))
		count++;
	MUST(count == json_object_object_length(object));
}

static void check_all_objects(const struct json_doc *doc,
			      struct json_object *root)
{
	static const char *const keys[] = { "user", "capabilities" };
	struct json_object *process = member(root, "process");
	struct json_value value;

	check_all_seen(doc, json_root(doc), root);
	if (!spec_find_process(doc, &value))
		return;
	check_all_seen(doc, value, process);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (spec_find(doc, keys[i], &value))
			check_all_seen(doc, value, member(process, keys[i]));
}

static uint64_t id_of(struct json_object *number)
{
	MUST(!number || json_object_is_type(number, json_type_int));
	return number ? json_object_get_uint64(number) : 0;
}

static capmask set_of(struct json_object *list, bool as_crun)
{
	capmask mask = 0;

	MUST(!list || json_object_is_type(list, json_type_array));
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *name = json_object_array_get_idx(list, i);
		const char *text = json_object_get_string(name);

		MUST(!name || json_object_is_type(name, json_type_string));
		if (name && as_crun)
			mask |= capset_from_libcap(text);
		else if (name)
			mask |= capset_from_exact(
				text, (size_t)json_object_get_string_len(name));
	}
	return mask;
}

static void check_process(const struct spec *spec, struct json_object *process,
			  enum runtime_dialect dialect)
{
	struct json_object *user = member(process, "user");
	struct json_object *capabilities = member(process, "capabilities");
	struct json_object *flag = member(process, "noNewPrivileges");

	MUST(spec->has_process == (process != NULL));
	MUST(spec->has_capabilities == (capabilities != NULL));
	MUST(!flag || json_object_is_type(flag, json_type_boolean));
	MUST(spec->no_new_privileges == json_object_get_boolean(flag));
	MUST(id_of(member(user, "uid")) == spec->uid);
	MUST(id_of(member(user, "gid")) == spec->gid);
	MUST(spec->uid != UINT32_MAX && spec->gid != UINT32_MAX);
	for (int which = 0; which < CAPSET_COUNT; which++)
		MUST(spec->sets.set[which] ==
		     set_of(member(capabilities,
				   capset_key((enum capset_which)which)),
			    dialect == RUNTIME_CRUN));
}

static bool has_new_userns(struct json_object *root)
{
	struct json_object *list = member(member(root, "linux"), "namespaces");
	bool is_new = false;

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		struct json_object *type = member(entry, "type");
		struct json_object *path = member(entry, "path");

		if (type && strcmp(json_object_get_string(type), "user") == 0 &&
		    (!path || json_object_get_string_len(path) == 0))
			is_new = true;
	}
	return is_new;
}

static bool check_dialect(const struct json_doc *doc, struct json_object *root,
			  enum runtime_dialect dialect)
{
	struct err err = { 0 };
	struct json_value found;
	struct spec spec CLEANUP_SPEC = { 0 };
	size_t line, column;

	if (spec_read(&spec, doc, dialect, &err) < 0) {
		MUST(sscanf(err.text, "'t':%zu:%zu: ", &line, &column) == 2);
		return false;
	}
	MUST(err.text[0] == '\0');
	MUST(json_object_is_type(root, json_type_object));
	check_all_objects(doc, root);
	check_process(&spec, member(root, "process"), dialect);
	MUST(spec.new_userns == has_new_userns(root));
	if (spec.has_capabilities) {
		MUST(spec_find(doc, "capabilities", &found));
		MUST(found.start == spec.capabilities.start);
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_doc doc = { .name = "t",
				      .text = (const char *)data,
				      .len = size };
	struct json_tokener *tokener;
	struct json_object *root;
	struct err err;
	bool runc, crun;

	if (size > SIZE_MAX_TRIED || json_check(&doc, &err) < 0)
		return 0;
	tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	root = json_tokener_parse_ex(tokener, (const char *)data, (int)size);
	/* A number at the end of the input is incomplete. */
	if (json_tokener_get_error(tokener) == json_tokener_success) {
		runc = check_dialect(&doc, root, RUNTIME_RUNC);
		crun = check_dialect(&doc, root, RUNTIME_CRUN);
		MUST(runc || !crun);
	}
	json_object_put(root);
	json_tokener_free(tokener);
	return 0;
}

JSON_MUTATOR(0)
