/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "spec/record.h"

static void add_text_or_null(struct buf *buf, const char *text)
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

static void add_number(struct buf *buf, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	buf_add_str(buf, key);
	buf_add_str(buf, text);
}

static void add_file_list(struct buf *buf, const struct record *record)
{
	buf_add_str(buf, ",\n \"files\":[");
	for (size_t i = 0; i < record->file_count; i++) {
		const struct record_file *file = &record->files[i];

		buf_add_str(buf, i ? "," : "");
		add_number(buf, "{\"length\":", file->length);
		add_number(buf, ",\"digest\":", file->digest);
		buf_add_str(buf, "}");
	}
	buf_add_str(buf, "]");
}

static void add_field(struct buf *buf, const char *key,
		      const struct record_field *field)
{
	buf_add_str(buf, ",\n ");
	buf_add_json(buf, key);
	buf_add_str(buf, ":{\"was\":");
	add_text_or_null(buf, field->was);
	buf_add_str(buf, ",\n  \"wrote\":[");
	for (size_t i = 0; i < field->wrote_count; i++) {
		buf_add_str(buf, i ? "," : "");
		add_text_or_null(buf, field->wrote[i]);
	}
	buf_add_str(buf, "]}");
}

int record_print(const struct record *record, char **ret_text, struct err *err)
{
	const struct record_about *about = &record->about;
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add_str(&buf, "{\"version\":1,\n \"id\":");
	add_text_or_null(&buf, about->id);
	buf_add_str(&buf, ",\"root\":");
	add_text_or_null(&buf, about->root);
	buf_add_str(&buf, ",\"rule\":");
	add_text_or_null(&buf, about->rule);
	add_number(&buf, ",\n \"owner\":{\"pid\":", about->pid);
	add_number(&buf, ",\"start\":", about->start);
	add_number(&buf, "},\n \"uid\":", about->uid);
	add_file_list(&buf, record);
	buf_add_str(&buf, ",\n");
	add_decided(&buf, about);
	for (int member = 0; member < RECORD_COUNT; member++)
		if (record->fields[member].changed)
			add_field(&buf, record_key((enum record_member)member),
				  &record->fields[member]);
	buf_add_str(&buf, "}\n");
	return buf_take(&buf, ret_text, NULL, err);
}
