/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_patch.h"

#include "spec/patch.h"
#include "spec/spec.h"
#include "json/place.h"

/* The recorded rule as it applies to this user. */
static struct policy_rule make_rule(const struct record_about *about,
				    bool same_user)
{
	struct policy_rule rule = {
		.name = about->rule,
		.drop = about->drop,
		.no_new_privileges = about->no_new_privileges,
	};

	if (about->drop_others)
		rule.drop = ~(about->ambient | about->inheritable);
	if (same_user) {
		rule.ambient = about->wanted;
		rule.inheritable = about->inheritable;
	}
	return rule;
}

static int add_edits(struct edits *edits, const struct json_doc *process,
		     const struct spec *spec, const struct decision *decision,
		     bool drop_unknown, struct err *err)
{
	static const struct patch_member forbid[] = {
		{ "noNewPrivileges", "true" },
	};

	if (decision->touches_sets &&
	    patch_capabilities(edits, process, spec->capabilities,
			       &decision->sets, drop_unknown, err) < 0)
		return -1;
	if (!decision->no_new_privileges || spec->no_new_privileges)
		return 0;
	return patch_members(edits, process, json_root(process), forbid,
			     ARRAY_LEN(forbid), err);
}

static int apply_record(struct edits *edits, const struct json_doc *process,
			const struct spec *spec,
			const struct record_about *about,
			const struct own_limits *limits, struct err *err)
{
	struct policy_rule rule = make_rule(about, spec->uid == about->uid);
	struct decide_input input = {
		.rule = &rule,
		.has_capabilities = spec->has_capabilities,
		.other_userns = about->new_userns,
		.no_new_privileges = spec->no_new_privileges,
		.sets = spec->sets,
		.limits = *limits,
	};
	struct decision decision;

	if (decide_touches(&rule) && !spec->has_capabilities)
		return json_err(
			err, process, json_root(process).start,
			"no 'capabilities': without a bounding set there is no limit to stay within, write it");
	if (decide(&decision, &input, err) < 0)
		return err_wrap(err, "'%s'", process->name);
	return add_edits(edits, process, spec, &decision, about->drop_others,
			 err);
}

/* Without one, newer versions of crun take the container's user, others user 0. */
static int check_user(const struct spec *spec, const struct json_doc *process,
		      const struct record_about *about, struct err *err)
{
	if (spec->has_user || about->uid == 0)
		return 0;
	return json_err(
		err, process, json_root(process).start,
		"no 'user': runtimes differ on whose session that is, write it");
}

int exec_patch(const struct json_doc *process, const struct record_about *about,
	       const struct own_limits *limits, enum runtime_dialect dialect,
	       char **ret_text, size_t *ret_len, struct err *err)
{
	struct edits edits CLEANUP_EDITS = { 0 };
	struct spec spec CLEANUP_SPEC = { 0 };

	*ret_text = NULL;
	if (json_check(process, err) < 0 ||
	    spec_read_process(&spec, process, dialect, err) < 0 ||
	    check_user(&spec, process, about, err) < 0)
		return -1;
	if (spec.uid == 0 && about->uid != 0)
		return 0;
	if (apply_record(&edits, process, &spec, about, limits, err) < 0)
		return -1;
	if (!edits.count)
		return 0;
	return edits_apply(&edits, process, ret_text, ret_len, err);
}
