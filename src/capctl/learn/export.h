/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proved rule in the words of those who start programs. Values in, text out.
 *
 * Rests on: Kubernetes' SecurityContext v1, podman-run(1), systemd.exec(5),
 * OpenShift's SecurityContextConstraints security.openshift.io/v1.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_EXPORT_H
#define CAPRUNTIME_CAPCTL_LEARN_EXPORT_H

#include <stdbool.h>

#include "capctl/learn/rule.h"

enum learn_form {
	LEARN_FORM_RULE,
	LEARN_FORM_SECURITY_CONTEXT, /* for the node's rule */
	LEARN_FORM_PODMAN,
	LEARN_FORM_SYSTEMD,
	LEARN_FORM_SCC, /* for the node's rule */
	LEARN_FORM_COUNT
};

/* For a message. */
#define LEARN_FORMS "rule, securitycontext, podman, systemd and scc"

bool learn_form_parse(const char *word, enum learn_form *ret_form);

/* User and no_new_privs are the subject's. The caller frees. */
int learn_export(enum learn_form form, const struct learn_rule *rule,
		 char **ret_text, size_t *ret_len, struct err *err) MUST_CHECK;

#endif
