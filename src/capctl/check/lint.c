/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capctl/check/limits.h"
#include "capctl/check/match_compare.h"
#include "policy/decide.h"
#include "policy/problems.h"

struct linter {
	const struct policy *policy;
	void (*each)(void *context, const struct lint_warning *warning);
	void *context;
	struct glob_work work;
	size_t rule; /* under examination */
};

static const char *const codes[LINT_COUNT] = {
	[LINT_CEILING] = "above-ceiling",
	[LINT_DANGEROUS] = "dangerous-capability",
	[LINT_SHADOWED] = "shadowed",
	[LINT_NEVER] = "never-matches",
	[LINT_EVERYTHING] = "matches-everything",
	[LINT_ESCAPE] = "annotation-escapes",
	[LINT_NO_NAMESPACE] = "no-namespace",
	[LINT_NO_BOUNDARY] = "no-boundary",
	[LINT_NO_ENGINE] = "no-engine",
	[LINT_EXEC] = "exec-unbound",
	[LINT_ALONE] = "no-new-privileges-alone",
	[LINT_EVADED] = "root-unbound",
	[LINT_IMAGE] = "image-annotations",
	[LINT_ROOT] = "root-ambient",
	[LINT_NOT_COMPARED] = "not-compared",
};

static const struct lint_location name_location = { .key = "name" };
static const struct lint_location whole_match = { .key = "match" };

const char *lint_code(enum lint lint)
{
	return codes[lint];
}

bool lint_is_error(enum lint lint)
{
	return lint == LINT_CEILING;
}

static void lint_warn(const struct linter *linter, enum lint lint,
		      struct lint_location location, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void lint_warn(const struct linter *linter, enum lint lint,
		      struct lint_location location, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	struct lint_warning warning = { .lint = lint,
					.rule = linter->rule,
					.location = location,
					.text = text };
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	linter->each(linter->context, &warning);
}

static struct lint_location key_location(const char *key)
{
	return (struct lint_location){ .key = key, .element = LINT_WHOLE };
}

static struct lint_location match_location(const char *key)
{
	return (struct lint_location){ .key = "match",
				       .member = key,
				       .element = LINT_WHOLE };
}

static struct lint_location pattern_location(enum match_text text,
					     size_t element)
{
	return (struct lint_location){ .key = "match",
				       .member = match_text_key(text),
				       .element = element };
}

static void lint_capabilities(const struct linter *linter, enum lint lint,
			      const char *key, capmask mask, const char *what)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *names CLEANUP_FREE = NULL;
	struct err ignored;

	capset_add_names(&buf, mask, ", ");
	if (mask && buf_take(&buf, &names, NULL, &ignored) == 0)
		lint_warn(linter, lint, key_location(key), "%s: %s", names,
			  what);
}

static void lint_dangerous(const struct linter *linter, const char *key,
			   capmask mask)
{
	lint_capabilities(
		linter, LINT_DANGEROUS, key, mask & capset_dangerous(),
		"a process that holds this is close to root on the node");
}

static void lint_ceiling(const struct linter *linter, const char *key,
			 capmask mask)
{
	lint_capabilities(
		linter, LINT_CEILING, key, mask & linter->policy->above_ceiling,
		"above the policy's 'ceiling', so it is never raised: take it out, or add it to 'ceiling' in policy.json");
}

static struct lint_location narrowing_location(const struct policy_rule *rule)
{
	return key_location(
		rule->drop || rule->drop_others ? "drop" : "no_new_privileges");
}

static void lint_exec(const struct linter *linter,
		      const struct policy_rule *rule)
{
	if (!rule->exec && decide_narrows(rule))
		lint_warn(
			linter, LINT_EXEC, narrowing_location(rule),
			"this does not apply to exec sessions: add \"exec\": true");
}

static void lint_alone(const struct linter *linter,
		       const struct policy_rule *rule)
{
	if (rule->no_new_privileges && !rule->drop && !rule->drop_others &&
	    !rule_is_raising(rule))
		lint_warn(
			linter, LINT_ALONE, key_location("no_new_privileges"),
			"this alone does not limit the first program: if its file has capabilities, it gets those that are permitted and bounding: add 'drop'");
}

static void lint_root(const struct linter *linter,
		      const struct policy_rule *rule)
{
	if (rule->ambient && rule_includes_root(rule))
		lint_warn(
			linter, LINT_ROOT, match_location("uid"),
			"a process of user 0 loses its ambient set when it becomes another user: leave out 0, and start the container as that user");
}

static void lint_images(const struct linter *linter,
			const struct policy_rule *rule)
{
	const char *remedy =
		linter->policy->any_engine
			? "add 'namespace', or a 'handler' that has an engine"
			: "set 'engine', or add 'id'";

	if (rule_serves_images(linter->policy, rule))
		lint_warn(
			linter, LINT_IMAGE,
			rule->on_request ? key_location("on_request")
					 : match_location("annotations"),
			"under podman, the author of the image can write this annotation too: %s",
			remedy);
}

/* A rule without an action may be the last one, as a default. */
static void lint_everything(const struct linter *linter,
			    const struct policy_rule *rule)
{
	if ((rule_is_raising(rule) || decide_narrows(rule)) &&
	    match_is_universal(&rule->match))
		lint_warn(
			linter, LINT_EVERYTHING, whole_match,
			"this rule matches every container on the node that 'uid' and 'privileged' do not exclude: add 'namespace'");
}

/* The cluster sets the namespace; the pod's author sets every other name. */
static void lint_namespace(const struct linter *linter,
			   const struct policy_rule *rule)
{
	static const enum match_text given[] = { MATCH_IMAGE, MATCH_POD,
						 MATCH_CONTAINER };

	if (!glob_list_is_universal(&rule->match.texts[MATCH_NAMESPACE]))
		return;
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		const char *key = match_text_key(given[i]);

		if (!rule->match.texts[given[i]].count ||
		    (given[i] != MATCH_IMAGE && !rule_is_raising(rule)))
			continue;
		lint_warn(linter, LINT_NO_NAMESPACE, match_location(key),
			  "any pod can use this '%s': add 'namespace'", key);
		return;
	}
}

static bool is_word(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9');
}

static void lint_pattern(const struct linter *linter, const char *pattern,
			 struct lint_location location)
{
	size_t len = strlen(pattern);

	if (len < 2 || *pattern == '!')
		return;
	if (pattern[len - 1] == '*' && is_word(pattern[len - 2]))
		lint_warn(
			linter, LINT_NO_BOUNDARY, location,
			"'%s' also matches '%.*sx': put a '-', '/', '.' or ':' before the '*'",
			pattern, (int)(len - 1), pattern);
	else if (pattern[0] == '*' && is_word(pattern[1]))
		lint_warn(
			linter, LINT_NO_BOUNDARY, location,
			"'%s' also matches 'x%s': put a '-', '/', '.' or ':' after the '*'",
			pattern, pattern + 1);
}

static void lint_patterns(const struct linter *linter,
			  const struct policy_rule *rule)
{
	static const enum match_text identities[] = {
		MATCH_NAMESPACE, MATCH_POD, MATCH_CONTAINER, MATCH_IMAGE
	};

	for (size_t i = 0; i < ARRAY_LEN(identities); i++) {
		const struct glob_list *list =
			&rule->match.texts[identities[i]];

		for (size_t k = 0; k < list->count; k++)
			lint_pattern(linter, list->patterns[k],
				     pattern_location(identities[i], k));
	}
}

/* Only with engines by handler: no 'engine' at all is an error. */
static void lint_handlers(const struct linter *linter,
			  const struct policy_rule *rule)
{
	const struct glob_list *list = &rule->match.texts[MATCH_HANDLER];
	const struct policy *policy = linter->policy;

	if (!rule->identity_at || !policy->handlers_count)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (*list->patterns[i] != '!' &&
		    !handler_can_have_engine(policy, list->patterns[i]))
			lint_warn(
				linter, LINT_NO_ENGINE,
				pattern_location(MATCH_HANDLER, i),
				"'engine' has no engine for '%s': this rule never matches under it, because no engine identifies its containers",
				list->patterns[i]);
}

static bool lint_never(struct linter *linter, const struct policy_rule *rule)
{
	const char *key;

	if (!match_is_empty(&rule->match, &key, &linter->work))
		return false;
	lint_warn(
		linter, LINT_NEVER, match_location(key),
		"this rule never matches: a '!' pattern excludes every name here");
	return true;
}

static bool lint_shadow(struct linter *linter, const struct policy_rule *rule)
{
	for (size_t i = 0; i < linter->rule && linter->work.left; i++) {
		const struct policy_rule *other = &linter->policy->rules[i];
		bool here = other->file == rule->file;

		if (other->broken ||
		    !match_includes(&other->match, &rule->match, &linter->work))
			continue;
		lint_warn(
			linter, LINT_SHADOWED, name_location,
			"this rule never decides: '%s'%s%s%s precedes it and matches everything that it matches",
			other->name, here ? "" : " in '",
			here ? "" : other->file, here ? "" : "'");
		return true;
	}
	return false;
}

/*
 * Without the annotation, a later rule decides for the container. Warns of the
 * first stricter one, unless a rule before it matches all these containers.
 */
static void lint_escape(struct linter *linter, const struct policy_rule *rule)
{
	const struct policy *policy = linter->policy;

	if (!rule->match.annotations_count)
		return;
	for (size_t i = linter->rule + 1; i < policy->count; i++) {
		const struct policy_rule *later = &policy->rules[i];

		if (later->broken || later->match.annotations_count ||
		    match_are_disjoint(&rule->match, &later->match,
				       &linter->work))
			continue;
		if (rule_is_stricter(later, rule)) {
			lint_warn(
				linter, LINT_ESCAPE,
				match_location("annotations"),
				"a pod can choose this rule to escape '%s' after it, which removes more",
				later->name);
			return;
		}
		if (match_includes(&later->match, &rule->match, &linter->work))
			return;
	}
}

static void lint_evaders(struct linter *linter, const struct policy_rule *rule)
{
	static const char
		root[] = "one with \"uid\": 0",
		privileged[] =
			"one with \"uid\": \"0-\" and \"privileged\": true";
	struct rule_evaders can =
		rule_find_evaders(linter->policy, linter->rule, &linter->work);
	bool both = can.root && can.privileged;

	if (can.root || can.privileged)
		lint_warn(
			linter, LINT_EVADED, narrowing_location(rule),
			"this does not bind %s, and the author of a pod chooses that: add a rule like this %s%s%s",
			both ? "user 0 and privileged containers"
			     : (can.root ? "user 0" : "privileged containers"),
			can.root ? root : privileged, both ? ", and " : "",
			both ? privileged : "");
}

static void lint_rule(struct linter *linter, const struct policy_rule *rule)
{
	lint_dangerous(linter, "ambient", rule->ambient);
	lint_dangerous(linter, "inheritable", rule->inheritable);
	lint_exec(linter, rule);
	lint_alone(linter, rule);
	lint_root(linter, rule);
	lint_images(linter, rule);
	lint_everything(linter, rule);
	lint_namespace(linter, rule);
	lint_patterns(linter, rule);
	lint_handlers(linter, rule);
	if (lint_never(linter, rule) || lint_shadow(linter, rule))
		return;
	lint_escape(linter, rule);
	lint_evaders(linter, rule);
}

void lint_policy(const struct policy *policy, size_t work,
		 void (*each)(void *context,
			      const struct lint_warning *warning),
		 void *context)
{
	struct linter linter = {
		.policy = policy,
		.each = each,
		.context = context,
		.work = { .left = work },
	};

	for (; linter.rule < policy->count; linter.rule++) {
		const struct policy_rule *rule = &policy->rules[linter.rule];

		lint_ceiling(&linter, "ambient", rule->ambient);
		lint_ceiling(&linter, "inheritable", rule->inheritable);
		if (!rule->broken)
			lint_rule(&linter, rule);
	}
	if (linter.work.left)
		return;
	linter.rule = POLICY_NO_RULE;
	lint_warn(&linter, LINT_NOT_COMPARED,
		  (struct lint_location){ .key = NULL },
		  "too many rules and patterns: not all pairs were compared");
}
