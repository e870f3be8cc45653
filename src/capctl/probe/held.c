/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/held.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#define MASK_DIGITS 16

char *held_line(const struct held *held)
{
	char sets[CAPSET_COUNT * 32];
	int len = 0;

	for (int i = 0; i < CAPSET_COUNT; i++)
		len += snprintf(sets + len, sizeof(sets) - (size_t)len,
				" %s=%016" PRIx64,
				capset_key((enum capset_which)i),
				held->sets.set[i]);
	return alloc_text("uid=%" PRIu32 " no_new_privs=%d%s", held->uid,
			  held->no_new_privs, sets);
}

/* Moves over "NAME=" and the number. */
static bool parse_held_value(const char **at, const char *name, int base,
			     uint64_t *ret_number)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strlen(name), count;

	if (strncmp(*at, name, len) != 0 || (*at)[len] != '=')
		return false;
	*at += len + 1;
	*ret_number = 0;
	for (count = 0; **at && count <= MASK_DIGITS; count++, (*at)++) {
		const char *digit = strchr(digits, **at);

		if (!digit || digit - digits >= base)
			break;
		*ret_number = *ret_number * (uint64_t)base +
			      (uint64_t)(digit - digits);
	}
	return count > 0 && count <= MASK_DIGITS;
}

static bool skip_one_blank(const char **at)
{
	return *(*at)++ == ' ';
}

bool held_parse(struct held *ret_held, const char *text)
{
	uint64_t uid, no_new_privs;
	bool quoted = *text == '"';

	text += quoted;
	if (!parse_held_value(&text, "uid", 10, &uid) || uid > UINT32_MAX ||
	    !skip_one_blank(&text) ||
	    !parse_held_value(&text, "no_new_privs", 10, &no_new_privs) ||
	    no_new_privs > 1)
		return false;
	for (int i = 0; i < CAPSET_COUNT; i++)
		if (!skip_one_blank(&text) ||
		    !parse_held_value(&text, capset_key((enum capset_which)i),
				      16, &ret_held->sets.set[i]))
			return false;
	ret_held->uid = (uint32_t)uid;
	ret_held->no_new_privs = no_new_privs;
	if (quoted && *text++ != '"')
		return false;
	return *text == '\0' || strcmp(text, "\n") == 0;
}

static void describe_mask(struct buf *buf, capmask mask)
{
	char number[MASK_DIGITS + 1];

	if (!mask)
		buf_add_str(buf, "none");
	if (!(mask & ~capset_known())) {
		capset_add_names(buf, mask, ", ");
		return;
	}
	snprintf(number, sizeof(number), "%016" PRIx64, mask);
	buf_add_str(buf, number);
}

static void describe_number(struct buf *buf, uint32_t number)
{
	char digits[sizeof("4294967295")];

	snprintf(digits, sizeof(digits), "%" PRIu32, number);
	buf_add_str(buf, digits);
}

/* Begins the sentence about one of the values. */
static void add_name(struct buf *buf, const char *name)
{
	if (buf->len)
		buf_add_str(buf, "; ");
	buf_add_str(buf, name);
	buf_add_str(buf, " is ");
}

static void compare_values(struct buf *buf, const char *name, uint32_t expected,
			   uint32_t got)
{
	if (expected == got)
		return;
	add_name(buf, name);
	describe_number(buf, got);
	buf_add_str(buf, ", expected ");
	describe_number(buf, expected);
}

static void compare_masks(struct buf *buf, const char *name, capmask expected,
			  capmask got)
{
	if (expected == got)
		return;
	add_name(buf, name);
	describe_mask(buf, got);
	buf_add_str(buf, ", expected ");
	describe_mask(buf, expected);
}

char *held_difference(const struct held *expected, const struct held *got)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct err ignored;
	char *text;

	compare_values(&buf, "uid", expected->uid, got->uid);
	compare_values(&buf, "no_new_privs", expected->no_new_privs,
		       got->no_new_privs);
	for (int i = 0; i < CAPSET_COUNT; i++)
		compare_masks(&buf, capset_key((enum capset_which)i),
			      expected->sets.set[i], got->sets.set[i]);
	buf_add_str(&buf, "");
	return buf_take(&buf, &text, NULL, &ignored) < 0 ? NULL : text;
}
