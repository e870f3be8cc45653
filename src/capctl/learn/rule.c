/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/rule.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "capctl/learn/first.h"

/* "NET_RAW: socket by /bin/a: operation not permitted". -1: out of memory. */
static int add_reason(struct buf *buf, unsigned int bit,
		      const struct learn_need *need)
{
	capmask one = UINT64_C(1) << bit;
	const struct learn_first *first =
		need->refused ? &need->lacked : &need->used;
	char *text CLEANUP_FREE = learn_first_text(first);

	if (!text)
		return -1;
	if (buf->len)
		buf_add_str(buf, "; ");
	buf_add_str(buf, capset_bare_name(one));
	if (one & capset_dangerous())
		buf_add_str(buf, " (dangerous)");
	buf_add_str(buf, ": ");
	buf_add_str(buf, text);
	return 0;
}

int learn_rule_reasons(const struct learn_tally *tally, char **ret_text,
		       struct err *err)
{
	capmask needs = learn_tally_needs(tally);
	struct buf buf CLEANUP_BUF = { 0 };

	if (needs & ~capset_known())
		return err_set(err,
			       "a capability that this program cannot name");
	for (unsigned int bit = 0; bit < LEARN_CAPS_MAX; bit++)
		if (needs >> bit & 1 &&
		    add_reason(&buf, bit, &tally->need[bit]) < 0)
			return err_set_no_memory(err);
	return buf_take(&buf, ret_text, NULL, err);
}

static void add_list(struct buf *buf, capmask needs)
{
	const char *between = "";

	for (unsigned int bit = 0; bit < LEARN_CAPS_MAX; bit++) {
		if (!(needs >> bit & 1))
			continue;
		buf_add_str(buf, between);
		buf_add_json(buf, capset_bare_name(UINT64_C(1) << bit));
		between = ", ";
	}
}

/* A pattern for the text: what is special in one becomes '?', any byte. */
static char *make_pattern(const char *text)
{
	char *pattern = strdup(text);

	for (char *at = pattern; at && *at; at++)
		if (*at == '*' || (*at == '!' && at == pattern))
			*at = '?';
	return pattern;
}

/* NULL as the text: nothing. */
static void add_match(struct buf *buf, const char **between, const char *key,
		      const char *text)
{
	char *pattern CLEANUP_FREE = text ? make_pattern(text) : NULL;

	if (!text)
		return;
	buf->failed |= !pattern;
	buf_add_str(buf, *between);
	buf_add_json(buf, key);
	buf_add_str(buf, ": ");
	buf_add_json(buf, pattern ? pattern : "");
	*between = ", ";
}

static void add_matches(struct buf *buf, const struct learn_subject *subject)
{
	const char *between = "";

	if (subject->namespace && subject->container) {
		add_match(buf, &between, "namespace", subject->namespace);
		add_match(buf, &between, "container", subject->container);
		add_match(buf, &between, "image", subject->image);
	} else {
		add_match(buf, &between, "id",
			  subject->id ? subject->id : LEARN_RULE_ID);
	}
}

static void add_actions(struct buf *buf, const struct learn_rule *rule)
{
	if (rule->ambient) {
		buf_add_str(buf, ",\n      \"ambient\": [");
		add_list(buf, rule->ambient);
		buf_add_str(buf, "],\n      \"require\": true");
	}
	if (rule->exact)
		buf_add_str(buf, ",\n      \"drop\": \"others\"");
}

int learn_rule_print(const struct learn_rule *rule, char **ret_text,
		     size_t *ret_len, struct err *err)
{
	const struct learn_subject *subject = rule->subject;
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add_str(&buf, "{\n  \"version\": 1,\n");
	if (subject->engine) {
		buf_add_str(&buf, "  \"engine\": ");
		buf_add_json(&buf, subject->engine);
		buf_add_str(&buf, ",\n");
	}
	buf_add_str(&buf, "  \"rules\": [\n"
			  "    {\n"
			  "      \"name\": \"learned\",\n"
			  "      \"comment\": ");
	buf_add_json(&buf, rule->comment);
	buf_add_str(&buf, ",\n      \"match\": { ");
	add_matches(&buf, subject);
	buf_add_str(&buf, " }");
	add_actions(&buf, rule);
	buf_add_str(&buf, "\n    }\n  ]\n}\n");
	return buf_take(&buf, ret_text, ret_len, err);
}
