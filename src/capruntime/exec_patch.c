/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_patch.h"

#include <string.h>

#include "spec/patch.h"
#include "spec/spec.h"

/* A process file is what stands between these in a config.json. */
#define BEFORE "{\"process\":"
#define AFTER "}"
#define BEFORE_LEN (sizeof(BEFORE) - 1)
#define AFTER_LEN (sizeof(AFTER) - 1)

/* A process file as a config.json, with the changes so far. */
struct session {
	struct json_doc doc;
	char *text;
	struct spec spec;
	bool changed;
};

#define CLEANUP_SESSION __attribute__((cleanup(session_free)))

static void session_free(struct session *session)
{
	free(session->text);
	spec_free(&session->spec);
}

static int wrap(struct session *session, const struct json_doc *process,
		struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add_str(&buf, BEFORE);
	buf_add(&buf, process->text, process->len);
	buf_add_str(&buf, AFTER);
	session->doc.name = process->name;
	if (buf_take(&buf, &session->text, &session->doc.len, err) < 0)
		return -1;
	session->doc.text = session->text;
	return 0;
}

/* The rule that the record stands for, as it bears on this user. */
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

static int set_member(struct session *session, const char *key,
		      const char *value, struct err *err)
{
	char *changed;

	if (patch_member(&session->doc, key, value, &changed, &session->doc.len,
			 err) < 0)
		return -1;
	free(session->text);
	session->doc.text = session->text = changed;
	session->changed = true;
	return 0;
}

static int set_capabilities(struct session *session,
			    const struct decision *decision, bool drop_unknown,
			    struct err *err)
{
	struct json_value value = session->spec.capabilities;
	char *text CLEANUP_FREE = NULL;

	if (!decision->touches_sets)
		return 0;
	if (patch_capabilities(&session->doc, value, &decision->sets,
			       drop_unknown, &text, err) < 0)
		return -1;
	if (patch_stands(&session->doc, value, text))
		return 0;
	return set_member(session, "capabilities", text, err);
}

static int apply(struct session *session, const struct record_about *about,
		 const struct own_limits *limits, struct err *err)
{
	const struct spec *spec = &session->spec;
	struct policy_rule rule = make_rule(about, spec->uid == about->uid);
	struct decide_input input = {
		.rule = &rule,
		.has_capabilities = spec->has_capabilities,
		.new_userns = about->new_userns,
		.no_new_privileges = spec->no_new_privileges,
		.sets = spec->sets,
		.limits = *limits,
	};
	struct decision decision;

	if (decide(&decision, &input, err) < 0 ||
	    set_capabilities(session, &decision, about->drop_others, err) < 0)
		return -1;
	if (decision.no_new_privileges && !spec->no_new_privileges)
		return set_member(session, "noNewPrivileges", "true", err);
	return 0;
}

int exec_patch(const struct json_doc *process, const struct record_about *about,
	       const struct own_limits *limits, enum runtime_dialect dialect,
	       char **ret_text, size_t *ret_len, struct err *err)
{
	struct session session CLEANUP_SESSION = { 0 };

	*ret_text = NULL;
	if (json_check(process, err) < 0 || wrap(&session, process, err) < 0 ||
	    spec_read(&session.spec, &session.doc, dialect, err) < 0)
		return -1;
	if (!session.spec.has_process)
		return err_set(err, "'%s' is not an object", process->name);
	if (session.spec.uid == 0 && about->uid != 0)
		return 0;
	if (apply(&session, about, limits, err) < 0)
		return -1;
	if (!session.changed)
		return 0;

	*ret_len = session.doc.len - BEFORE_LEN - AFTER_LEN;
	*ret_text = strndup(session.text + BEFORE_LEN, *ret_len);
	return *ret_text ? 0 : err_set(err, "out of memory");
}
