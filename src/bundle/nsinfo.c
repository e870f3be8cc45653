/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/nsinfo.h"

#include <stdio.h>
#include <sys/stat.h>

#define OWN "/proc/self/ns/"

enum nsinfo_answer nsinfo_is_own(const struct spec_namespace *entry,
				 const char *kind)
{
	char own_path[sizeof(OWN) + 16];
	struct stat own, theirs;

	if (!entry->present)
		return NSINFO_YES;
	if (!entry->path)
		return NSINFO_NO;
	snprintf(own_path, sizeof(own_path), "%s%s", OWN, kind);
	if (*entry->path != '/' || stat(own_path, &own) < 0 ||
	    stat(entry->path, &theirs) < 0)
		return NSINFO_UNKNOWN;
	return own.st_dev == theirs.st_dev && own.st_ino == theirs.st_ino
		       ? NSINFO_YES
		       : NSINFO_NO;
}
