/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats a decision as one JSON line, which records which container got which
 * capabilities and why. capruntime-policy(5) describes its schema; audit.h
 * writes it.
 */
#ifndef CAPRUNTIME_AUDIT_LINE_H
#define CAPRUNTIME_AUDIT_LINE_H

#include "policy/decide.h"

#define AUDIT_LINE_MAX 4096

enum audit_outcome {
	AUDIT_APPLIED,
	AUDIT_NO_RULE,
	AUDIT_REFUSED,
	AUDIT_WOULD_APPLY,
	AUDIT_WOULD_REFUSE,
	AUDIT_EXEC_UNTOUCHED, /* under a rule that only raises */
	AUDIT_EXEC_REFUSED, /* under a rule that narrows */
};

struct audit_event {
	enum audit_outcome outcome;
	const char *verb;
	const char *runtime;
	enum policy_mode mode;
	enum engine engine;
	const struct match_subject *subject; /* NULL: not known yet */
	const struct policy_rule *rule; /* NULL: none */
	const struct capsets *before; /* NULL: not known yet */
	const struct decision *decision; /* NULL: none was made */
	const char *unknown; /* requested, but no capability; NULL: none */
	const char *reason; /* NULL: none */
	const char *id;
	const char *handler;
};

/* At most AUDIT_LINE_MAX bytes, the newline included. The caller frees. */
int audit_line_make(const struct audit_event *event, const char *time,
		    char **ret_line, struct err *err) MUST_CHECK;

#endif
