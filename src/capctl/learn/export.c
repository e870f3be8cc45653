/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/export.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"

static const char *const words[LEARN_FORM_COUNT] = {
	[LEARN_FORM_RULE] = "rule",
	[LEARN_FORM_SECURITY_CONTEXT] = "securitycontext",
	[LEARN_FORM_PODMAN] = "podman",
	[LEARN_FORM_SYSTEMD] = "systemd",
	[LEARN_FORM_SCC] = "scc",
};

bool learn_form_parse(const char *word, enum learn_form *ret_form)
{
	for (int i = 0; i < LEARN_FORM_COUNT; i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*ret_form = (enum learn_form)i;
		return true;
	}
	return false;
}

/* Takes the text. NULL: out of memory. */
static void add_taken(struct buf *buf, char *text)
{
	buf->failed |= !text;
	buf_add_str(buf, text ? text : "");
	free(text);
}

/* Each with `before`, without "CAP_". */
static void add_bare(struct buf *buf, capmask set, const char *before,
		     const char *between)
{
	bool any = false;

	for (unsigned int bit = 0; bit < LEARN_CAPS_MAX; bit++) {
		if (!(set >> bit & 1))
			continue;
		buf_add_str(buf, any ? between : "");
		buf_add_str(buf, before);
		buf_add_str(buf, capset_bare_name(UINT64_C(1) << bit));
		any = true;
	}
}

/* The policy that a node needs beside it. */
static int add_policy(struct buf *buf, const struct learn_rule *rule,
		      struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (learn_rule_print(rule, &text, &len, err) < 0)
		return -1;
	buf_add_str(
		buf,
		"# A pod needs runtimeClassName: capruntime, and its node this policy:\n");
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		buf_add_str(buf, "# ");
		buf_add(buf, line, (size_t)(end - line) + 1);
	}
	return 0;
}

static int add_security_context(struct buf *buf, const struct learn_rule *rule,
				struct err *err)
{
	const struct learn_subject *subject = rule->subject;

	add_taken(buf,
		  alloc_text("securityContext:\n"
			     "  runAsNonRoot: true\n"
			     "  runAsUser: %" PRIu32 "\n"
			     "  runAsGroup: %" PRIu32 "\n"
			     "  allowPrivilegeEscalation: %s\n"
			     "  capabilities:\n"
			     "    drop: [ALL]\n"
			     "    add: [",
			     subject->uid, subject->gid,
			     subject->no_new_privileges ? "false" : "true"));
	add_bare(buf, rule->ambient, "", ", ");
	buf_add_str(buf, "]\n");
	return add_policy(buf, rule, err);
}

/* podman raises what it adds for a user that is not root. */
static int add_podman(struct buf *buf, const struct learn_rule *rule)
{
	const struct learn_subject *subject = rule->subject;

	add_taken(buf,
		  alloc_text("--user=%" PRIu32 ":%" PRIu32 " --cap-drop=ALL",
			     subject->uid, subject->gid));
	add_bare(buf, rule->ambient, " --cap-add=", "");
	buf_add_str(buf, subject->no_new_privileges
				 ? " --security-opt=no-new-privileges\n"
				 : "\n");
	return 0;
}

static int add_systemd(struct buf *buf, const struct learn_rule *rule)
{
	const struct learn_subject *subject = rule->subject;

	add_taken(buf, alloc_text("[Service]\n"
				  "User=%" PRIu32 "\n"
				  "Group=%" PRIu32 "\n"
				  "AmbientCapabilities=",
				  subject->uid, subject->gid));
	capset_add_names(buf, rule->ambient, " ");
	buf_add_str(buf, "\nCapabilityBoundingSet=");
	capset_add_names(buf, rule->ambient, " ");
	buf_add_str(buf, subject->no_new_privileges ? "\nNoNewPrivileges=yes\n"
						    : "\nNoNewPrivileges=no\n");
	return 0;
}

static int add_scc(struct buf *buf, const struct learn_rule *rule,
		   struct err *err)
{
	const struct learn_subject *subject = rule->subject;

	add_taken(buf,
		  alloc_text("apiVersion: security.openshift.io/v1\n"
			     "kind: SecurityContextConstraints\n"
			     "metadata:\n"
			     "  name: learned\n"
			     "allowHostDirVolumePlugin: false\n"
			     "allowHostIPC: false\n"
			     "allowHostNetwork: false\n"
			     "allowHostPID: false\n"
			     "allowHostPorts: false\n"
			     "allowPrivilegeEscalation: %s\n"
			     "allowPrivilegedContainer: false\n"
			     "allowedCapabilities: [",
			     subject->no_new_privileges ? "false" : "true"));
	add_bare(buf, rule->ambient, "", ", ");
	add_taken(
		buf,
		alloc_text(
			"]\n"
			"defaultAddCapabilities: []\n"
			"requiredDropCapabilities: [ALL]\n"
			"readOnlyRootFilesystem: false\n"
			"runAsUser:\n"
			"  type: MustRunAs\n"
			"  uid: %" PRIu32 "\n"
			"seLinuxContext:\n"
			"  type: MustRunAs\n"
			"fsGroup:\n"
			"  type: MustRunAs\n"
			"supplementalGroups:\n"
			"  type: RunAsAny\n"
			"seccompProfiles: [runtime/default]\n"
			"volumes: [configMap, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected, secret]\n"
			"users: []\n"
			"groups: []\n",
			subject->uid));
	return add_policy(buf, rule, err);
}

static int add_form(struct buf *buf, enum learn_form form,
		    const struct learn_rule *rule, struct err *err)
{
	switch (form) {
	case LEARN_FORM_SECURITY_CONTEXT:
		return add_security_context(buf, rule, err);
	case LEARN_FORM_PODMAN:
		return add_podman(buf, rule);
	case LEARN_FORM_SYSTEMD:
		return add_systemd(buf, rule);
	case LEARN_FORM_SCC:
		return add_scc(buf, rule, err);
	case LEARN_FORM_RULE:
	case LEARN_FORM_COUNT:
	default:
		return err_set(err, "a form without a writer");
	}
}

int learn_export(enum learn_form form, const struct learn_rule *rule,
		 char **ret_text, size_t *ret_len, struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	if (form == LEARN_FORM_RULE)
		return learn_rule_print(rule, ret_text, ret_len, err);
	if (add_form(&buf, form, rule, err) < 0)
		return -1;
	return buf_take(&buf, ret_text, ret_len, err);
}
