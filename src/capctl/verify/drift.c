/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/drift.h"

#include <string.h>

static void note(struct drift *verification, enum drift_finding finding,
		 capmask names)
{
	verification->names[finding] = names;
	verification->found[finding] = names != 0;
}

/* What the kernel lets be ambient, capabilities(7). */
static capmask ambient_of(const struct drift_state *state)
{
	const capmask *set = state->sets.set;

	return set[CAPSET_AMBIENT] & set[CAPSET_INHERITABLE] &
	       set[CAPSET_PERMITTED] & set[CAPSET_BOUNDING];
}

/*
 * A process may lower what is effective for a while: permitted is what it can
 * have. Root gets all that is bounding at execve.
 */
static void compare_held(struct drift *verification,
			 const struct drift_facts *facts)
{
	const capmask *given = facts->given.sets.set;
	const capmask *held = facts->held.sets.set;
	capmask most = given[CAPSET_BOUNDING] | given[CAPSET_PERMITTED];

	note(verification, DRIFT_LOST,
	     ambient_of(&facts->given) & ~held[CAPSET_PERMITTED]);
	note(verification, DRIFT_MORE,
	     (held[CAPSET_PERMITTED] | held[CAPSET_BOUNDING] |
	      held[CAPSET_INHERITABLE]) &
		     ~(most | given[CAPSET_INHERITABLE]));
	verification->found[DRIFT_PRIVILEGES] =
		facts->given.no_new_privileges &&
		!facts->held.no_new_privileges;
}

static void compare_today(struct drift *verification,
			  const struct drift_facts *facts)
{
	capmask given = ambient_of(&facts->given);
	capmask today = ambient_of(&facts->today);
	bool same = memcmp(&facts->given.sets, &facts->today.sets,
			   sizeof(facts->given.sets)) == 0 &&
		    facts->given.no_new_privileges ==
			    facts->today.no_new_privileges;

	note(verification, DRIFT_REVOKED, given & ~today);
	note(verification, DRIFT_PENDING, today & ~given);
	verification->found[DRIFT_OTHERWISE] = !same && given == today;
}

struct drift drift_make(const struct drift_facts *facts)
{
	struct drift verification = { 0 };

	if (facts->running)
		compare_held(&verification, facts);
	compare_today(&verification, facts);
	return verification;
}

const char *drift_word(enum drift_finding finding)
{
	static const char *const words[DRIFT_COUNT] = {
		[DRIFT_LOST] = "lost",
		[DRIFT_MORE] = "more",
		[DRIFT_REVOKED] = "revoked",
		[DRIFT_PENDING] = "pending",
		[DRIFT_OTHERWISE] = "otherwise",
		[DRIFT_PRIVILEGES] = "no_new_privileges",
	};

	return words[finding];
}

const char *drift_text(enum drift_finding finding)
{
	static const char *const texts[DRIFT_COUNT] = {
		[DRIFT_LOST] =
			"was given and is not held: the program gave it up, or its file clears the ambient set (capctl explain)",
		[DRIFT_MORE] =
			"is held and was not given: it was started by other means, or config.json was changed since",
		[DRIFT_REVOKED] =
			"today's policy does not grant it: restart the container to take it back",
		[DRIFT_PENDING] =
			"today's policy grants it: restart the container to get it",
		[DRIFT_OTHERWISE] =
			"today's policy decides otherwise: restart the container to follow it (capctl explain)",
		[DRIFT_PRIVILEGES] =
			"no_new_privs was given and is not set: it was started by other means",
	};

	return texts[finding];
}
