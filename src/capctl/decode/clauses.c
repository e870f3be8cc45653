/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode/clauses.h"

#include <string.h>
#include <sys/capability.h>

/* The names before the operator; the whole word if there is none. */
static struct span names_of_clause(struct span word)
{
	struct span names = { word.at, 0 };

	while (names.len < word.len &&
	       (span_is_of_a_name((unsigned char)word.at[names.len]) ||
		word.at[names.len] == ','))
		names.len++;
	return names;
}

/* "cap_chown,cap_kill=ep", "=" or "all+i" of cap_from_text(3). */
static bool is_clause(struct span word)
{
	size_t at = names_of_clause(word).len;

	if (at == word.len || !span_has_byte(word.at[at], "=+-"))
		return false;
	for (; at < word.len; at++)
		if (!span_has_byte(word.at[at], "=+-eip"))
			return false;
	return true;
}

struct span clauses_take_before(struct span *line)
{
	struct span before = { line->at, 0 };

	while (line->len) {
		struct span rest = *line;
		struct span word = span_take_word(&rest, SPAN_BLANKS);

		if (is_clause(word))
			break;
		if (word.len)
			before.len = (size_t)(word.at + word.len - before.at);
		*line = rest;
	}
	return before;
}

struct span clauses_take(struct span *line)
{
	struct span rest = *line, clauses = { "", 0 };

	for (struct span word = span_take_word(&rest, SPAN_BLANKS);
	     is_clause(word); word = span_take_word(&rest, SPAN_BLANKS)) {
		if (!clauses.len)
			clauses.at = word.at;
		clauses.len = (size_t)(word.at + word.len - clauses.at);
		*line = rest;
	}
	return clauses;
}

/* The form that libcap reads: all names with CAP_. */
static int add_clause(struct buf *text, struct span word, struct err *err)
{
	struct span names = names_of_clause(word);
	struct span operators = span_rest(word, names.len);
	const char *separator = "";

	for (struct span name = span_take_word(&names, ","); name.len;
	     name = span_take_word(&names, ",")) {
		capmask mask = capset_from_name(name.at, name.len);
		bool is_kept = span_small_number(name) < SPAN_NUMBERS ||
			       (name.len == 3 && span_begins_with(name, "all"));

		if (!mask && !is_kept)
			return span_refuse_name(name, err);
		buf_add_str(text, separator);
		if (mask)
			capset_add_names(text, mask, "");
		else
			buf_add(text, name.at, name.len);
		separator = ",";
	}
	buf_add(text, operators.at, operators.len);
	buf_add_str(text, " ");
	return 0;
}

/* The caller frees with cap_free(3). NULL: `err` is set. */
static cap_t parse_clauses(struct span clauses, struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct span rest = clauses;
	char *text CLEANUP_FREE = NULL;
	cap_t caps;

	for (struct span word = span_take_word(&rest, SPAN_BLANKS); word.len;
	     word = span_take_word(&rest, SPAN_BLANKS))
		if (add_clause(&buf, word, err) < 0)
			return NULL;
	if (buf_take(&buf, &text, NULL, err) < 0)
		return NULL;
	caps = cap_from_text(text);
	if (!caps)
		span_refuse(clauses, err);
	return caps;
}

static capmask set_of_caps(cap_t caps, cap_flag_t flag)
{
	cap_flag_value_t value;
	capmask mask = 0;

	for (int bit = 0; bit < SPAN_NUMBERS; bit++)
		if (cap_get_flag(caps, bit, flag, &value) == 0 &&
		    value == CAP_SET)
			mask |= UINT64_C(1) << bit;
	return mask;
}

int clauses_parse(struct span clauses, struct capsets *ret_sets,
		  struct err *err)
{
	cap_t caps = parse_clauses(clauses, err);
	struct capsets sets = { 0 };

	if (!caps)
		return -1;
	sets.set[CAPSET_EFFECTIVE] = set_of_caps(caps, CAP_EFFECTIVE);
	sets.set[CAPSET_PERMITTED] = set_of_caps(caps, CAP_PERMITTED);
	sets.set[CAPSET_INHERITABLE] = set_of_caps(caps, CAP_INHERITABLE);
	*ret_sets = sets;
	cap_free(caps);
	return 0;
}
