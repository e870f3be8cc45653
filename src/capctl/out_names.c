/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/out.h"

#define OTHERS_MAX 4 /* "all but" is used up to so many */

char *out_name(unsigned int bit)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct err ignored;
	char number[8], *name;

	capset_add_names(&buf, UINT64_C(1) << bit, "");
	snprintf(number, sizeof(number), "%u", bit);
	if (!buf.len)
		buf_add_str(&buf, number);
	return buf_take(&buf, &name, NULL, &ignored) < 0 ? NULL : name;
}

static void add_short_name(struct buf *buf, unsigned int bit)
{
	static const char prefix[] = "CAP_";
	char *name CLEANUP_FREE = out_name(bit);

	if (!name)
		buf->failed = true;
	else if (strncmp(name, prefix, strlen(prefix)) == 0)
		buf_add_str(buf, name + strlen(prefix));
	else
		buf_add_str(buf, name);
}

static void add_short_names(struct buf *buf, capmask mask)
{
	const char *separator = "";

	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(mask >> bit & 1))
			continue;
		buf_add_str(buf, separator);
		add_short_name(buf, bit);
		separator = ", ";
	}
}

char *out_names(capmask mask)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct err ignored;
	capmask others = capset_known() & ~mask;
	char all[32], *text;

	snprintf(all, sizeof(all), "all of %d", __builtin_popcountll(mask));
	if (!mask) {
		buf_add_str(&buf, "none");
	} else if (mask == capset_known()) {
		buf_add_str(&buf, all);
	} else if (mask < capset_known() &&
		   __builtin_popcountll(others) <= OTHERS_MAX) {
		buf_add_str(&buf, "all but ");
		add_short_names(&buf, others);
	} else {
		add_short_names(&buf, mask);
	}
	return buf_take(&buf, &text, NULL, &ignored) < 0 ? NULL : text;
}
