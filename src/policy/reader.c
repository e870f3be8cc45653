/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ID_LAST (UINT32_MAX - 1)

static void tell(struct policy_reader *reader, size_t offset,
		 const char *message)
{
	struct policy_problems *problems = reader->problems;
	struct policy_problem problem = {
		.file = reader->doc->name,
		.rule = reader->rule
				? (size_t)(reader->rule - reader->policy->rules)
				: POLICY_NO_RULE,
		.text = message,
	};

	json_place_move(reader->doc, &reader->place, offset);
	problem.place = reader->place;
	if (problems->count == 1)
		json_err_place(&problems->first, reader->doc, &problem.place,
			       message);
	if (problems->each)
		problems->each(problems->context, &problem);
}

void policy_problem(struct policy_reader *reader, size_t offset,
		    const char *format, ...)
{
	char message[ERR_TEXT_MAX];
	va_list args;

	/* Finding a place takes a walk over the text: only for who listens. */
	if (reader->problems->count++ && !reader->problems->each)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	tell(reader, offset, message);
}

static void out_of_memory(struct policy_reader *reader, size_t offset)
{
	policy_problem(reader, offset, "out of memory");
}

bool policy_want(struct policy_reader *reader, struct json_value value,
		 enum json_kind kind)
{
	if (value.kind == kind)
		return true;
	policy_problem(reader, value.start, "must be %s, not %s",
		       json_kind_name(kind), json_kind_name(value.kind));
	return false;
}

bool policy_want_boolean(struct policy_reader *reader, struct json_value value)
{
	if (value.kind == JSON_TRUE || value.kind == JSON_FALSE)
		return true;
	policy_problem(reader, value.start, "must be true or false, not %s",
		       json_kind_name(value.kind));
	return false;
}

static const struct policy_key *find_key(const struct policy_reader *reader,
					 struct json_value name,
					 const struct policy_key *keys,
					 size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (json_string_is(reader->doc, name, keys[i].name))
			return &keys[i];
	return NULL;
}

static void read_member(struct policy_reader *reader,
			const struct json_member *member,
			const struct policy_key *key, bool seen,
			const char *what)
{
	size_t at = member->key.start;

	if (!key)
		policy_problem(reader, at, "unknown key %.*s in %s",
			       (int)(member->key.end - at),
			       reader->doc->text + at, what);
	else if (seen)
		policy_problem(reader, at, "key '%s' stands twice in %s",
			       key->name, what);
	else
		key->read(reader, member->value, key->which);
}

void policy_read_members(struct policy_reader *reader, struct json_value object,
			 const struct policy_key *keys, size_t count,
			 const char *what)
{
	struct json_iter iter = json_iterate(reader->doc, object);
	struct json_member member;
	uint32_t seen = 0;

	while (json_next_member(&iter, &member)) {
		const struct policy_key *key =
			find_key(reader, member.key, keys, count);
		uint32_t bit = key ? UINT32_C(1) << (key - keys) : 0;

		read_member(reader, &member, key, seen & bit, what);
		seen |= bit;
	}
	for (size_t i = 0; i < count; i++)
		if (keys[i].required && !(seen >> i & 1))
			policy_problem(reader, object.start,
				       "'%s' is missing in %s", keys[i].name,
				       what);
}

/* `read` for the value itself, or for each element of a list. */
static void
read_one_or_list(struct policy_reader *reader, struct json_value value,
		 void (*read)(struct policy_reader *reader,
			      struct json_value value, void *context),
		 void *context)
{
	struct json_iter iter = json_iterate(reader->doc, value);
	struct json_value element;
	bool any = false;

	if (value.kind != JSON_ARRAY) {
		read(reader, value, context);
		return;
	}
	while (json_next_element(&iter, &element)) {
		any = true;
		read(reader, element, context);
	}
	if (!any)
		policy_problem(reader, value.start,
			       "an empty list: leave the key out instead");
}

char *policy_read_string(struct policy_reader *reader, struct json_value value)
{
	char *text = NULL;
	struct err err;
	size_t len;

	if (!policy_want(reader, value, JSON_STRING))
		return NULL;
	if (json_string(reader->doc, value, &text, &len, &err) < 0) {
		out_of_memory(reader, value.start);
		return NULL;
	}
	if (strlen(text) == len)
		return text;
	policy_problem(reader, value.start, "\\u0000 in a string");
	free(text);
	return NULL;
}

void policy_read_comment(struct policy_reader *reader, struct json_value value,
			 int which)
{
	(void)which;
	policy_want(reader, value, JSON_STRING);
}

static bool count_pattern(struct policy_reader *reader, size_t offset)
{
	if (reader->patterns++ < POLICY_PATTERNS_MAX)
		return true;
	/* Once is enough. */
	if (reader->patterns == POLICY_PATTERNS_MAX + 1)
		policy_problem(reader, offset,
			       "more than %d patterns in a rule: split it",
			       POLICY_PATTERNS_MAX);
	return false;
}

static void read_glob(struct policy_reader *reader, struct json_value value,
		      void *context)
{
	struct glob_list *list = context;
	char *pattern CLEANUP_FREE = NULL;
	char **patterns;

	if (!count_pattern(reader, value.start))
		return;
	pattern = policy_read_string(reader, value);
	if (!pattern)
		return;
	if (!*pattern || strcmp(pattern, "!") == 0) {
		policy_problem(reader, value.start, "an empty pattern");
		return;
	}

	patterns = reallocarray(list->patterns, list->count + 1,
				sizeof(*patterns));
	if (!patterns) {
		out_of_memory(reader, value.start);
		return;
	}
	list->patterns = patterns;
	list->patterns[list->count++] = TAKE_PTR(pattern);
}

void policy_read_globs(struct policy_reader *reader, struct json_value value,
		       struct glob_list *ret_list)
{
	read_one_or_list(reader, value, read_glob, ret_list);
}

/* Digits without a needless zero, at *at; moves *at behind them. */
static bool parse_number(const char **at, uint32_t *ret_number)
{
	const char *from = *at;
	uint64_t sum = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		sum = sum * 10 + (uint64_t)(**at - '0');
		if (sum > ID_LAST)
			return false;
	}
	*ret_number = (uint32_t)sum;
	return *at > from && (*from != '0' || *at == from + 1);
}

static bool parse_range(const char *text, struct match_range *ret_range)
{
	if (!parse_number(&text, &ret_range->first) || *text++ != '-')
		return false;
	ret_range->last = ID_LAST;
	if (*text && !parse_number(&text, &ret_range->last))
		return false;
	return !*text && ret_range->first <= ret_range->last;
}

static bool read_range_value(struct policy_reader *reader,
			     struct json_value value,
			     struct match_range *ret_range)
{
	char *text CLEANUP_FREE = NULL;

	if (json_is_u32(reader->doc, value, ID_LAST, &ret_range->first)) {
		ret_range->last = ret_range->first;
		return true;
	}
	if (value.kind == JSON_STRING) {
		text = policy_read_string(reader, value);
		if (!text)
			return false;
		if (parse_range(text, ret_range))
			return true;
	}
	policy_problem(reader, value.start,
		       "must be a number from 0 to %u, \"A-B\" or \"A-\"",
		       ID_LAST);
	return false;
}

static void read_range(struct policy_reader *reader, struct json_value value,
		       void *context)
{
	struct match_ranges *ranges = context;
	struct match_range *list;
	struct match_range range;

	if (!count_pattern(reader, value.start) ||
	    !read_range_value(reader, value, &range))
		return;
	list = reallocarray(ranges->list, ranges->count + 1, sizeof(*list));
	if (!list) {
		out_of_memory(reader, value.start);
		return;
	}
	ranges->list = list;
	ranges->list[ranges->count++] = range;
}

void policy_read_ranges(struct policy_reader *reader, struct json_value value,
			struct match_ranges *ret_ranges)
{
	read_one_or_list(reader, value, read_range, ret_ranges);
}

static void read_capability(struct policy_reader *reader,
			    struct json_value value, void *context)
{
	char *name CLEANUP_FREE = policy_read_string(reader, value);
	capmask *mask = context;
	capmask capability;

	if (!name)
		return;
	capability = capset_from_name(name, strlen(name));
	if (!capability)
		policy_problem(reader, value.start, "unknown capability '%s'",
			       name);
	*mask |= capability;
}

void policy_read_capabilities(struct policy_reader *reader,
			      struct json_value value, capmask *ret_mask)
{
	if (policy_want(reader, value, JSON_ARRAY))
		read_one_or_list(reader, value, read_capability, ret_mask);
}
