/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/drift.h"

#include <string.h>

static void set_drift(struct drift *drift, enum drift_finding finding,
		      capmask names)
{
	drift->names[finding] = names;
	drift->found[finding] = names != 0;
}

/* The kernel requires P and I for ambient, capabilities(7). */
static capmask ambient_of(const struct drift_state *state)
{
	const capmask *set = state->sets.set;

	return set[CAPSET_AMBIENT] & set[CAPSET_INHERITABLE] &
	       set[CAPSET_PERMITTED] & set[CAPSET_BOUNDING];
}

/*
 * Without file capabilities, a program that does not start as root begins with
 * the ambient set alone: what the engine put into other sets gives it nothing.
 * CRIU before 4.1 restores permitted and not ambient.
 */
static capmask unexplained(const struct drift_facts *facts)
{
	const capmask *held = facts->held.sets.set;
	capmask own = held[CAPSET_AMBIENT];

	if (facts->starts_as_root)
		return 0;
	if (facts->file_adds_nothing)
		own |= held[CAPSET_PERMITTED];
	return own & ~(ambient_of(&facts->given) | ambient_of(&facts->today));
}

/*
 * Compares permitted, because a process may lower effective temporarily. At
 * execve, root's permitted set becomes the bounding set.
 */
static void compare_held(struct drift *drift, const struct drift_facts *facts)
{
	const capmask *given = facts->given.sets.set;
	const capmask *held = facts->held.sets.set;
	capmask most = given[CAPSET_BOUNDING] | given[CAPSET_PERMITTED];

	set_drift(drift, DRIFT_LOST,
		  ambient_of(&facts->given) & ~held[CAPSET_PERMITTED]);
	set_drift(drift, DRIFT_MORE,
		  ((held[CAPSET_PERMITTED] | held[CAPSET_BOUNDING] |
		    held[CAPSET_INHERITABLE]) &
		   ~(most | given[CAPSET_INHERITABLE])) |
			  unexplained(facts));
	drift->found[DRIFT_PRIVILEGES] = facts->given.no_new_privileges &&
					 !facts->held.no_new_privileges;
}

/* It is running and holds what a create would take away now, except `more`. */
static bool exceeds_today(const struct drift_facts *facts, capmask more)
{
	const capmask *held = facts->held.sets.set;
	const capmask *today = facts->today.sets.set;
	capmask beyond =
		(held[CAPSET_BOUNDING] & ~today[CAPSET_BOUNDING]) |
		(held[CAPSET_INHERITABLE] & ~today[CAPSET_INHERITABLE]);

	return (beyond & ~more) || (facts->today.no_new_privileges &&
				    !facts->held.no_new_privileges);
}

/* Of a restored checkpoint, `held` may be today's and `given` another. */
static bool is_decided_otherwise(const struct drift_facts *facts, capmask more)
{
	if (ambient_of(&facts->given) != ambient_of(&facts->today))
		return exceeds_today(facts, more);
	return memcmp(&facts->given.sets, &facts->today.sets,
		      sizeof(facts->given.sets)) != 0 ||
	       facts->given.no_new_privileges != facts->today.no_new_privileges;
}

static void compare_today(struct drift *drift, const struct drift_facts *facts)
{
	capmask given = ambient_of(&facts->given);
	capmask today = ambient_of(&facts->today);

	set_drift(drift, DRIFT_REVOKED, given & ~today);
	set_drift(drift, DRIFT_PENDING,
		  today & ~given & ~facts->held.sets.set[CAPSET_AMBIENT]);
	drift->found[DRIFT_OTHERWISE] =
		!drift->found[DRIFT_REVOKED] && !drift->found[DRIFT_PENDING] &&
		is_decided_otherwise(facts, drift->names[DRIFT_MORE]);
}

struct drift drift_make(const struct drift_facts *facts)
{
	struct drift drift = { 0 };

	if (!facts->running)
		return drift;
	compare_held(&drift, facts);
	compare_today(&drift, facts);
	return drift;
}

bool drift_is_of_today(const struct drift *drift)
{
	return drift->found[DRIFT_REVOKED] || drift->found[DRIFT_PENDING] ||
	       drift->found[DRIFT_OTHERWISE];
}

void drift_forget_today(struct drift *drift)
{
	drift->found[DRIFT_REVOKED] = drift->found[DRIFT_PENDING] =
		drift->found[DRIFT_OTHERWISE] = false;
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
			"granted but not held: the program dropped it, or its file clears the ambient set (see capctl explain)",
		[DRIFT_MORE] =
			"held but not granted: from a checkpoint, another config.json or file capabilities: create the container again to remove it; or config.json has no process.capabilities, and runc 1.3 or later drops nothing: write them",
		[DRIFT_REVOKED] =
			"the current policy does not grant it: restart the container to revoke it",
		[DRIFT_PENDING] =
			"the current policy grants it: restart the container to raise it",
		[DRIFT_OTHERWISE] =
			"the current policy decides differently: restart the container to apply it (see capctl explain)",
		[DRIFT_PRIVILEGES] =
			"no_new_privs is requested but not set: the runtime did not start it with this config.json",
	};

	return texts[finding];
}
