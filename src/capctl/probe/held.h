/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process holds, as the line that the program in a probe's container
 * prints, and the comparison with what was predicted. Text in, text out.
 */
#ifndef CAPRUNTIME_CAPCTL_PROBE_HELD_H
#define CAPRUNTIME_CAPCTL_PROBE_HELD_H

#include <stdbool.h>

#include "caps/set.h"

struct held {
	uint32_t uid;
	bool no_new_privs;
	struct capsets sets;
};

/*
 * "uid=1000 no_new_privs=0 effective=0000000000000400 …", without a newline.
 * The caller frees; NULL: out of memory.
 */
char *held_line(const struct held *held);

/* Reads such a line, with or without quotes and a newline. */
bool held_parse(struct held *ret_held, const char *text);

/*
 * "ambient is none, expected CAP_KILL; …"; "": nothing differs. The caller
 * frees; NULL: out of memory.
 */
char *held_difference(const struct held *expected, const struct held *got);

#endif
