/* SPDX-License-Identifier: Apache-2.0 */
/* The capabilities of names as libcap reads them, to compare caps/set.h with. */
#ifndef CAPRUNTIME_LIBCAP_NAMES_H
#define CAPRUNTIME_LIBCAP_NAMES_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#include "caps/set.h"

/* cap_from_name(3); without the capabilities that only libcap knows. */
static inline capmask libcap_from_name(const char *name)
{
	cap_value_t value;

	if (cap_from_name(name, &value) != 0 || value < 0 || value > 63)
		return 0;
	return UINT64_C(1) << value & capset_known();
}

/* A text of letters, which libcap reads completely. */
static inline bool libcap_reads_all(const char *name)
{
	for (; *name; name++)
		if (!isalpha((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* As capset_from_name(). */
static inline capmask libcap_from_policy(const char *name)
{
	char full[128];

	if (strlen(name) > 4 && strncasecmp(name, "CAP_", 4) == 0)
		name += 4;
	snprintf(full, sizeof(full), "cap_%.120s", name);
	return *name && libcap_reads_all(full) ? libcap_from_name(full) : 0;
}

#endif
