/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "decide.h"

bool decide_touches(const struct policy_rule *rule)
{
	return rule->ambient != 0;
}

/* What the runtime can really give the container. */
static capmask holdable(const struct decide_input *input)
{
	const struct decide_limits *limits = &input->limits;

	if (limits->ambient_forbidden)
		return 0;
	return input->new_userns ? limits->kernel
				 : limits->kernel & limits->held;
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

/* The runtime's capset(2) would fail, or mean something else. */
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

static int check_missing(const struct decide_input *input,
			 const struct decision *decision, struct err *err)
{
	capmask unbound = decision->missing & ~input->sets.set[CAPSET_BOUNDING];

	if (!input->rule->require || !decision->missing)
		return 0;
	return err_names(
		err, input->rule->name, "'require' is not met, cannot raise",
		decision->missing,
		unbound ? "not in the container's bounding set: add it to the container (capabilities.add)"
			: "capruntime does not hold it itself: start the engine with it");
}

/*
 * Ambient as the runtime would have raised it stays: what an engine filled on
 * purpose is not cut by raising more. Inheritable is exactly ambient: a file
 * with inheritable capabilities gives any more of it to every user in the
 * container (CVE-2022-27652).
 */
static void apply(struct decision *decision, const struct capsets *before,
		  capmask raised)
{
	const capmask *set = before->set;
	capmask *after = decision->sets.set;
	/* What is permitted beyond bounding does not outlive the next execve. */
	capmask permitted = set[CAPSET_PERMITTED] & set[CAPSET_BOUNDING];
	capmask ambient =
		set[CAPSET_AMBIENT] & set[CAPSET_INHERITABLE] & permitted;

	after[CAPSET_AMBIENT] = ambient | raised;
	after[CAPSET_INHERITABLE] = after[CAPSET_AMBIENT];
	after[CAPSET_BOUNDING] = set[CAPSET_BOUNDING];
	after[CAPSET_PERMITTED] = permitted | after[CAPSET_AMBIENT];
	after[CAPSET_EFFECTIVE] =
		(set[CAPSET_EFFECTIVE] & after[CAPSET_PERMITTED]) |
		after[CAPSET_AMBIENT];
}

int decide(struct decision *ret_decision, const struct decide_input *input,
	   struct err *err)
{
	struct decision decision = { .sets = input->sets };

	*ret_decision = decision;
	if (!decide_touches(input->rule))
		return 0;
	if (check_sets(input, err) < 0)
		return -1;

	decision.touches_sets = true;
	decision.wanted = input->rule->ambient;
	decision.raised = decision.wanted & input->sets.set[CAPSET_BOUNDING] &
			  holdable(input);
	decision.missing = decision.wanted & ~decision.raised;
	if (check_missing(input, &decision, err) < 0)
		return -1;

	apply(&decision, &input->sets, decision.raised);
	*ret_decision = decision;
	return 0;
}
