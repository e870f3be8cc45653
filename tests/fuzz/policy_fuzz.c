/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text is a policy or has problems with locations; a policy is within the
 * limits, and parsing it again gives the same.
 */
#include "config.h"

#include "policy/parse.h"

#include <json.h>
#include <string.h>

#include "fuzz.h"
#include "json_mutator.h"

#define SIZE_MAX_TRIED 16384

/* The text, and the number of problems reported in it. */
struct hearing {
	const struct json_doc *doc;
	size_t count;
};

static void check_place(void *context, const struct policy_problem *problem)
{
	struct json_place place = JSON_PLACE_START;
	struct hearing *hearing = context;

	MUST(strcmp(problem->file, "t") == 0 && *problem->text);
	MUST(problem->place.offset <= hearing->doc->len);
	json_place_move(hearing->doc, &place, problem->place.offset);
	MUST(memcmp(&place, &problem->place, sizeof(place)) == 0);
	hearing->count++;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

/* For a value that can be alone or in a list. */
static size_t count_of(struct json_object *value)
{
	if (json_object_is_type(value, json_type_array))
		return json_object_array_length(value);
	return value != NULL;
}

static void check_text(const struct glob_list *list, struct json_object *value)
{
	MUST(list->count == count_of(value));
	for (size_t i = 0; i < list->count; i++) {
		struct json_object *pattern =
			json_object_is_type(value, json_type_array)
				? json_object_array_get_idx(value, i)
				: value;

		MUST(strcmp(list->patterns[i],
			    json_object_get_string(pattern)) == 0);
		MUST(list->patterns[i][0] &&
		     strcmp(list->patterns[i], "!") != 0);
	}
}

static void check_number(const struct match_ranges *ranges,
			 struct json_object *value)
{
	MUST(ranges->count == count_of(value));
	for (size_t i = 0; i < ranges->count; i++)
		MUST(ranges->list[i].first <= ranges->list[i].last &&
		     ranges->list[i].last < UINT32_MAX);
}

static void check_match(const struct match *match, struct json_object *object)
{
	size_t patterns = 0;

	MUST(json_object_is_type(object, json_type_object));
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++) {
		check_text(&match->texts[i],
			   member(object, match_text_key((enum match_text)i)));
		patterns += match->texts[i].count;
	}
	for (size_t i = 0; i < MATCH_NUMBER_COUNT; i++) {
		check_number(
			&match->numbers[i],
			member(object, match_number_key((enum match_number)i)));
		patterns += match->numbers[i].count;
	}
	for (size_t i = 0; i < MATCH_FLAG_COUNT; i++) {
		struct json_object *flag =
			member(object, match_flag_key((enum match_flag)i));
		enum match_want want =
			json_object_get_boolean(flag) ? MATCH_YES : MATCH_NO;

		if (!flag && i != MATCH_PRIVILEGED)
			want = MATCH_EITHER;
		MUST(match->flags[i] == want);
	}
	MUST(patterns <= POLICY_PATTERNS_MAX);
}

static void check_rule(const struct policy_rule *rule,
		       struct json_object *object)
{
	struct json_object *ambient = member(object, "ambient");
	capmask mask = 0;

	MUST(strcmp(rule->name,
		    json_object_get_string(member(object, "name"))) == 0);
	MUST(strlen(rule->name) >= 1 && strlen(rule->name) <= POLICY_NAME_MAX);
	MUST(strspn(rule->name, "abcdefghijklmnopqrstuvwxyz0123456789.-") ==
	     strlen(rule->name));
	for (size_t i = 0; ambient && i < json_object_array_length(ambient);
	     i++) {
		const char *name = json_object_get_string(
			json_object_array_get_idx(ambient, i));

		mask |= capset_from_name(name, strlen(name));
	}
	MUST(rule->ambient == mask);
	MUST(rule->require ==
	     json_object_get_boolean(member(object, "require")));
	MUST(rule->ambient || !rule->require);
	check_match(&rule->match, member(object, "match"));
}

/* The rules have the values that json-c reads. */
static void check_rules(const struct policy *policy, const struct json_doc *doc)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	struct json_object *root =
		json_tokener_parse_ex(tokener, doc->text, (int)doc->len);
	struct json_object *rules = member(root, "rules");

	MUST(json_object_get_int(member(root, "version")) == 1);
	MUST(json_object_is_type(rules, json_type_array));
	MUST(policy->count == json_object_array_length(rules));
	for (size_t i = 0; i < policy->count; i++) {
		check_rule(&policy->rules[i],
			   json_object_array_get_idx(rules, i));
		for (size_t j = 0; j < i; j++)
			MUST(strcmp(policy->rules[i].name,
				    policy->rules[j].name) != 0);
	}
	json_object_put(root);
	json_tokener_free(tokener);
}

static void check_find(const struct policy *policy)
{
	static const struct match_subject root = { .texts = { "id",
							      "handler" } };
	const struct policy_rule *found = policy_find(policy, &root);

	/* A rule matches uid 0 only if it names it. */
	MUST(!found || found->match.numbers[MATCH_UID].count);
	MUST(!found ||
	     (found >= policy->rules && found < policy->rules + policy->count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct json_doc doc = { .name = "t",
				      .text = (const char *)data,
				      .len = size };
	struct policy policy CLEANUP_POLICY = { 0 };
	struct policy again CLEANUP_POLICY = { 0 };
	struct hearing hearing = { .doc = &doc };
	struct policy_problems problems = { .each = check_place,
					    .context = &hearing };
	struct policy_problems quiet = { 0 };

	if (size > SIZE_MAX_TRIED)
		return 0;
	policy_parse(&policy, &doc, POLICY_MAIN, &problems);
	policy_parse(&again, &doc, POLICY_MAIN, &quiet);
	MUST(hearing.count == problems.count && quiet.count == problems.count);
	MUST(strcmp(problems.first.text, quiet.first.text) == 0);
	MUST(policy.count == again.count);
	MUST((problems.count == 0) == (problems.first.text[0] == '\0'));
	if (problems.count == 0) {
		check_rules(&policy, &doc);
		check_find(&policy);
	}
	return 0;
}

JSON_MUTATOR(0)
