/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/lint.h"
#include "json/scan.h"

/* Replaces the object by its member `key`; false: it has no such member. */
static bool enter_member(const struct json_doc *doc, struct json_value *object,
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

size_t lint_locate(const struct lint_location *location,
		   const struct policy_rule *rule, const struct json_doc *doc)
{
	struct json_value value = { .kind = JSON_OBJECT, .start = rule->start };

	if (!location->key || !enter_member(doc, &value, location->key))
		return value.start;
	if (location->member && !enter_member(doc, &value, location->member))
		return value.start;
	if (value.kind != JSON_ARRAY || location->element == LINT_WHOLE)
		return value.start;
	return element_start(doc, value, location->element);
}
