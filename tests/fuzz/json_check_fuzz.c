/* SPDX-License-Identifier: Apache-2.0 */
/* json-c and json_scan read the same values from an accepted text. */
#include "config.h"

#include "json/check.h"

#include "fuzz.h"
#include "json_same.h"
#include "json/keys.h"

#define SIZE_MAX_TRIED 8192

/* Compares each pair of keys. */
static bool has_equal_keys(const struct json_doc *doc, struct json_value object)
{
	struct json_iter iter = json_iterate(doc, object);
	struct json_member member, other;

	while (json_next_member(&iter, &member)) {
		struct json_iter rest = iter;
		char *key CLEANUP_FREE = NULL;
		struct err err;
		size_t len;

		MUST(json_string(doc, member.key, &key, &len, &err) == 0);
		while (json_next_member(&rest, &other)) {
			char *next CLEANUP_FREE = NULL;
			size_t next_len;

			MUST(json_string(doc, other.key, &next, &next_len,
					 &err) == 0);
			if (len == next_len && memcmp(key, next, len) == 0)
				return true;
		}
	}
	return false;
}

/* Encodes a code point (RFC 3629, section 3). */
static bool is_utf8(const unsigned char *at, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	while (left) {
		size_t len =
			*at < 0x80
				? 1
				: (size_t)__builtin_clz(~((uint32_t)*at << 24));
		uint32_t number = len == 1 ? *at : *at & (0x7fu >> len);

		if (len > left || len > 4 || (len == 1 && *at >= 0x80))
			return false;
		for (size_t i = 1; i < len; i++) {
			if (at[i] >> 6 != 2)
				return false;
			number = number << 6 | (at[i] & 0x3f);
		}
		if (number < least[len] || number > 0x10ffff ||
		    (number >= 0xd800 && number <= 0xdfff))
			return false;
		at += len;
		left -= len;
	}
	return true;
}

static void check_string(const struct json_doc *doc, struct json_value string)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const char *at = doc->text + string.start;
	size_t span = string.end - string.start, len;
	char *raw CLEANUP_FREE = strndup(at, span);
	char *text CLEANUP_FREE = NULL;
	struct err err;

	for (size_t i = 0; i < span; i++)
		MUST((unsigned char)at[i] >= 0x20);
	MUST(is_utf8((const unsigned char *)at, span));
	MUST(json_string(doc, string, &text, &len, &err) == 0);
	MUST(is_utf8((const unsigned char *)text, len));
	/* json-c replaces an invalid character with this. */
	if (memmem(text, len, replacement, 3))
		MUST(strstr(raw, replacement) || strcasestr(raw, "\\ufffd"));
}

static void check_strings(const struct json_doc *doc, struct json_value value)
{
	struct json_iter iter = json_iterate(doc, value);
	struct json_value element;
	struct json_member member;

	if (value.kind == JSON_STRING)
		check_string(doc, value);
	while (value.kind == JSON_ARRAY && json_next_element(&iter, &element))
		check_strings(doc, element);
	while (value.kind == JSON_OBJECT && json_next_member(&iter, &member)) {
		check_string(doc, member.key);
		check_strings(doc, member.value);
	}
}

static void check_keys(const struct json_doc *doc, struct json_value root)
{
	struct err err;

	if (root.kind == JSON_OBJECT)
		MUST(has_equal_keys(doc, root) ==
		     (json_keys_check_unique(doc, root, &err) < 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_doc doc = { .name = "t",
				      .text = (const char *)data,
				      .len = size };
	struct err err = { 0 };
	size_t line, column;

	if (size > SIZE_MAX_TRIED)
		return 0;
	if (json_check(&doc, &err) == 0) {
		MUST(err.text[0] == '\0');
		MUST(json_same_as_json_c(&doc));
		MUST(json_same_with_index(&doc));
		check_strings(&doc, json_root(&doc));
		check_keys(&doc, json_root(&doc));
		return 0;
	}
	MUST(sscanf(err.text, "'t':%zu:%zu: not valid JSON: ", &line,
		    &column) == 2);
	MUST(line >= 1 && column >= 1 && line + column <= size + 2);
	return 0;
}
