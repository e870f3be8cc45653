/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/audit_line.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Maximum length of a string, including escapes. With two times five sets and
 * every capability name once, the line stays below AUDIT_LINE_MAX.
 */
#define SHORT_MAX 128
#define LONG_MAX_TEXT 256
#define REASON_MAX 640

static const char *const outcomes[] = {
	[AUDIT_APPLIED] = "applied",
	[AUDIT_NO_RULE] = "no_rule",
	[AUDIT_REFUSED] = "refused",
	[AUDIT_WOULD_APPLY] = "would_apply",
	[AUDIT_WOULD_REFUSE] = "would_refuse",
	[AUDIT_EXEC_UNTOUCHED] = "exec_untouched",
	[AUDIT_EXEC_REFUSED] = "exec_refused",
};

static void add_text_member(struct buf *buf, const char *key, const char *text,
			    size_t max)
{
	if (!text)
		return;
	buf_add_str(buf, ",\"");
	buf_add_str(buf, key);
	buf_add_str(buf, "\":");
	buf_add_json_cut(buf, text, max);
}

static void add_sets(struct buf *buf, const char *key,
		     const struct capsets *sets)
{
	char hex[32];

	buf_add_str(buf, ",\"");
	buf_add_str(buf, key);
	buf_add_str(buf, "\":{");
	for (int i = 0; i < CAPSET_COUNT; i++) {
		buf_add_str(buf, i ? ",\"" : "\"");
		buf_add_str(buf, capset_key((enum capset_which)i));
		snprintf(hex, sizeof(hex), "\":\"%016" PRIx64 "\"",
			 sets->set[i]);
		buf_add_str(buf, hex);
	}
	buf_add_str(buf, "}");
}

/* `more`: a further name, which is not a capability; may be NULL. */
static void add_names(struct buf *buf, const char *key, capmask mask,
		      const char *more)
{
	buf_add_str(buf, ",\"");
	buf_add_str(buf, key);
	buf_add_str(buf, mask ? "\":[\"" : "\":[");
	capset_add_names(buf, mask, "\",\"");
	buf_add_str(buf, mask ? "\"" : "");
	if (more) {
		buf_add_str(buf, mask ? "," : "");
		buf_add_json_cut(buf, more, SHORT_MAX);
	}
	buf_add_str(buf, "]");
}

static void add_subject(struct buf *buf, const struct match_subject *subject)
{
	static const enum match_text texts[] = { MATCH_NAMESPACE, MATCH_POD,
						 MATCH_CONTAINER, MATCH_IMAGE };
	char uid[32];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		add_text_member(buf, match_text_key(texts[i]),
				subject->texts[texts[i]], LONG_MAX_TEXT);
	snprintf(uid, sizeof(uid), ",\"uid\":%" PRIu32,
		 subject->numbers[MATCH_UID]);
	buf_add_str(buf, uid);
}

static void add_decision(struct buf *buf, const struct audit_event *event)
{
	if (event->rule) {
		add_text_member(buf, "rule", event->rule->name, SHORT_MAX);
		add_text_member(buf, "file", event->rule->file, LONG_MAX_TEXT);
	}
	if (event->before)
		add_sets(buf, "before", event->before);
	if (!event->decision)
		return;
	add_sets(buf, "after", &event->decision->sets);
	buf_add_str(buf, ",\"no_new_privileges\":");
	buf_add_str(buf, event->decision->no_new_privileges ? "true" : "false");
	add_names(buf, "raised", event->decision->raised, NULL);
	add_names(buf, "missing", event->decision->missing, event->unknown);
}

int audit_line_make(const struct audit_event *event, const char *time,
		    char **ret_line, struct err *err)
{
	/* An exec loads no policy. */
	bool by_policy = event->outcome != AUDIT_EXEC_UNTOUCHED &&
			 event->outcome != AUDIT_EXEC_REFUSED;
	const char *mode = policy_mode_name(event->mode);
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add_str(&buf, "{\"time\":");
	buf_add_json(&buf, time);
	add_text_member(&buf, "outcome", outcomes[event->outcome], SHORT_MAX);
	add_text_member(&buf, "mode", by_policy ? mode : NULL, SHORT_MAX);
	add_text_member(&buf, "verb", event->verb, SHORT_MAX);
	add_text_member(&buf, "id", event->id, SHORT_MAX);
	add_text_member(&buf, "handler", event->handler, SHORT_MAX);
	add_text_member(&buf, "engine",
			by_policy ? engine_policy_name(event->engine) : NULL,
			SHORT_MAX);
	if (event->subject)
		add_subject(&buf, event->subject);
	add_decision(&buf, event);
	add_text_member(&buf, "runtime", event->runtime, LONG_MAX_TEXT);
	add_text_member(&buf, "reason", event->reason, REASON_MAX);
	buf_add_str(&buf, "}\n");
	return buf_take(&buf, ret_line, NULL, err);
}
