/* SPDX-License-Identifier: Apache-2.0 */
/* A text that passes means to json-c what it means to json_scan. */
#include "config.h"

#include "json_check.h"

#include "fuzz.h"
#include "json_keys.h"
#include "json_same.h"

#define SIZE_MAX_TRIED 8192

/* Comparing each key with each. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_doc doc = { "t", (const char *)data, size };
	struct err err = { "" };
	size_t line, column;

	if (size > SIZE_MAX_TRIED)
		return 0;
	if (json_check(&doc, &err) == 0) {
		MUST(err.text[0] == '\0');
		MUST(json_same_as_json_c(&doc));
		if (json_root(&doc).kind == JSON_OBJECT)
			MUST(has_equal_keys(&doc, json_root(&doc)) ==
			     (json_keys_check_unique(&doc, json_root(&doc),
						     &err) < 0));
		return 0;
	}
	MUST(sscanf(err.text, "'t':%zu:%zu: not valid JSON: ", &line,
		    &column) == 2);
	MUST(line >= 1 && column >= 1 && line + column <= size + 2);
	return 0;
}
