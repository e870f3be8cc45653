/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy.h"

#include <json-c/linkhash.h>
#include <string.h>

#include "policy_reader.h"

#define POLICY_VERSION 1
#define FIRST_RULES 16

static void read_any_string(struct policy_reader *reader,
			    struct json_value value, int which)
{
	(void)which;
	policy_want(reader, value, JSON_STRING);
}

static void read_version(struct policy_reader *reader, struct json_value value,
			 int which)
{
	uint32_t version;

	(void)which;
	if (!json_is_u32(reader->doc, value, UINT32_MAX, &version) ||
	    version != POLICY_VERSION)
		policy_problem(reader, value.start, "'version' must be %d",
			       POLICY_VERSION);
}

/* The one word of several that is understood so far, or no word at all. */
static void read_word(struct policy_reader *reader, struct json_value value,
		      const char *key, const char *word,
		      const char *const others[])
{
	if (!policy_want(reader, value, JSON_STRING) ||
	    json_string_is(reader->doc, value, word))
		return;
	for (; *others; others++) {
		if (json_string_is(reader->doc, value, *others)) {
			policy_problem(reader, value.start,
				       "%s '%s' is not supported yet", key,
				       *others);
			return;
		}
	}
	policy_problem(reader, value.start, "unknown %s %.*s", key,
		       (int)(value.end - value.start),
		       reader->doc->text + value.start);
}

static void read_engine(struct policy_reader *reader, struct json_value value,
			int which)
{
	static const char *const others[] = { "cri-o", "containerd", NULL };

	(void)which;
	if (value.kind == JSON_OBJECT)
		policy_problem(
			reader, value.start,
			"an engine for each handler is not supported yet");
	else
		read_word(reader, value, "engine", "none", others);
}

static void read_mode(struct policy_reader *reader, struct json_value value,
		      int which)
{
	static const char *const others[] = { "audit", NULL };

	(void)which;
	read_word(reader, value, "mode", "enforce", others);
}

static void read_audit(struct policy_reader *reader, struct json_value value,
		       int which)
{
	static const char *const others[] = { "syslog", NULL };

	(void)which;
	if (value.kind == JSON_STRING &&
	    reader->doc->text[value.start + 1] == '/')
		policy_problem(reader, value.start,
			       "an audit file is not supported yet");
	else
		read_word(reader, value, "audit", "none", others);
}

static bool is_name(const char *text, size_t len)
{
	if (!len || len > POLICY_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') &&
		    !(text[i] >= '0' && text[i] <= '9') && text[i] != '.' &&
		    text[i] != '-')
			return false;
	return true;
}

static void read_name(struct policy_reader *reader, struct json_value value,
		      int which)
{
	char *name CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	(void)which;
	if (!policy_want(reader, value, JSON_STRING))
		return;
	if (json_string(reader->doc, value, &name, &len, &err) < 0) {
		policy_problem(reader, value.start, "out of memory");
		return;
	}
	if (!is_name(name, len)) {
		policy_problem(reader, value.start,
			       "a name has 1 to %d of a-z, 0-9, '.' and '-'",
			       POLICY_NAME_MAX);
		return;
	}
	reader->rule->name = TAKE_PTR(name);
	reader->name_start = value.start;
}

static void read_texts(struct policy_reader *reader, struct json_value value,
		       int which)
{
	policy_read_globs(reader, value, &reader->rule->match.texts[which]);
}

static void read_numbers(struct policy_reader *reader, struct json_value value,
			 int which)
{
	policy_read_ranges(reader, value, &reader->rule->match.numbers[which]);
}

static void read_flag(struct policy_reader *reader, struct json_value value,
		      int which)
{
	if (policy_want_boolean(reader, value))
		reader->rule->match.flags[which] =
			value.kind == JSON_TRUE ? MATCH_YES : MATCH_NO;
}

static void read_match(struct policy_reader *reader, struct json_value value,
		       int which)
{
	static const struct policy_key keys[] = {
		{ "namespace", false, NULL, 0 },
		{ "pod", false, NULL, 0 },
		{ "container", false, NULL, 0 },
		{ "image", false, NULL, 0 },
		{ "id", false, read_texts, MATCH_ID },
		{ "handler", false, read_texts, MATCH_HANDLER },
		{ "annotations", false, NULL, 0 },
		{ "uid", false, read_numbers, MATCH_UID },
		{ "gid", false, read_numbers, MATCH_GID },
		{ "host_network", false, NULL, 0 },
		{ "host_pid", false, NULL, 0 },
		{ "userns", false, read_flag, MATCH_USERNS },
		{ "no_new_privileges", false, read_flag,
		  MATCH_NO_NEW_PRIVILEGES },
		{ "privileged", false, read_flag, MATCH_PRIVILEGED },
	};

	(void)which;
	if (policy_want(reader, value, JSON_OBJECT))
		policy_read_members(reader, value, keys, ARRAY_LEN(keys),
				    "'match'");
}

static void read_ambient(struct policy_reader *reader, struct json_value value,
			 int which)
{
	(void)which;
	policy_read_capabilities(reader, value, &reader->rule->ambient);
}

static void read_require(struct policy_reader *reader, struct json_value value,
			 int which)
{
	(void)which;
	if (policy_want_boolean(reader, value))
		reader->rule->require = value.kind == JSON_TRUE;
}

static const struct policy_key rule_keys[] = {
	{ "name", true, read_name, 0 },
	{ "comment", false, read_any_string, 0 },
	{ "match", true, read_match, 0 },
	{ "ambient", false, read_ambient, 0 },
	{ "require", false, read_require, 0 },
	{ "inheritable", false, NULL, 0 },
	{ "drop", false, NULL, 0 },
	{ "no_new_privileges", false, NULL, 0 },
	{ "on_request", false, NULL, 0 },
	{ "exec", false, NULL, 0 },
};

static void check_name_once(struct policy_reader *reader)
{
	const char *name = reader->rule->name;

	if (!name)
		return;
	if (lh_table_lookup_entry(reader->policy->names, name))
		policy_problem(reader, reader->name_start,
			       "a rule named '%s' stands before already", name);
	else if (lh_table_insert(reader->policy->names, name, NULL) != 0)
		policy_problem(reader, reader->name_start, "out of memory");
}

static void check_rule(struct policy_reader *reader, struct json_value value)
{
	check_name_once(reader);
	if (reader->rule->require && !reader->rule->ambient)
		policy_problem(reader, value.start,
			       "'require' with no 'ambient' requires nothing");
}

static struct policy_rule *add_rule(struct policy *policy)
{
	struct policy_rule *rules;
	size_t size = policy->size ? policy->size * 2 : FIRST_RULES;

	if (policy->count == policy->size) {
		rules = reallocarray(policy->rules, size, sizeof(*rules));
		if (!rules)
			return NULL;
		policy->rules = rules;
		policy->size = size;
	}
	rules = &policy->rules[policy->count++];
	*rules = (struct policy_rule){ 0 };
	match_init(&rules->match);
	return rules;
}

static void read_rule(struct policy_reader *reader, struct json_value value)
{
	if (!policy_want(reader, value, JSON_OBJECT))
		return;
	reader->rule = add_rule(reader->policy);
	if (!reader->rule) {
		policy_problem(reader, value.start, "out of memory");
		return;
	}
	reader->patterns = 0;
	policy_read_members(reader, value, rule_keys, ARRAY_LEN(rule_keys),
			    "a rule");
	check_rule(reader, value);
}

static void read_rules(struct policy_reader *reader, struct json_value value,
		       int which)
{
	struct json_iter iter = json_iterate(reader->doc, value);
	struct json_value element;

	(void)which;
	if (!policy_want(reader, value, JSON_ARRAY))
		return;
	while (json_next_element(&iter, &element)) {
		if (reader->policy->count == POLICY_RULES_MAX) {
			policy_problem(reader, element.start,
				       "more than %d rules", POLICY_RULES_MAX);
			return;
		}
		read_rule(reader, element);
	}
}

static const struct policy_key top_keys[] = {
	{ "$schema", false, read_any_string, 0 },
	{ "comment", false, read_any_string, 0 },
	{ "version", true, read_version, 0 },
	{ "engine", false, read_engine, 0 },
	{ "mode", false, read_mode, 0 },
	{ "audit", false, read_audit, 0 },
	{ "audit_all", false, NULL, 0 },
	{ "rules", true, read_rules, 0 },
};

void policy_read(struct policy *policy, const struct json_doc *doc,
		 struct policy_problems *problems)
{
	struct policy_reader reader = { .doc = doc,
					.policy = policy,
					.problems = problems };
	struct err err;
	struct json_value root;

	if (json_check(doc, &err) < 0) {
		policy_problem_err(&reader, &err);
		return;
	}
	if (!policy->names)
		policy->names = lh_kchar_table_new(FIRST_RULES, NULL);
	if (!policy->names) {
		policy_problem(&reader, 0, "out of memory");
		return;
	}
	root = json_root(doc);
	if (policy_want(&reader, root, JSON_OBJECT))
		policy_read_members(&reader, root, top_keys,
				    ARRAY_LEN(top_keys), "a policy");
}

void policy_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++) {
		free(policy->rules[i].name);
		match_free(&policy->rules[i].match);
	}
	free(policy->rules);
	if (policy->names)
		lh_table_free(policy->names);
	*policy = (struct policy){ 0 };
}

const struct policy_rule *policy_find(const struct policy *policy,
				      const struct match_subject *subject)
{
	for (size_t i = 0; i < policy->count; i++)
		if (match_matches(&policy->rules[i].match, subject, NULL))
			return &policy->rules[i];
	return NULL;
}
