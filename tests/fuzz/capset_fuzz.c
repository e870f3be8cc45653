/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a capability's name, and then a set. libcap reads the same from
 * both. The specification's spelling is libcap's own in upper case.
 */
#include "config.h"

#include "caps/set.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "libcap_names.h"

/* libcap_names.h reads no longer names. */
#define NAME_MAX_TRIED 100

static bool is_libcaps_in_upper_case(const char *name, capmask mask)
{
	char *own = cap_to_name(__builtin_ctzll(mask));
	bool same;

	MUST(own);
	for (char *at = own; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	same = strcmp(own, name) == 0;
	cap_free(own);
	return same;
}

static void check_name(const char *name)
{
	capmask mask = libcap_from_name(name);

	MUST(capset_from_libcap(name) == mask);
	MUST(capset_from_name(name, strlen(name)) == libcap_from_policy(name));
	if (!mask || !is_libcaps_in_upper_case(name, mask))
		mask = 0;
	MUST(capset_from_exact(name, strlen(name)) == mask);
}

static void check_set(capmask mask)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *names CLEANUP_FREE = NULL;
	struct err err;

	capset_add_names(&buf, mask, ",");
	MUST(buf_take(&buf, &names, NULL, &err) == 0);
	mask &= capset_known();
	for (char *rest = names, *name; mask; mask &= mask - 1) {
		name = strsep(&rest, ",");
		MUST(name && libcap_from_name(name) == (mask & -mask));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[NAME_MAX_TRIED + 1];
	size_t len = strnlen((const char *)data, size);
	capmask mask = 0;

	if (!size || len > NAME_MAX_TRIED)
		return 0;
	memcpy(name, data, len);
	name[len] = '\0';
	check_name(name);
	if (size > len) /* after the NUL */
		memcpy(&mask, data + len + 1,
		       size - len - 1 < sizeof(mask) ? size - len - 1
						     : sizeof(mask));
	check_set(mask);
	return 0;
}
