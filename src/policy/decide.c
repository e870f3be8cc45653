/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/decide.h"

bool decide_touches(const struct policy_rule *rule)
{
	return rule->ambient || rule->inheritable || rule->drop ||
	       rule->drop_others;
}

bool decide_narrows(const struct policy_rule *rule)
{
	return rule->drop || rule->drop_others || rule->no_new_privileges;
}

/* The capabilities that the runtime can give the container. */
static capmask holdable_capabilities(const struct decide_input *input)
{
	const struct own_limits *limits = &input->limits;

	if (limits->ambient_forbidden)
		return 0;
	return input->other_userns ? limits->kernel
				   : limits->kernel & limits->held;
}

/* Those of them that the policy lets a rule raise. */
static capmask raisable_capabilities(const struct decide_input *input)
{
	return holdable_capabilities(input) & ~input->above_ceiling;
}

static int err_names(struct err *err, const char *rule, const char *what,
		     capmask mask, const char *way_out)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *names CLEANUP_FREE = NULL;

	capset_add_names(&buf, mask, ", ");
	if (buf_take(&buf, &names, NULL, err) < 0)
		return -1;
	return err_set(err, "rule '%s': %s %s: %s", rule, what, names, way_out);
}

/* With such sets the runtime's capset(2) fails or has another effect. */
static int check_sets(const struct decide_input *input, struct err *err)
{
	const capmask *set = input->sets.set;
	const char *name = input->rule->name;
	capmask excess;

	if (!input->has_capabilities)
		return err_set(
			err,
			"rule '%s': config.json has no process.capabilities, so there is no bounding set to stay within: have the engine write one, or leave this container out of the rule",
			name);

	excess = set[CAPSET_EFFECTIVE] & ~set[CAPSET_PERMITTED];
	if (excess)
		return err_names(err, name,
				 "effective, but not permitted:", excess,
				 "no runtime can start this config.json");
	excess = set[CAPSET_INHERITABLE] & ~set[CAPSET_BOUNDING];
	if (excess)
		return err_names(err, name,
				 "inheritable, but not bounding:", excess,
				 "no runtime can start this config.json");
	return 0;
}

/* Requested words that are no capability are missing, too. */
static int check_request(const struct decide_input *input, struct err *err)
{
	const struct policy_rule *rule = input->rule;
	capmask excess;

	if (!rule->on_request)
		return 0;
	if (input->request->unknown)
		return err_set(
			err,
			"rule '%s': 'require' is not met, the pod requests an unknown capability: '%s': correct its annotation '%s'",
			rule->name, input->request->unknown,
			AMBIENT_REQUEST_KEY);
	excess = input->request->asked & ~rule->ambient;
	return excess ? err_names(
				err, rule->name,
				"'require' is not met, the rule does not let the pod request",
				excess,
				"correct its annotation '" AMBIENT_REQUEST_KEY
				"'")
		      : 0;
}

static const char *why_missing(const struct decide_input *input,
			       capmask missing)
{
	if (missing & input->above_ceiling)
		return "above the policy's 'ceiling': take it out of the rule, or add it to 'ceiling' in policy.json";
	if (missing & ~input->sets.set[CAPSET_BOUNDING])
		return "not in the container's bounding set: add it to the container (capabilities.add)";
	return "capruntime does not hold it itself: start the engine with it";
}

static int check_missing(const struct decide_input *input,
			 const struct decision *decision, struct err *err)
{
	const struct policy_rule *rule = input->rule;
	capmask raisable = decision->missing & ~input->above_ceiling;
	const char *why = why_missing(input, decision->missing);
	char text[STRAY_TEXT_MAX];

	if (!rule->require)
		return 0;
	if (check_request(input, err) < 0)
		return -1;
	if (!decision->missing)
		return 0;
	if (raisable & input->stray.meant) {
		stray_text(&input->stray, text);
		why = text;
	}
	return err_names(err, rule->name, "'require' is not met, cannot raise",
			 decision->missing, why);
}

static capmask dropped_capabilities(const struct decide_input *input)
{
	const struct policy_rule *rule = input->rule;

	if (!rule->drop_others)
		return rule->drop;
	return input->sets.set[CAPSET_BOUNDING] &
	       ~(rule->ambient | rule->inheritable);
}

/*
 * Keeps the ambient capabilities that the runtime would raise without the rule:
 * the engine set them on purpose. Inheritable is exactly ambient ∪ the rule's
 * 'inheritable': files with inheritable capabilities would give any other to
 * every user in the container (CVE-2022-27652).
 */
static void apply_rule(struct decision *decision,
		       const struct decide_input *input)
{
	const capmask *before = input->sets.set;
	capmask *after = decision->sets.set;
	capmask kept = ~dropped_capabilities(input);
	/* Permitted − bounding does not survive the next execve. */
	capmask permitted = before[CAPSET_PERMITTED] & before[CAPSET_BOUNDING];
	capmask ambient =
		before[CAPSET_AMBIENT] & before[CAPSET_INHERITABLE] & permitted;

	after[CAPSET_BOUNDING] = before[CAPSET_BOUNDING] & kept;
	after[CAPSET_AMBIENT] = (ambient & kept) | decision->raised;
	after[CAPSET_INHERITABLE] =
		after[CAPSET_AMBIENT] |
		(input->rule->inheritable & after[CAPSET_BOUNDING] &
		 raisable_capabilities(input));
	after[CAPSET_PERMITTED] = (permitted & kept) | after[CAPSET_AMBIENT];
	after[CAPSET_EFFECTIVE] =
		(before[CAPSET_EFFECTIVE] & kept & after[CAPSET_PERMITTED]) |
		after[CAPSET_AMBIENT];
}

static int decide_sets(struct decision *decision,
		       const struct decide_input *input, struct err *err)
{
	const struct policy_rule *rule = input->rule;
	capmask asked =
		rule->on_request ? input->request->asked : rule->ambient;

	if (check_sets(input, err) < 0)
		return -1;
	decision->touches_sets = true;
	decision->drop_unknown = rule->drop_others;
	decision->wanted = asked & rule->ambient;
	decision->raised = decision->wanted & ~dropped_capabilities(input) &
			   input->sets.set[CAPSET_BOUNDING] &
			   raisable_capabilities(input);
	decision->missing = (asked & ~decision->raised) |
			    (rule->inheritable & input->above_ceiling);
	apply_rule(decision, input);
	return check_missing(input, decision, err);
}

int decide(struct decision *ret_decision, const struct decide_input *input,
	   struct err *err)
{
	*ret_decision = (struct decision){
		.sets = input->sets,
		.no_new_privileges = input->no_new_privileges ||
				     input->rule->no_new_privileges,
	};
	if (!decide_touches(input->rule) ||
	    decide_sets(ret_decision, input, err) == 0)
		return 0;

	/* Keeps `missing` for the audit; the sets stay unchanged. */
	ret_decision->sets = input->sets;
	ret_decision->touches_sets = false;
	return -1;
}
