/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/drift.h"

#include <string.h>

static void note(struct verification *verification,
		 enum verification_finding finding, capmask names)
{
	verification->names[finding] = names;
	verification->found[finding] = names != 0;
}

/* What the kernel lets be ambient, capabilities(7). */
static capmask ambient_of(const struct verification_state *state)
{
	const capmask *set = state->sets.set;

	return set[CAPSET_AMBIENT] & set[CAPSET_INHERITABLE] &
	       set[CAPSET_PERMITTED] & set[CAPSET_BOUNDING];
}

/*
 * A process may lower what is effective for a while: permitted is what it can
 * have. Root gets all that is bounding at execve.
 */
static void compare_held(struct verification *verification,
			 const struct verification_facts *facts)
{
	const capmask *given = facts->given.sets.set;
	const capmask *held = facts->held.sets.set;
	capmask most = given[CAPSET_BOUNDING] | given[CAPSET_PERMITTED];

	note(verification, VERIFICATION_LOST,
	     ambient_of(&facts->given) & ~held[CAPSET_PERMITTED]);
	note(verification, VERIFICATION_MORE,
	     (held[CAPSET_PERMITTED] | held[CAPSET_BOUNDING] |
	      held[CAPSET_INHERITABLE]) &
		     ~(most | given[CAPSET_INHERITABLE]));
	verification->found[VERIFICATION_PRIVILEGES] =
		facts->given.no_new_privileges &&
		!facts->held.no_new_privileges;
}

static void compare_today(struct verification *verification,
			  const struct verification_facts *facts)
{
	capmask given = ambient_of(&facts->given);
	capmask today = ambient_of(&facts->today);
	bool same = memcmp(&facts->given.sets, &facts->today.sets,
			   sizeof(facts->given.sets)) == 0 &&
		    facts->given.no_new_privileges ==
			    facts->today.no_new_privileges;

	note(verification, VERIFICATION_REVOKED, given & ~today);
	note(verification, VERIFICATION_PENDING, today & ~given);
	verification->found[VERIFICATION_OTHERWISE] = !same && given == today;
}

struct verification verification_make(const struct verification_facts *facts)
{
	struct verification verification = { 0 };

	if (facts->running)
		compare_held(&verification, facts);
	compare_today(&verification, facts);
	return verification;
}

const char *verification_word(enum verification_finding finding)
{
	static const char *const words[VERIFICATION_COUNT] = {
		[VERIFICATION_LOST] = "lost",
		[VERIFICATION_MORE] = "more",
		[VERIFICATION_REVOKED] = "revoked",
		[VERIFICATION_PENDING] = "pending",
		[VERIFICATION_OTHERWISE] = "otherwise",
		[VERIFICATION_PRIVILEGES] = "no_new_privileges",
	};

	return words[finding];
}

const char *verification_text(enum verification_finding finding)
{
	static const char *const texts[VERIFICATION_COUNT] = {
		[VERIFICATION_LOST] =
			"was given and is not held: the program gave it up, or its file clears the ambient set (capctl explain)",
		[VERIFICATION_MORE] =
			"is held and was not given: it was started by other means, or config.json was changed since",
		[VERIFICATION_REVOKED] =
			"today's policy does not grant it: restart the container to take it back",
		[VERIFICATION_PENDING] =
			"today's policy grants it: restart the container to get it",
		[VERIFICATION_OTHERWISE] =
			"today's policy decides otherwise: restart the container to follow it (capctl explain)",
		[VERIFICATION_PRIVILEGES] =
			"no_new_privs was given and is not set: it was started by other means",
	};

	return texts[finding];
}
