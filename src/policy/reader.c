/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/reader.h"

#include <string.h>

#include "base/buf.h"

#define ID_LAST (UINT32_MAX - 1)

static void report_problem(void *context, size_t offset, const char *message)
{
	struct policy_reader *reader = context;
	struct policy_problems *problems = reader->problems;
	const struct json_doc *doc = reader->json.doc;
	struct policy_problem problem = {
		.file = doc->name,
		.rule = reader->rule
				? (size_t)(reader->rule - reader->policy->rules)
				: POLICY_NO_RULE,
		.text = message,
		.unknown = reader->unknown,
	};

	/* Finding a place walks over the text: only when it is needed. */
	if (problems->count++ && !problems->each)
		return;
	json_place_move(doc, &reader->place, offset);
	problem.place = reader->place;
	if (problems->count == 1)
		json_err_place(&problems->first, doc, &problem.place, message);
	if (problems->each)
		problems->each(problems->context, &problem);
}

void policy_reader_init(struct policy_reader *reader,
			const struct json_doc *doc, struct policy *policy,
			struct policy_problems *problems)
{
	*reader = (struct policy_reader){
		.json = { .doc = doc,
			  .report = report_problem,
			  .context = reader },
		.policy = policy,
		.problems = problems,
		.place = JSON_PLACE_START,
	};
}

void policy_no_memory(const struct policy_reader *reader, size_t offset)
{
	policy_problem(reader, offset, "out of memory");
}

static void *policy_alloc(const struct policy_reader *reader, size_t offset,
			  size_t size)
{
	void *memory = arena_alloc(&reader->policy->memory, size);

	if (!memory)
		policy_no_memory(reader, offset);
	return memory;
}

size_t policy_count(const struct policy_reader *reader, struct json_value value)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	struct json_value element;
	size_t count = 0;

	while (json_next_element(&iter, &element))
		count++;
	return count ? count : 1;
}

void *policy_alloc_list(const struct policy_reader *reader,
			struct json_value value, size_t size)
{
	return policy_alloc(reader, value.start,
			    policy_count(reader, value) * size);
}

bool policy_want(const struct policy_reader *reader, struct json_value value,
		 unsigned int kinds)
{
	return json_want(&reader->json, reader->key, value, kinds) == 0;
}

static const struct policy_key *
find_policy_key(const struct policy_reader *reader, struct json_value name,
		const struct policy_key *keys, size_t count)
{
	const char *first = reader->json.doc->text + name.start + 1;

	for (size_t i = 0; i < count; i++)
		if ((*first == *keys[i].name || name.escapes) &&
		    json_string_is(reader->json.doc, name, keys[i].name))
			return &keys[i];
	return NULL;
}

static void report_unknown(struct policy_reader *reader, size_t offset,
			   struct policy_unknown unknown, const char *what)
{
	int len = (int)unknown.len;

	reader->unknown = unknown;
	if (what)
		policy_problem(reader, offset,
			       "unknown key '%.*s' in %s (known: %s)", len,
			       unknown.word, what, unknown.known);
	else
		policy_problem(reader, offset, "unknown capability '%.*s'", len,
			       unknown.word);
	reader->unknown = (struct policy_unknown){ 0 };
}

static void problem_unknown(struct policy_reader *reader, struct json_value key,
			    const struct policy_key *keys, size_t count,
			    const char *what)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *known CLEANUP_FREE = NULL;
	struct err err;

	for (size_t i = 0; i < count; i++) {
		buf_add_str(&buf, i ? ", " : "");
		buf_add_str(&buf, keys[i].name);
	}
	if (buf_take(&buf, &known, NULL, &err) < 0)
		policy_no_memory(reader, key.start);
	else
		report_unknown(reader, key.start,
			       (struct policy_unknown){
				       reader->json.doc->text + key.start + 1,
				       key.end - key.start - 2, known },
			       what);
}

static void read_member(struct policy_reader *reader,
			const struct json_member *member,
			const struct policy_key *key, bool seen,
			const char *what)
{
	const char *outer = reader->key;

	if (seen) {
		policy_problem(reader, member->key.start,
			       "duplicate key '%s' in %s", key->name, what);
		return;
	}
	reader->key = key->name;
	key->read(reader, member->value, key->which);
	reader->key = outer;
}

bool policy_read_members(struct policy_reader *reader, struct json_value object,
			 const struct policy_key *keys, size_t count,
			 const char *what)
{
	struct json_iter iter = json_iterate(reader->json.doc, object);
	struct json_member member;
	bool unknown = false;
	uint32_t seen = 0;

	while (json_next_member(&iter, &member)) {
		const struct policy_key *key =
			find_policy_key(reader, member.key, keys, count);
		uint32_t bit = key ? UINT32_C(1) << (key - keys) : 0;

		if (key)
			read_member(reader, &member, key, seen & bit, what);
		else
			problem_unknown(reader, member.key, keys, count, what);
		unknown |= !key;
		seen |= bit;
	}
	/* The unknown key can be the missing one, misspelt. */
	for (size_t i = 0; i < count && !unknown; i++)
		if (keys[i].required && !(seen >> i & 1))
			policy_problem(reader, object.start,
				       "'%s' is missing in %s", keys[i].name,
				       what);
	return unknown;
}

/* `read` for the value itself, or for each element of a list. */
static void
read_one_or_list(struct policy_reader *reader, struct json_value value,
		 void (*read)(struct policy_reader *reader,
			      struct json_value value, void *context),
		 void *context)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	const char *key = reader->key;
	struct json_value element;
	bool any = false;

	if (value.kind != JSON_ARRAY) {
		read(reader, value, context);
		return;
	}
	reader->key = NULL;
	while (json_next_element(&iter, &element)) {
		any = true;
		read(reader, element, context);
	}
	reader->key = key;
	if (!any)
		policy_problem(
			reader, value.start,
			"'%s' must not be an empty list: leave out the key instead",
			key);
}

const char *policy_read_string(const struct policy_reader *reader,
			       struct json_value value)
{
	char *text;

	if (!policy_want(reader, value, JSON_STRING))
		return NULL;
	text = policy_alloc(reader, value.start, value.end - value.start - 1);
	if (!text ||
	    json_text_decode(&reader->json, reader->key, value, text) < 0)
		return NULL;
	return text;
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
	/* Reported once. */
	if (reader->patterns == POLICY_PATTERNS_MAX + 1)
		policy_problem(
			reader, offset,
			"more than %d patterns in a rule: split the rule",
			POLICY_PATTERNS_MAX);
	return false;
}

static void read_glob(struct policy_reader *reader, struct json_value value,
		      void *context)
{
	struct glob_list *list = context;
	const char *pattern;

	if (!count_pattern(reader, value.start))
		return;
	pattern = policy_read_string(reader, value);
	if (!pattern)
		return;
	if (!*pattern || strcmp(pattern, "!") == 0) {
		policy_problem(reader, value.start, "empty pattern");
		return;
	}
	list->patterns[list->count++] = pattern;
}

void policy_read_globs(struct policy_reader *reader, struct json_value value,
		       struct glob_list *ret_list)
{
	ret_list->patterns =
		policy_alloc_list(reader, value, sizeof(*ret_list->patterns));
	if (ret_list->patterns)
		read_one_or_list(reader, value, read_glob, ret_list);
}

/* Digits at *at without a leading zero; moves *at past them. */
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
			     struct json_value value, const char *key,
			     struct match_range *ret_range)
{
	const char *text;

	if (value.kind == JSON_NUMBER) {
		if (json_u32(&reader->json, key, value, ID_LAST,
			     &ret_range->first) < 0)
			return false;
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
	policy_problem(
		reader, value.start,
		"'%s' must be a number (1000) or a range (\"1000-1999\", \"1000-\")",
		key);
	return false;
}

struct range_context {
	struct match_ranges *ranges;
	const char *key;
};

static void read_range(struct policy_reader *reader, struct json_value value,
		       void *context)
{
	const struct range_context *target = context;
	struct match_ranges *ranges = target->ranges;
	struct match_range range;

	if (!count_pattern(reader, value.start) ||
	    !read_range_value(reader, value, target->key, &range))
		return;
	ranges->list[ranges->count++] = range;
}

void policy_read_ranges(struct policy_reader *reader, struct json_value value,
			struct match_ranges *ret_ranges)
{
	struct range_context context = { ret_ranges, reader->key };

	ret_ranges->list =
		policy_alloc_list(reader, value, sizeof(*ret_ranges->list));
	if (ret_ranges->list)
		read_one_or_list(reader, value, read_range, &context);
}

static void read_capability(struct policy_reader *reader,
			    struct json_value value, void *context)
{
	const char *name = policy_read_string(reader, value);
	capmask *mask = context;
	capmask capability;

	if (!name)
		return;
	capability = capset_from_name(name, strlen(name));
	if (!capability)
		report_unknown(reader, value.start,
			       (struct policy_unknown){ .word = name,
							.len = strlen(name) },
			       NULL);
	*mask |= capability;
}

void policy_read_capabilities(struct policy_reader *reader,
			      struct json_value value, capmask *ret_mask)
{
	if (policy_want(reader, value, JSON_ARRAY))
		read_one_or_list(reader, value, read_capability, ret_mask);
}
