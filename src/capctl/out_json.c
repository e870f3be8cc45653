/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "capctl/out.h"

/* Escapes unseen characters, which json-c leaves in strings. */
static void put_json(const char *text)
{
	char escape[UTF8_ESCAPE_SIZE];
	size_t length;

	for (size_t left = strlen(text); left; text += length, left -= length) {
		length = 1;
		if (!utf8_is_unseen(text)) {
			putchar((unsigned char)*text);
			continue;
		}
		length = utf8_length(text, left);
		utf8_escape_json(text, length, escape);
		fputs(escape, stdout);
	}
	putchar('\n');
}

static void put_object(struct json_object *object, int flags)
{
	const char *text =
		object ? json_object_to_json_string_ext(
				 object, flags | JSON_C_TO_STRING_NOSLASHESCAPE)
		       : NULL;

	if (text)
		put_json(text);
	else
		out_fail();
	json_object_put(object);
}

void out_json(struct json_object *object)
{
	put_object(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
}

void out_json_line(struct json_object *object)
{
	put_object(object, JSON_C_TO_STRING_PLAIN);
}

struct json_object *out_json_text(const char *text)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *quoted CLEANUP_FREE = NULL;
	struct err ignored;

	if (!text)
		return NULL;
	buf_add_json(&buf, text);
	if (buf_take(&buf, &quoted, NULL, &ignored) < 0) {
		out_fail();
		return NULL;
	}
	return json_tokener_parse(quoted);
}

struct json_object *out_json_names(capmask mask)
{
	struct json_object *names = json_object_new_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		char *name CLEANUP_FREE =
			mask >> bit & 1 ? out_name(bit) : NULL;

		if (name)
			json_object_array_add(names, out_json_text(name));
	}
	return names;
}

struct json_object *out_json_mask(capmask mask)
{
	struct json_object *object = json_object_new_object();
	char hex[20];

	snprintf(hex, sizeof(hex), "%016" PRIx64, mask);
	json_object_object_add(object, "mask", json_object_new_string(hex));
	json_object_object_add(object, "names", out_json_names(mask));
	return object;
}

struct json_object *out_json_sets(const struct capsets *sets)
{
	struct json_object *object = json_object_new_object();

	for (int i = 0; i < CAPSET_COUNT; i++)
		json_object_object_add(object, capset_key((enum capset_which)i),
				       out_json_mask(sets->set[i]));
	return object;
}
