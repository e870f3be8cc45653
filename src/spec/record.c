/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/record.h"

#include <errno.h>
#include <string.h>

#include "spec/spec.h"
#include "json/keys.h"
#include "json/read.h"

#define RECORD_VERSION 1

#define OPTIONAL_TEXT (JSON_STRING | JSON_NULL)

/* The text may be written to config.json: it must be JSON of that type. */
static int read_value(const struct json_reader *reader, const char *key,
		      struct json_value value, bool is_object, char **ret_text)
{
	struct json_doc doc = { .name = reader->doc->name };
	char *text CLEANUP_FREE = NULL;
	struct err ignored;

	if (json_text(reader, key, value, &text) < 0)
		return -1;
	doc.text = text;
	doc.len = strlen(text);
	if (json_check(&doc, &ignored) < 0 ||
	    (json_root(&doc).kind == JSON_OBJECT) != is_object)
		return json_fail(reader, value.start,
				 "'%s' must be the text of %s", key,
				 is_object ? "an object" : "a plain value");
	*ret_text = TAKE_PTR(text);
	return 0;
}

static int read_was(const struct json_reader *reader, struct json_value object,
		    bool is_object, struct record_field *field)
{
	unsigned int kinds = is_object ? JSON_STRING : OPTIONAL_TEXT;
	struct json_value value;

	if (json_find_kind(reader, object, "was", kinds, &value) < 0)
		return -1;
	if (value.kind == JSON_NULL)
		return 0;
	return read_value(reader, "was", value, is_object, &field->was);
}

static int read_wrote(const struct json_reader *reader,
		      struct json_value object, bool is_object,
		      struct record_field *field)
{
	struct json_value list, value;
	struct json_iter iter;
	int more;

	if (json_find_kind(reader, object, "wrote", JSON_ARRAY, &list) < 0)
		return -1;
	iter = json_iterate(reader->doc, list);
	while ((more = json_next_string(reader, "wrote", &iter, &value)) > 0) {
		size_t at = field->wrote_count;

		if (at == RECORD_WROTE_MAX)
			break;
		if (read_value(reader, "wrote", value, is_object,
			       &field->wrote[at]) < 0)
			return -1;
		field->wrote_count++;
	}
	if (more < 0)
		return -1;
	if (more || !field->wrote_count)
		return json_fail(reader, list.start,
				 "'wrote' must have 1 to %d elements",
				 RECORD_WROTE_MAX);
	return 0;
}

static int read_field(const struct json_reader *reader,
		      struct json_value object, enum record_member member,
		      struct record_field *field)
{
	bool is_object = member == RECORD_CAPABILITIES;
	struct json_value value;

	if (json_find_kind(reader, object, record_key(member),
			   JSON_OBJECT | JSON_NULL, &value) < 0)
		return -1;
	if (value.kind == JSON_NULL)
		return 0;
	field->changed = true;
	if (json_keys_check_unique(reader->doc, value, reader->err) < 0 ||
	    read_was(reader, value, is_object, field) < 0)
		return -1;
	return read_wrote(reader, value, is_object, field);
}

static int read_mask(const struct json_reader *reader, const char *key,
		     struct json_value list, capmask *ret_mask)
{
	struct json_iter iter = json_iterate(reader->doc, list);
	struct json_value name;
	int more;

	while ((more = json_next_string(reader, key, &iter, &name)) > 0) {
		capmask capability = spec_capability(reader->doc, name);

		if (!capability)
			return json_fail(reader, name.start,
					 "unknown capability in '%s'", key);
		*ret_mask |= capability;
	}
	return more;
}

static int find_mask(const struct json_reader *reader, struct json_value object,
		     const char *key, capmask *ret_mask)
{
	struct json_value list;

	if (json_find_kind(reader, object, key, JSON_ARRAY, &list) < 0)
		return -1;
	return read_mask(reader, key, list, ret_mask);
}

static int find_boolean(const struct json_reader *reader,
			struct json_value object, const char *key,
			bool *ret_boolean)
{
	struct json_value value;

	if (json_find_kind(reader, object, key, JSON_BOOLEAN, &value) < 0)
		return -1;
	return json_boolean(reader, key, value, ret_boolean);
}

static int find_u32(const struct json_reader *reader, struct json_value object,
		    const char *key, uint32_t *ret_number)
{
	struct json_value value;

	if (json_find_kind(reader, object, key, JSON_NUMBER, &value) < 0)
		return -1;
	return json_u32(reader, key, value, UINT32_MAX, ret_number);
}

static int find_u64(const struct json_reader *reader, struct json_value object,
		    const char *key, uint64_t *ret_number)
{
	struct json_value value;

	if (json_find_kind(reader, object, key, JSON_NUMBER, &value) < 0)
		return -1;
	return json_u64(reader, key, value, UINT64_MAX, ret_number);
}

static int read_file_entry(const struct json_reader *reader,
			   struct json_value object, struct record_file *file)
{
	if (json_want(reader, "files", object, JSON_OBJECT) < 0 ||
	    json_keys_check_unique(reader->doc, object, reader->err) < 0 ||
	    find_u64(reader, object, "length", &file->length) < 0)
		return -1;
	return find_u64(reader, object, "digest", &file->digest);
}

/* Early versions did not write them. */
static int read_files(const struct json_reader *reader,
		      struct json_value object, struct record *record)
{
	struct json_value list, value;
	struct json_iter iter;

	if (json_find_kind(reader, object, "files", JSON_ARRAY | JSON_NULL,
			   &list) < 0)
		return -1;
	if (list.kind == JSON_NULL)
		return 0;
	iter = json_iterate(reader->doc, list);
	while (json_next_element(&iter, &value)) {
		if (record->file_count == RECORD_FILES_MAX)
			return json_fail(reader, list.start,
					 "'files' has more than %d elements",
					 RECORD_FILES_MAX);
		if (read_file_entry(reader, value,
				    &record->files[record->file_count]) < 0)
			return -1;
		record->file_count++;
	}
	return 0;
}

/* Early versions did not write it. */
static int read_owner(const struct json_reader *reader,
		      struct json_value object, struct record_about *about)
{
	struct json_value owner;

	if (json_find_kind(reader, object, "owner", JSON_OBJECT | JSON_NULL,
			   &owner) < 0)
		return -1;
	if (owner.kind == JSON_NULL)
		return 0;
	if (json_keys_check_unique(reader->doc, owner, reader->err) < 0 ||
	    find_u32(reader, owner, "pid", &about->pid) < 0)
		return -1;
	return find_u64(reader, owner, "start", &about->start);
}

static int read_record_drop(const struct json_reader *reader,
			    struct json_value decided,
			    struct record_about *about)
{
	struct json_value drop;

	if (json_find_kind(reader, decided, "drop", JSON_ARRAY | JSON_STRING,
			   &drop) < 0)
		return -1;
	if (drop.kind == JSON_ARRAY)
		return read_mask(reader, "drop", drop, &about->drop);
	if (!json_string_is(reader->doc, drop, "others"))
		return json_fail(reader, drop.start,
				 "'drop' must be \"others\" or a list");
	about->drop_others = true;
	return 0;
}

static int read_decided(const struct json_reader *reader,
			struct json_value object, struct record_about *about)
{
	struct json_value decided;

	if (json_find_kind(reader, object, "decided", JSON_OBJECT, &decided) <
		    0 ||
	    json_keys_check_unique(reader->doc, decided, reader->err) < 0 ||
	    find_mask(reader, decided, "wanted", &about->wanted) < 0 ||
	    find_mask(reader, decided, "ambient", &about->ambient) < 0 ||
	    find_mask(reader, decided, "inheritable", &about->inheritable) <
		    0 ||
	    read_record_drop(reader, decided, about) < 0)
		return -1;
	if (find_boolean(reader, decided, "no_new_privileges",
			 &about->no_new_privileges) < 0 ||
	    find_boolean(reader, decided, "exec", &about->exec) < 0)
		return -1;
	return find_boolean(reader, decided, "new_userns", &about->new_userns);
}

static int check_version(const struct json_reader *reader,
			 struct json_value object)
{
	uint32_t version;

	if (find_u32(reader, object, "version", &version) < 0)
		return -1;
	if (version == RECORD_VERSION)
		return 0;
	return json_fail(reader, object.start, "'version' %u is not supported",
			 version);
}

static int read_record_members(const struct json_reader *reader,
			       struct record *record)
{
	struct json_value object = json_root(reader->doc);
	struct record_about *about = &record->about;

	if (json_want(reader, NULL, object, JSON_OBJECT) < 0 ||
	    json_keys_check_unique(reader->doc, object, reader->err) < 0 ||
	    check_version(reader, object) < 0 ||
	    json_find_text(reader, object, "id", JSON_STRING, &about->id) < 0 ||
	    json_find_text(reader, object, "root", OPTIONAL_TEXT,
			   &about->root) < 0 ||
	    json_find_text(reader, object, "rule", OPTIONAL_TEXT,
			   &about->rule) < 0 ||
	    read_owner(reader, object, about) < 0 ||
	    find_u32(reader, object, "uid", &about->uid) < 0 ||
	    read_files(reader, object, record) < 0 ||
	    read_decided(reader, object, about) < 0)
		return -1;
	for (int member = 0; member < RECORD_COUNT; member++)
		if (read_field(reader, object, (enum record_member)member,
			       &record->fields[member]) < 0)
			return -1;
	if (about->rule || !record_is_needed(record))
		return 0;
	return json_find_text(reader, object, "rule", JSON_STRING,
			      &about->rule);
}

/* Appends the remedy, unless the record can be sound. */
static int err_record(struct err *err)
{
	struct err reason = *err;

	if (err->number == ENOMEM)
		return -1;
	return err_set(
		err,
		"%s: this capruntime did not write the record: restore config.json by hand and remove the record",
		reason.text);
}

int record_parse(struct record *ret_record, const struct json_doc *doc,
		 struct err *err)
{
	struct json_index index CLEANUP_JSON_INDEX = { 0 };
	struct json_doc indexed = *doc;
	const struct json_reader reader = { .doc = &indexed, .err = err };
	struct record record CLEANUP_RECORD = { 0 };

	indexed.index = &index;
	if (json_check(&indexed, err) < 0 ||
	    read_record_members(&reader, &record) < 0)
		return err_record(err);
	*ret_record = record;
	record = (struct record){ 0 };
	return 0;
}

bool record_narrows(const struct record_about *about)
{
	return about->drop || about->drop_others || about->no_new_privileges;
}

bool record_is_needed(const struct record *record)
{
	bool needed = record->about.exec;

	for (int i = 0; i < RECORD_COUNT; i++)
		needed = needed || record->fields[i].changed;
	return needed;
}

void record_free(struct record *record)
{
	free(record->about.id);
	free(record->about.root);
	free(record->about.rule);
	for (int member = 0; member < RECORD_COUNT; member++) {
		struct record_field *field = &record->fields[member];

		free(field->was);
		for (size_t i = 0; i < field->wrote_count; i++)
			free(field->wrote[i]);
	}
	*record = (struct record){ 0 };
}
