/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/parse.h"

#include <string.h>

#include "policy/rule.h"

#define POLICY_VERSION 1

static void read_policy_version(struct policy_reader *reader,
				struct json_value value, int which)
{
	uint32_t version;

	(void)which;
	if (!json_is_u32(reader->json.doc, value, UINT32_MAX, &version) ||
	    version != POLICY_VERSION)
		policy_problem(reader, value.start, "'version' must be %d",
			       POLICY_VERSION);
}

/* Settings for all rules are allowed in policy.json only. */
static bool is_main(struct policy_reader *reader, struct json_value value,
		    const char *key)
{
	if (reader->part == POLICY_MAIN)
		return true;
	policy_problem(reader, value.start,
		       "'%s' is only allowed in policy.json", key);
	return false;
}

static void problem_word(struct policy_reader *reader, struct json_value value,
			 const char *wanted)
{
	if (policy_want(reader, value, JSON_STRING))
		policy_problem(reader, value.start, "'%s' must be %s, not %.*s",
			       reader->key, wanted,
			       (int)(value.end - value.start),
			       reader->json.doc->text + value.start);
}

static enum engine read_engine_name(struct policy_reader *reader,
				    struct json_value value)
{
	for (int i = 0; i < ENGINE_COUNT; i++) {
		enum engine engine = (enum engine)i;
		const char *name = engine_policy_name(engine);

		if (value.kind != JSON_STRING || !name ||
		    !json_string_is(reader->json.doc, value, name))
			continue;
		if (engine != ENGINE_NONE)
			reader->policy->any_engine = true;
		return engine;
	}
	problem_word(reader, value, "\"none\", \"cri-o\" or \"containerd\"");
	/* Prevents a further problem for each rule that needs an engine. */
	reader->policy->any_engine = true;
	return ENGINE_NONE;
}

static bool has_handler(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->handlers_count; i++)
		if (strcmp(policy->handlers[i].name, name) == 0)
			return true;
	return false;
}

static void read_handler(struct policy_reader *reader,
			 const struct json_member *member)
{
	struct policy *policy = reader->policy;
	const char *name = policy_read_string(reader, member->key);
	struct policy_handler *list;

	if (!name)
		return;
	if (!*name || has_handler(policy, name)) {
		policy_problem(reader, member->key.start,
			       *name ? "duplicate handler '%s'"
				     : "empty handler name%s",
			       name);
		return;
	}
	list = reallocarray(policy->handlers, policy->handlers_count + 1,
			    sizeof(*list));
	if (!list) {
		policy_no_memory(reader, member->key.start);
		return;
	}
	policy->handlers = list;
	list += policy->handlers_count++;
	list->name = name;
	list->engine = read_engine_name(reader, member->value);
}

static void read_engine(struct policy_reader *reader, struct json_value value,
			int which)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	struct json_member member;
	size_t handlers = 0;

	(void)which;
	if (!is_main(reader, value, "engine"))
		return;
	if (value.kind != JSON_OBJECT) {
		reader->policy->engine = read_engine_name(reader, value);
		return;
	}
	for (; json_next_member(&iter, &member); handlers++) {
		if (handlers == POLICY_PATTERNS_MAX) {
			policy_problem(reader, member.key.start,
				       "more than %d handlers",
				       POLICY_PATTERNS_MAX);
			return;
		}
		read_handler(reader, &member);
	}
	if (!handlers)
		policy_problem(
			reader, value.start,
			"'engine' must not be an empty object: leave out the key instead");
}

static void read_mode(struct policy_reader *reader, struct json_value value,
		      int which)
{
	(void)which;
	if (!is_main(reader, value, "mode"))
		return;
	if (value.kind == JSON_STRING &&
	    json_string_is(reader->json.doc, value, "audit"))
		reader->policy->mode = POLICY_AUDIT;
	else if (value.kind != JSON_STRING ||
		 !json_string_is(reader->json.doc, value, "enforce"))
		problem_word(reader, value, "\"enforce\" or \"audit\"");
}

static void read_audit(struct policy_reader *reader, struct json_value value,
		       int which)
{
	struct policy *policy = reader->policy;
	const char *text;

	(void)which;
	if (!is_main(reader, value, "audit"))
		return;
	text = policy_read_string(reader, value);
	if (!text)
		return;
	if (*text == '/') {
		policy->log = POLICY_LOG_FILE;
		policy->log_file = text;
	} else if (strcmp(text, "none") == 0) {
		policy->log = POLICY_LOG_NONE;
	} else if (strcmp(text, "syslog") != 0) {
		problem_word(reader, value,
			     "\"syslog\", \"none\" or an absolute path");
	}
}

static void read_audit_all(struct policy_reader *reader,
			   struct json_value value, int which)
{
	(void)which;
	if (is_main(reader, value, "audit_all") &&
	    policy_want(reader, value, JSON_BOOLEAN))
		reader->policy->audit_all = value.kind == JSON_TRUE;
}

/* To leave out the key would permit everything, so an empty list says more. */
static bool is_empty_list(const struct policy_reader *reader,
			  struct json_value value)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	struct json_value element;

	return value.kind == JSON_ARRAY && !json_next_element(&iter, &element);
}

static void read_ceiling(struct policy_reader *reader, struct json_value value,
			 int which)
{
	capmask ceiling = 0;

	(void)which;
	if (!is_main(reader, value, "ceiling"))
		return;
	if (is_empty_list(reader, value))
		policy_problem(
			reader, value.start,
			"'ceiling' must not be an empty list: name the capabilities that rules may raise");
	else
		policy_read_capabilities(reader, value, &ceiling);
	reader->policy->above_ceiling = ~ceiling;
}

static bool reserve_rules(const struct policy_reader *reader,
			  struct json_value value)
{
	struct policy *policy = reader->policy;
	size_t count = policy->count + policy_count(reader, value);
	struct policy_rule *rules = reallocarray(
		policy->rules,
		count < POLICY_RULES_MAX ? count : POLICY_RULES_MAX,
		sizeof(*rules));

	if (!rules) {
		policy_no_memory(reader, value.start);
		return false;
	}
	policy->rules = rules;
	return true;
}

static void read_rules(struct policy_reader *reader, struct json_value value,
		       int which)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	struct json_value element;

	(void)which;
	if (!policy_want(reader, value, JSON_ARRAY))
		return;
	if (!reserve_rules(reader, value))
		return;
	while (json_next_element(&iter, &element)) {
		if (reader->policy->count == POLICY_RULES_MAX) {
			policy_problem(reader, element.start,
				       "more than %d rules", POLICY_RULES_MAX);
			return;
		}
		policy_rule_read(reader, element);
	}
}

static const struct policy_key top_keys[] = {
	{ "$schema", false, policy_read_comment, 0 },
	{ "comment", false, policy_read_comment, 0 },
	{ "version", true, read_policy_version, 0 },
	{ "engine", false, read_engine, 0 },
	{ "mode", false, read_mode, 0 },
	{ "audit", false, read_audit, 0 },
	{ "audit_all", false, read_audit_all, 0 },
	{ "ceiling", false, read_ceiling, 0 },
	{ "rules", true, read_rules, 0 },
};

static int add_file(struct policy *policy, const char *path)
{
	size_t size = strlen(path) + 1;
	char *name = arena_alloc(&policy->memory, size);
	const char **files = reallocarray(
		policy->files, policy->files_count + 1, sizeof(*files));

	if (files)
		policy->files = files;
	if (!files || !name)
		return -1;
	files[policy->files_count++] = memcpy(name, path, size);
	return 0;
}

/* Checked last: 'engine' can come after 'rules' in the text. */
static void check_identities(struct policy_reader *reader, size_t first_rule)
{
	struct policy *policy = reader->policy;

	for (size_t i = first_rule; i < policy->count && !policy->any_engine;
	     i++) {
		reader->rule = &policy->rules[i];
		if (!reader->rule->identity_at)
			continue;
		reader->rule->broken = true;
		policy_problem(
			reader, reader->rule->identity_at,
			"this key requires an engine: set 'engine' in policy.json to the one that calls capruntime, \"cri-o\" or \"containerd\"");
	}
}

void policy_parse(struct policy *policy, const struct json_doc *doc,
		  enum policy_part part, struct policy_problems *problems)
{
	struct policy_reader reader;
	size_t first_rule = policy->count;
	struct json_value root;
	const char *what;
	size_t offset;
	bool unknown;

	policy_reader_init(&reader, doc, policy, problems);
	reader.part = part;
	if (json_check_find(doc, &offset, &what) < 0) {
		policy_problem(&reader, offset, "not valid JSON: %s", what);
		return;
	}
	if (add_file(policy, doc->name) < 0) {
		policy_no_memory(&reader, 0);
		return;
	}
	root = json_root(doc);
	if (!policy_want(&reader, root, JSON_OBJECT))
		return;
	unknown = policy_read_members(&reader, root, top_keys,
				      ARRAY_LEN(top_keys), "a policy");
	/* A misspelt 'engine' is one problem, also for the drop-in files. */
	if (unknown && part == POLICY_MAIN)
		policy->any_engine = true;
	check_identities(&reader, first_rule);
}
