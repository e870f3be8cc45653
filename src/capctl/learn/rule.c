/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/rule.h"

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

/* Which call asked for each. The caller frees. */
static int make_comment(const struct learn_tally *tally, capmask needs,
			char **ret_comment, struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	for (unsigned int bit = 0; bit < LEARN_CAPS_MAX; bit++)
		if (needs >> bit & 1 &&
		    add_reason(&buf, bit, &tally->need[bit]) < 0)
			return err_set_no_memory(err);
	return buf_take(&buf, ret_comment, NULL, err);
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

int learn_rule_make(const struct learn_tally *tally, char **ret_text,
		    size_t *ret_len, struct err *err)
{
	capmask needs = learn_tally_needs(tally);
	struct buf buf CLEANUP_BUF = { 0 };
	char *comment CLEANUP_FREE = NULL;

	if (needs & ~capset_known())
		return err_set(err,
			       "a capability that this program cannot name");
	if (make_comment(tally, needs, &comment, err) < 0)
		return -1;
	buf_add_str(&buf, "{\n"
			  "  \"version\": 1,\n"
			  "  \"rules\": [\n"
			  "    {\n"
			  "      \"name\": \"learned\",\n"
			  "      \"comment\": ");
	buf_add_json(&buf, comment);
	buf_add_str(&buf, ",\n      \"match\": { \"id\": \"" LEARN_RULE_ID
			  "\" },\n      \"ambient\": [");
	add_list(&buf, needs);
	buf_add_str(&buf, "],\n"
			  "      \"require\": true\n"
			  "    }\n"
			  "  ]\n"
			  "}\n");
	return buf_take(&buf, ret_text, ret_len, err);
}
