/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random config.json texts as an engine could write them, for
 * undo_history_test.c: all spellings of the members that the test changes, and a
 * name in each bounding set that no other text has.
 */
#ifndef CAPRUNTIME_ENGINE_CONFIGS_H
#define CAPRUNTIME_ENGINE_CONFIGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "prng.h"

#define SEED UINT64_C(0x9e3779b97f4a7c15)

static struct prng prng = { SEED };

static inline unsigned int pick(unsigned int limit)
{
	return (unsigned int)prng_below(&prng, limit);
}

static const char *const names[] = { "CAP_KILL", "CAP_NET_RAW", "CAP_CHOWN",
				     "CAP_\\u0053YS_TIME" };
#define NAMES_ALL 0xfu

static inline void add_list(struct buf *buf, const char *key,
			    unsigned int members, const char *mark)
{
	const char *blank = pick(2) ? " " : "\n\t";
	bool first = true;

	buf_add_str(buf, "\"");
	buf_add_str(buf, key);
	buf_add_str(buf, "\":[");
	for (unsigned int i = 0; i < ARRAY_LEN(names); i++) {
		if (!(members >> i & 1))
			continue;
		buf_add_str(buf, first ? "\"" : ",\"");
		buf_add_str(buf, names[i]);
		buf_add_str(buf, "\"");
		first = false;
	}
	if (mark) {
		buf_add_str(buf, first ? blank : ",");
		buf_add_str(buf, mark);
	}
	buf_add_str(buf, blank);
	buf_add_str(buf, "]");
}

/* Sets that a runtime accepts, except for one in sixteen. */
static inline void add_sets(struct buf *buf)
{
	static unsigned int writes;
	unsigned int bounding = pick(NAMES_ALL + 1);
	unsigned int permitted = bounding & pick(NAMES_ALL + 1);
	unsigned int limit = pick(16) ? permitted : NAMES_ALL;
	char mark[32];

	snprintf(mark, sizeof(mark), "\"CAP_ENGINE_%u\"", writes++);
	buf_add_str(buf, pick(2) ? "{" : "{ ");
	if (pick(2)) {
		add_list(buf, "inheritable", bounding & pick(NAMES_ALL + 1),
			 NULL);
		buf_add_str(buf, ",");
	}
	add_list(buf, "bounding", bounding, mark);
	buf_add_str(buf, ",");
	add_list(buf, "permitted", permitted, NULL);
	if (pick(2)) {
		buf_add_str(buf, ",");
		add_list(buf, "effective", limit & pick(NAMES_ALL + 1), NULL);
	}
	if (pick(2)) {
		buf_add_str(buf, " ,");
		add_list(buf, "ambient", pick(NAMES_ALL + 1), NULL);
	}
	buf_add_str(buf, pick(2) ? "}" : "\n}");
}

static inline void add_capabilities(struct buf *buf)
{
	unsigned int kind = pick(16);

	if (kind == 0)
		return;
	buf_add_str(buf, pick(2) ? ",\"capabilities\":"
				 : ", \"c\\u0061pabilities\" : ");
	if (kind == 1)
		buf_add_str(buf, "null");
	else if (kind == 2)
		buf_add_str(buf, "{}");
	else
		add_sets(buf);
}

static inline void add_no_new_privileges(struct buf *buf, bool may_be_true)
{
	static const char *const values[] = { "false", "null", "true" };
	unsigned int kind = pick(may_be_true ? 4 : 3);

	if (!kind)
		return;
	buf_add_str(buf, ",\n\"noNewPrivileges\" : ");
	buf_add_str(buf, values[kind - 1]);
}

static inline void add_process(struct buf *buf, bool may_be_true)
{
	bool capabilities_first = pick(2);

	buf_add_str(buf, ", \"process\":{\"args\":[\"ambient\"]");
	if (capabilities_first)
		add_capabilities(buf);
	add_no_new_privileges(buf, may_be_true);
	if (!capabilities_first)
		add_capabilities(buf);
	buf_add_str(buf, pick(2) ? " }" : ",\"user\":{\"uid\":7}}");
}

/* The caller frees. */
static inline char *engine_config(bool may_be_true)
{
	struct buf buf CLEANUP_BUF = { 0 };
	unsigned int kind = pick(32);
	char *text = NULL;
	struct err err;

	buf_add_str(&buf, "{\"ociVersion\":\"1.0\"");
	if (kind == 0)
		buf_add_str(&buf, ",\"process\":{ }");
	else if (kind > 1)
		add_process(&buf, may_be_true);
	buf_add_str(&buf, pick(2) ? "}" : ",\"linux\":{} }\n");
	if (buf_take(&buf, &text, NULL, &err) < 0)
		abort();
	return text;
}

#endif
