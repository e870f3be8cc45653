/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/location.h"

#include "json/scan.h"

/* The value of `key`; false: `object` has none. */
static bool enter(const struct json_doc *doc, struct json_value *object,
		  const char *key)
{
	struct json_iter iter = json_iterate(doc, *object);
	struct json_member member;

	if (object->kind != JSON_OBJECT)
		return false;
	while (json_next_member(&iter, &member)) {
		if (!json_string_is(doc, member.key, key))
			continue;
		*object = member.value;
		return true;
	}
	return false;
}

static size_t element_start(const struct json_doc *doc, struct json_value list,
			    size_t element)
{
	struct json_iter iter = json_iterate(doc, list);
	struct json_value value;

	for (size_t i = 0; json_next_element(&iter, &value); i++)
		if (i == element)
			return value.start;
	return list.start;
}

size_t policy_spot_find(const struct policy_spot *spot,
			const struct policy_rule *rule,
			const struct json_doc *doc)
{
	struct json_value value = { .kind = JSON_OBJECT, .start = rule->start };

	if (!spot->key || !enter(doc, &value, spot->key))
		return value.start;
	if (spot->member && !enter(doc, &value, spot->member))
		return value.start;
	if (value.kind != JSON_ARRAY || spot->element == POLICY_SPOT_WHOLE)
		return value.start;
	return element_start(doc, value, spot->element);
}
