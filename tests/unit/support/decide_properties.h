/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties of every decision, for the unit test's random inputs and the fuzz
 * target.
 */
#ifndef CAPRUNTIME_DECIDE_PROPERTIES_H
#define CAPRUNTIME_DECIDE_PROPERTIES_H

#include <string.h>

#include "policy/decide.h"

#define DECIDE_BREAKS(condition)                                               \
	do {                                                                   \
		if (condition)                                                 \
			return #condition;                                     \
	} while (0)

static inline bool decide_is_within(capmask inner, capmask outer)
{
	return !(inner & ~outer);
}

static inline capmask decide_holdable(const struct decide_input *input)
{
	capmask mask = input->limits.kernel;

	if (!input->other_userns)
		mask &= input->limits.held;
	mask &= ~input->above_ceiling;
	return input->limits.ambient_forbidden ? 0 : mask;
}

static inline capmask decide_dropped(const struct decide_input *input)
{
	const struct policy_rule *rule = input->rule;

	if (!rule->drop_others)
		return rule->drop;
	return input->sets.set[CAPSET_BOUNDING] &
	       ~(rule->ambient | rule->inheritable);
}

/* The request of the rule or, within it, of the pod. */
static inline capmask decide_asked(const struct decide_input *input)
{
	return input->rule->on_request ? input->request->asked
				       : input->rule->ambient;
}

static inline capmask decide_raisable(const struct decide_input *input)
{
	return decide_asked(input) & input->rule->ambient &
	       input->sets.set[CAPSET_BOUNDING] & ~decide_dropped(input) &
	       decide_holdable(input);
}

static inline bool decide_must_refuse(const struct decide_input *input)
{
	const struct policy_rule *rule = input->rule;
	const capmask *set = input->sets.set;

	if (!rule->ambient && !rule->inheritable && !rule->drop &&
	    !rule->drop_others)
		return false;
	return !input->has_capabilities ||
	       !decide_is_within(set[CAPSET_EFFECTIVE],
				 set[CAPSET_PERMITTED]) ||
	       !decide_is_within(set[CAPSET_INHERITABLE],
				 set[CAPSET_BOUNDING]) ||
	       (rule->require &&
		(decide_asked(input) != decide_raisable(input) ||
		 rule->inheritable & input->above_ceiling)) ||
	       (rule->require && rule->on_request && input->request->unknown);
}

static inline bool decide_is_same(const struct capsets *a,
				  const struct capsets *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The sets that the runtime gets. */
static inline const char *decide_broken_sets(const struct decide_input *input,
					     const struct decision *decision)
{
	const capmask *before = input->sets.set;
	const capmask *after = decision->sets.set;
	capmask e = after[CAPSET_EFFECTIVE], b = after[CAPSET_BOUNDING];
	capmask i = after[CAPSET_INHERITABLE], p = after[CAPSET_PERMITTED];
	capmask a = after[CAPSET_AMBIENT], drop = decide_dropped(input);
	capmask kept = before[CAPSET_AMBIENT] & before[CAPSET_INHERITABLE] &
		       before[CAPSET_PERMITTED] & before[CAPSET_BOUNDING];

	/*
	 * Otherwise no runtime could start the container or raise its ambient
	 * set.
	 */
	DECIDE_BREAKS(!decide_is_within(a, p & i & b));
	DECIDE_BREAKS(!decide_is_within(e, p));
	DECIDE_BREAKS(!decide_is_within(i, b));
	/* Promotes and narrows, but never adds. */
	DECIDE_BREAKS(b != (before[CAPSET_BOUNDING] & ~drop));
	DECIDE_BREAKS(!decide_is_within(p, b));
	DECIDE_BREAKS((e | b | i | p | a) & drop);
	DECIDE_BREAKS(a != ((kept & ~drop) | decision->raised));
	/* Above the ceiling, at most what the engine raised itself. */
	DECIDE_BREAKS((a | i) & input->above_ceiling & ~kept);
	DECIDE_BREAKS(i != (a | (input->rule->inheritable & b &
				 decide_holdable(input))));
	DECIDE_BREAKS(p != ((before[CAPSET_PERMITTED] &
			     before[CAPSET_BOUNDING] & ~drop) |
			    a));
	DECIDE_BREAKS(e != ((before[CAPSET_EFFECTIVE] & ~drop & p) | a));
	return NULL;
}

static inline const char *decide_broken_raised(const struct decide_input *input,
					       const struct decision *decision)
{
	DECIDE_BREAKS(decision->wanted !=
		      (decide_asked(input) & input->rule->ambient));
	DECIDE_BREAKS(decision->raised != decide_raisable(input));
	DECIDE_BREAKS(decision->missing !=
		      ((decide_asked(input) & ~decision->raised) |
		       (input->rule->inheritable & input->above_ceiling)));
	DECIDE_BREAKS(
		decision->no_new_privileges !=
		(input->no_new_privileges || input->rule->no_new_privileges));
	return NULL;
}

/* Deciding again changes nothing. */
static inline const char *decide_broken_again(const struct decide_input *input,
					      const struct decision *decision)
{
	struct decide_input next = *input;
	struct decision again;
	struct err err = { 0 };

	next.sets = decision->sets;
	DECIDE_BREAKS(decide(&again, &next, &err) != 0);
	DECIDE_BREAKS(!decide_is_same(&again.sets, &decision->sets));
	DECIDE_BREAKS(again.raised != decision->raised);
	DECIDE_BREAKS(again.missing != decision->missing);
	return NULL;
}

/* The violated property, or NULL. ret_refused can be NULL. */
static inline const char *decide_broken(const struct decide_input *input,
					bool *ret_refused)
{
	struct decision decision;
	struct err err = { 0 };
	bool refused = decide(&decision, input, &err) < 0;
	const char *broken;

	if (ret_refused)
		*ret_refused = refused;
	DECIDE_BREAKS(refused != decide_must_refuse(input));
	DECIDE_BREAKS(refused != (err.text[0] != '\0'));
	DECIDE_BREAKS(refused && !strstr(err.text, input->rule->name));
	DECIDE_BREAKS(decision.touches_sets !=
		      (!refused && decide_touches(input->rule)));
	DECIDE_BREAKS(decision.drop_unknown && !input->rule->drop_others);
	DECIDE_BREAKS(!decision.touches_sets &&
		      !decide_is_same(&decision.sets, &input->sets));
	if (!decision.touches_sets)
		return NULL;

	broken = decide_broken_sets(input, &decision);
	if (!broken)
		broken = decide_broken_raised(input, &decision);
	if (!broken)
		broken = decide_broken_again(input, &decision);
	return broken;
}

#endif
