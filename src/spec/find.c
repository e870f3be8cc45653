/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/find.h"

bool spec_find_member(const struct json_doc *doc, struct json_value object,
		      const char *key, struct json_value *ret_value)
{
	struct json_iter iter = json_iterate(doc, object);
	struct json_member member;

	if (object.kind != JSON_OBJECT)
		return false;
	while (json_next_member(&iter, &member)) {
		if (json_string_is(doc, member.key, key)) {
			*ret_value = member.value;
			return true;
		}
	}
	return false;
}

bool spec_find_process(const struct json_doc *doc,
		       struct json_value *ret_process)
{
	return spec_find_member(doc, json_root(doc), "process", ret_process) &&
	       ret_process->kind == JSON_OBJECT;
}

bool spec_find(const struct json_doc *doc, const char *key,
	       struct json_value *ret_value)
{
	struct json_value process;

	return spec_find_process(doc, &process) &&
	       spec_find_member(doc, process, key, ret_value);
}

capmask spec_capability(const struct json_doc *doc, struct json_value name)
{
	size_t len = name.end - name.start;
	char *decoded CLEANUP_FREE = NULL;
	struct err ignored;

	if (name.kind != JSON_STRING)
		return 0;
	if (!json_has_escape(doc, name))
		return capset_from_exact(doc->text + name.start + 1, len - 2);
	if (json_string(doc, name, &decoded, &len, &ignored) < 0)
		return 0;
	return capset_from_exact(decoded, len);
}
