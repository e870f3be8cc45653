/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/rule.h"

#include <string.h>

#include "base/hash.h"

static bool is_rule_name(const char *text, size_t len)
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

static void read_rule_name(struct policy_reader *reader,
			   struct json_value value, int which)
{
	const char *name = policy_read_string(reader, value);

	(void)which;
	if (!name)
		return;
	if (!is_rule_name(name, strlen(name))) {
		policy_problem(
			reader, value.start,
			"'name' must be 1 to %d characters of a-z, 0-9, '.' and '-'",
			POLICY_NAME_MAX);
		return;
	}
	reader->rule->name = name;
	reader->name_start = value.start;
}

static void read_texts(struct policy_reader *reader, struct json_value value,
		       int which)
{
	policy_read_globs(reader, value, &reader->rule->match.texts[which]);
}

/* Keys whose values come from the engine. */
static void read_identity(struct policy_reader *reader, struct json_value value,
			  int which)
{
	if (!reader->rule->identity_at)
		reader->rule->identity_at = value.start;
	read_texts(reader, value, which);
}

static bool has_annotation(const struct match *match, const char *key)
{
	for (size_t i = 0; i < match->annotations_count; i++)
		if (strcmp(match->annotations[i].key, key) == 0)
			return true;
	return false;
}

static void read_match_annotation(struct policy_reader *reader,
				  const struct json_member *member)
{
	struct match *match = &reader->rule->match;
	const char *key = policy_read_string(reader, member->key);
	struct match_annotation *annotation;

	if (!key)
		return;
	if (!*key) {
		policy_problem(reader, member->key.start,
			       "empty annotation key");
		return;
	}
	if (has_annotation(match, key)) {
		policy_problem(reader, member->key.start,
			       "duplicate annotation '%s'", key);
		return;
	}
	annotation = &match->annotations[match->annotations_count++];
	annotation->key = key;
	reader->key = key;
	policy_read_globs(reader, member->value, &annotation->globs);
	reader->key = NULL;
}

static void read_match_annotations(struct policy_reader *reader,
				   struct json_value value, int which)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	struct json_member member;
	size_t before = reader->problems->count;

	(void)which;
	if (!policy_want(reader, value, JSON_OBJECT))
		return;
	reader->key = NULL;
	reader->rule->match.annotations = policy_alloc_list(
		reader, value, sizeof(*reader->rule->match.annotations));
	if (!reader->rule->match.annotations)
		return;
	/* Each must have a pattern; of the invalid ones, too, no more are read. */
	while (reader->patterns <= POLICY_PATTERNS_MAX &&
	       reader->rule->match.annotations_count <= POLICY_PATTERNS_MAX &&
	       json_next_member(&iter, &member))
		read_match_annotation(reader, &member);
	if (!reader->rule->match.annotations_count &&
	    reader->problems->count == before)
		policy_problem(
			reader, value.start,
			"'annotations' must not be an empty object: leave out the key instead");
}

static void read_numbers(struct policy_reader *reader, struct json_value value,
			 int which)
{
	policy_read_ranges(reader, value, &reader->rule->match.numbers[which]);
}

static void read_flag(struct policy_reader *reader, struct json_value value,
		      int which)
{
	if (!policy_want(reader, value, JSON_BOOLEAN))
		return;
	reader->rule->match.flags[which] =
		value.kind == JSON_TRUE ? MATCH_YES : MATCH_NO;
	reader->policy->asks_flag[which] = true;
}

static void read_match(struct policy_reader *reader, struct json_value value,
		       int which)
{
	static const struct policy_key keys[] = {
		{ "namespace", false, read_identity, MATCH_NAMESPACE },
		{ "pod", false, read_identity, MATCH_POD },
		{ "container", false, read_identity, MATCH_CONTAINER },
		{ "image", false, read_identity, MATCH_IMAGE },
		{ "id", false, read_texts, MATCH_ID },
		{ "handler", false, read_texts, MATCH_HANDLER },
		{ "annotations", false, read_match_annotations, 0 },
		{ "uid", false, read_numbers, MATCH_UID },
		{ "gid", false, read_numbers, MATCH_GID },
		{ "host_network", false, read_flag, MATCH_HOST_NETWORK },
		{ "host_pid", false, read_flag, MATCH_HOST_PID },
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

static void read_inheritable(struct policy_reader *reader,
			     struct json_value value, int which)
{
	(void)which;
	policy_read_capabilities(reader, value, &reader->rule->inheritable);
}

static void read_rule_drop(struct policy_reader *reader,
			   struct json_value value, int which)
{
	(void)which;
	reader->drop_start = value.start;
	if (value.kind == JSON_STRING &&
	    json_string_is(reader->json.doc, value, "others"))
		reader->rule->drop_others = true;
	else if (value.kind == JSON_STRING)
		policy_problem(
			reader, value.start,
			"'drop' must be \"others\" or a list of capabilities");
	else
		policy_read_capabilities(reader, value, &reader->rule->drop);
}

static void read_boolean(struct policy_reader *reader, struct json_value value,
			 bool *ret_boolean)
{
	if (policy_want(reader, value, JSON_BOOLEAN))
		*ret_boolean = value.kind == JSON_TRUE;
}

static void read_require(struct policy_reader *reader, struct json_value value,
			 int which)
{
	(void)which;
	read_boolean(reader, value, &reader->rule->require);
}

static void read_rule_no_new_privileges(struct policy_reader *reader,
					struct json_value value, int which)
{
	(void)which;
	read_boolean(reader, value, &reader->rule->no_new_privileges);
}

static void read_on_request(struct policy_reader *reader,
			    struct json_value value, int which)
{
	(void)which;
	read_boolean(reader, value, &reader->rule->on_request);
}

static void read_exec(struct policy_reader *reader, struct json_value value,
		      int which)
{
	(void)which;
	read_boolean(reader, value, &reader->rule->exec);
}

static void read_restore(struct policy_reader *reader, struct json_value value,
			 int which)
{
	(void)which;
	read_boolean(reader, value, &reader->rule->restore);
}

static const struct policy_key rule_keys[] = {
	{ "name", true, read_rule_name, 0 },
	{ "comment", false, policy_read_comment, 0 },
	{ "match", true, read_match, 0 },
	{ "ambient", false, read_ambient, 0 },
	{ "require", false, read_require, 0 },
	{ "inheritable", false, read_inheritable, 0 },
	{ "drop", false, read_rule_drop, 0 },
	{ "no_new_privileges", false, read_rule_no_new_privileges, 0 },
	{ "on_request", false, read_on_request, 0 },
	{ "exec", false, read_exec, 0 },
	{ "restore", false, read_restore, 0 },
};

static bool has_rule_name(const struct policy *policy, uint32_t chain,
			  const struct policy_rule *rule)
{
	const struct policy_rule *other;

	for (; chain; chain = other->name_next) {
		other = &policy->rules[chain - 1];
		if (other->name_hash == rule->name_hash &&
		    strcmp(other->name, rule->name) == 0)
			return true;
	}
	return false;
}

static void check_name_once(struct policy_reader *reader)
{
	struct policy_rule *rule = reader->rule;
	uint32_t *chain;

	if (!rule->name)
		return;
	rule->name_hash = (uint32_t)hash_bytes(HASH_START, rule->name,
					       strlen(rule->name));
	chain = &reader->policy
			 ->name_chains[rule->name_hash % POLICY_NAME_CHAINS];
	if (has_rule_name(reader->policy, *chain, rule)) {
		policy_problem(reader, reader->name_start,
			       "duplicate rule name '%s'", rule->name);
		return;
	}
	rule->name_next = *chain;
	*chain = (uint32_t)reader->policy->count;
}

static void problem_names(struct policy_reader *reader, size_t offset,
			  capmask mask, const char *what)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *names CLEANUP_FREE = NULL;
	struct err err;

	capset_add_names(&buf, mask, ", ");
	if (buf_take(&buf, &names, NULL, &err) < 0)
		policy_problem(reader, offset, "%s", err.text);
	else
		policy_problem(reader, offset, "%s: %s", names, what);
}

/* "*", "**" and "??*", which excludes almost nothing. */
static bool is_everything(const char *pattern)
{
	return strchr(pattern, '*') && !pattern[strspn(pattern, "*?")];
}

/* Has a positive pattern, and none that matches everything. */
static bool is_narrowing(const struct glob_list *list)
{
	bool any = false;

	for (size_t i = 0; i < list->count; i++) {
		if (*list->patterns[i] == '!')
			continue;
		if (is_everything(list->patterns[i]))
			return false;
		any = true;
	}
	return any;
}

/*
 * The creator of a pod chooses its annotations. So a rule that any pod on the
 * node can request by annotation must not grant dangerous capabilities.
 */
static void check_requests(struct policy_reader *reader,
			   struct json_value value)
{
	const struct policy_rule *rule = reader->rule;
	const struct glob_list *texts = rule->match.texts;
	capmask dangerous =
		(rule->ambient | rule->inheritable) & capset_dangerous();

	if (!dangerous ||
	    (!rule->on_request && !rule->match.annotations_count) ||
	    is_narrowing(&texts[MATCH_NAMESPACE]) ||
	    is_narrowing(&texts[MATCH_HANDLER]) ||
	    is_narrowing(&texts[MATCH_ID]))
		return;
	problem_names(
		reader, value.start, dangerous,
		"too dangerous for any pod to request: add 'namespace', 'handler' or 'id' to 'match'");
}

/* Checks that need all keys of the rule. */
static void check_completeness(struct policy_reader *reader,
			       struct json_value value)
{
	const struct policy_rule *rule = reader->rule;

	if (rule->require && !rule->ambient)
		policy_problem(reader, value.start,
			       "'require' has no effect without 'ambient'");
	if (rule->on_request && !rule->ambient)
		policy_problem(reader, value.start,
			       "'on_request' has no effect without 'ambient'");
	check_requests(reader, value);
}

/* After a problem, a key that seems to be missing can be the invalid one. */
static void check_rule(struct policy_reader *reader, struct json_value value,
		       bool is_whole)
{
	const struct policy_rule *rule = reader->rule;
	capmask both = rule->drop & (rule->ambient | rule->inheritable);

	check_name_once(reader);
	if (both)
		problem_names(reader, reader->drop_start, both,
			      "in 'drop' and in 'ambient' or 'inheritable'");
	if (is_whole)
		check_completeness(reader, value);
}

static struct policy_rule *add_rule(struct policy *policy, size_t start)
{
	struct policy_rule *rule = &policy->rules[policy->count++];

	*rule = (struct policy_rule){
		.file = policy->files[policy->files_count - 1],
		.start = start,
	};
	match_init(&rule->match);
	return rule;
}

void policy_rule_read(struct policy_reader *reader, struct json_value value)
{
	size_t before = reader->problems->count;

	reader->key = NULL;
	if (!policy_want(reader, value, JSON_OBJECT))
		return;
	reader->rule = add_rule(reader->policy, value.start);
	reader->patterns = 0;
	policy_read_members(reader, value, rule_keys, ARRAY_LEN(rule_keys),
			    "a rule");
	check_rule(reader, value, reader->problems->count == before);
	reader->rule->broken = reader->problems->count != before;
	reader->rule = NULL;
}
