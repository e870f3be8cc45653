/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/record.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "json/scan.h"

#define RECORD_VERSION 1

struct parser {
	const struct json_doc *doc;
	struct err *err;
};

static int bad(const struct parser *parser, const char *what)
{
	return err_set(
		parser->err,
		"'%s': %s: it was not written by this capruntime, put config.json's originals back by hand and remove it",
		parser->doc->name, what);
}

/* Absent and null are NULL. */
static int get_text(const struct parser *parser, struct json_object *object,
		    const char *key, char **ret_text)
{
	struct json_object *value = json_object_object_get(object, key);
	const char *text;

	if (!value)
		return 0;
	if (!json_object_is_type(value, json_type_string))
		return bad(parser, key);
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return bad(parser, key);
	*ret_text = strdup(text);
	return *ret_text ? 0 : err_set(parser->err, "out of memory");
}

/* A text that will be put into config.json must be JSON. */
static int get_value(const struct parser *parser, struct json_object *value,
		     bool is_object, char **ret_text)
{
	struct json_doc doc = { .name = parser->doc->name };
	struct err ignored;

	if (!json_object_is_type(value, json_type_string))
		return bad(parser, "a value is no string");
	doc.text = json_object_get_string(value);
	doc.len = (size_t)json_object_get_string_len(value);
	if (json_check(&doc, &ignored) < 0 ||
	    (json_root(&doc).kind == JSON_OBJECT) != is_object)
		return bad(parser, "a value of another type");
	*ret_text = strdup(doc.text);
	return *ret_text ? 0 : err_set(parser->err, "out of memory");
}

static int get_wrote(const struct parser *parser, struct json_object *list,
		     bool is_object, struct record_field *field)
{
	size_t count;

	if (!json_object_is_type(list, json_type_array))
		return bad(parser, "'wrote' is no list");
	count = json_object_array_length(list);
	if (!count || count > RECORD_WROTE_MAX)
		return bad(parser, "'wrote' has the wrong length");
	for (size_t i = 0; i < count; i++) {
		if (get_value(parser, json_object_array_get_idx(list, i),
			      is_object, &field->wrote[i]) < 0)
			return -1;
		field->wrote_count = i + 1;
	}
	return 0;
}

static int get_field(const struct parser *parser, struct json_object *object,
		     enum record_member member, struct record_field *field)
{
	bool is_object = member == RECORD_CAPABILITIES;
	struct json_object *value, *was;

	value = json_object_object_get(object, record_key(member));
	if (!value)
		return 0;
	if (!json_object_is_type(value, json_type_object))
		return bad(parser, record_key(member));

	field->changed = true;
	was = json_object_object_get(value, "was");
	if (was && get_value(parser, was, is_object, &field->was) < 0)
		return -1;
	if (!was && is_object)
		return bad(parser, "'was' is missing");
	return get_wrote(parser, json_object_object_get(value, "wrote"),
			 is_object, field);
}

static int get_mask(const struct parser *parser, struct json_object *list,
		    capmask *ret_mask)
{
	if (!json_object_is_type(list, json_type_array))
		return bad(parser, "'decided' lacks a list of capabilities");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *name = json_object_array_get_idx(list, i);
		capmask capability = 0;

		if (json_object_is_type(name, json_type_string))
			capability = capset_from_exact(
				json_object_get_string(name),
				(size_t)json_object_get_string_len(name));
		if (!capability)
			return bad(parser, "an unknown capability");
		*ret_mask |= capability;
	}
	return 0;
}

static int get_drop(const struct parser *parser, struct json_object *drop,
		    struct record_about *about)
{
	if (!json_object_is_type(drop, json_type_string))
		return get_mask(parser, drop, &about->drop);
	if (strcmp(json_object_get_string(drop), "others") != 0)
		return bad(parser, "'drop'");
	about->drop_others = true;
	return 0;
}

static int get_boolean(const struct parser *parser, struct json_object *object,
		       const char *key, bool *ret_boolean)
{
	struct json_object *value = json_object_object_get(object, key);

	if (!json_object_is_type(value, json_type_boolean))
		return bad(parser, key);
	*ret_boolean = json_object_get_boolean(value);
	return 0;
}

static int get_decided(const struct parser *parser, struct json_object *decided,
		       struct record_about *about)
{
	if (!json_object_is_type(decided, json_type_object))
		return bad(parser, "'decided' is missing");
	if (get_mask(parser, json_object_object_get(decided, "wanted"),
		     &about->wanted) < 0 ||
	    get_mask(parser, json_object_object_get(decided, "ambient"),
		     &about->ambient) < 0 ||
	    get_mask(parser, json_object_object_get(decided, "inheritable"),
		     &about->inheritable) < 0 ||
	    get_drop(parser, json_object_object_get(decided, "drop"), about) <
		    0)
		return -1;
	if (get_boolean(parser, decided, "no_new_privileges",
			&about->no_new_privileges) < 0)
		return -1;
	if (get_boolean(parser, decided, "exec", &about->exec) < 0)
		return -1;
	return get_boolean(parser, decided, "new_userns", &about->new_userns);
}

static int get_uid(const struct parser *parser, struct json_object *object,
		   uint32_t *ret_uid)
{
	struct json_object *value = json_object_object_get(object, "uid");
	int64_t uid;

	if (!json_object_is_type(value, json_type_int))
		return bad(parser, "uid");
	uid = json_object_get_int64(value);
	if (uid < 0 || uid > UINT32_MAX)
		return bad(parser, "uid");
	*ret_uid = (uint32_t)uid;
	return 0;
}

static int get_all(const struct parser *parser, struct json_object *object,
		   struct record *record)
{
	struct record_about *about = &record->about;
	struct json_object *version = json_object_object_get(object, "version");

	if (!json_object_is_type(version, json_type_int) ||
	    json_object_get_int64(version) != RECORD_VERSION)
		return bad(parser, "another version's record");
	if (get_text(parser, object, "id", &about->id) < 0 ||
	    get_text(parser, object, "root", &about->root) < 0 ||
	    get_text(parser, object, "rule", &about->rule) < 0)
		return -1;
	if (!about->id || !about->rule)
		return bad(parser, "'id' or 'rule' is missing");
	if (get_uid(parser, object, &about->uid) < 0 ||
	    get_decided(parser, json_object_object_get(object, "decided"),
			about) < 0)
		return -1;
	for (int member = 0; member < RECORD_COUNT; member++)
		if (get_field(parser, object, (enum record_member)member,
			      &record->fields[member]) < 0)
			return -1;
	return 0;
}

int record_parse(struct record *ret_record, const struct json_doc *doc,
		 struct err *err)
{
	struct record record CLEANUP_RECORD = { 0 };
	struct parser parser = { doc, err };
	struct json_tokener *tokener;
	struct json_object *object;
	int status;

	if (json_check(doc, err) < 0)
		return -1;
	if (json_root(doc).kind != JSON_OBJECT)
		return bad(&parser, "no object");
	tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (!tokener)
		return err_set(err, "out of memory");
	object = json_tokener_parse_ex(tokener, doc->text, (int)doc->len);
	json_tokener_free(tokener);
	if (!object)
		return bad(&parser, "cannot be read");

	status = get_all(&parser, object, &record);
	json_object_put(object);
	if (status < 0)
		return -1;
	*ret_record = record;
	record = (struct record){ 0 };
	return 0;
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

static void add_text(struct buf *buf, const char *text)
{
	if (text)
		buf_add_json(buf, text);
	else
		buf_add_str(buf, "null");
}

static void add_mask(struct buf *buf, const char *key, capmask mask)
{
	buf_add_str(buf, key);
	buf_add_str(buf, mask ? "[\"" : "[");
	capset_add_names(buf, mask, "\",\"");
	buf_add_str(buf, mask ? "\"]" : "]");
}

static void add_decided(struct buf *buf, const struct record_about *about)
{
	add_mask(buf, " \"decided\":{\"wanted\":", about->wanted);
	add_mask(buf, ",\"ambient\":", about->ambient);
	add_mask(buf, ",\"inheritable\":", about->inheritable);
	if (about->drop_others)
		buf_add_str(buf, ",\"drop\":\"others\"");
	else
		add_mask(buf, ",\"drop\":", about->drop);
	buf_add_str(buf, ",\"no_new_privileges\":");
	buf_add_str(buf, about->no_new_privileges ? "true" : "false");
	buf_add_str(buf, ",\"exec\":");
	buf_add_str(buf, about->exec ? "true" : "false");
	buf_add_str(buf, ",\"new_userns\":");
	buf_add_str(buf, about->new_userns ? "true}" : "false}");
}

static void add_field(struct buf *buf, const char *key,
		      const struct record_field *field)
{
	buf_add_str(buf, ",\n ");
	buf_add_json(buf, key);
	buf_add_str(buf, ":{\"was\":");
	add_text(buf, field->was);
	buf_add_str(buf, ",\n  \"wrote\":[");
	for (size_t i = 0; i < field->wrote_count; i++) {
		buf_add_str(buf, i ? "," : "");
		add_text(buf, field->wrote[i]);
	}
	buf_add_str(buf, "]}");
}

int record_print(const struct record *record, char **ret_text, struct err *err)
{
	const struct record_about *about = &record->about;
	struct buf buf CLEANUP_BUF = { 0 };
	char uid[16];

	snprintf(uid, sizeof(uid), "%u", about->uid);
	buf_add_str(&buf, "{\"version\":1,\n \"id\":");
	add_text(&buf, about->id);
	buf_add_str(&buf, ",\"root\":");
	add_text(&buf, about->root);
	buf_add_str(&buf, ",\"rule\":");
	add_text(&buf, about->rule);
	buf_add_str(&buf, ",\"uid\":");
	buf_add_str(&buf, uid);
	buf_add_str(&buf, ",\n");
	add_decided(&buf, about);
	for (int member = 0; member < RECORD_COUNT; member++)
		if (record->fields[member].changed)
			add_field(&buf, record_key((enum record_member)member),
				  &record->fields[member]);
	buf_add_str(&buf, "}\n");
	return buf_take(&buf, ret_text, NULL, err);
}
