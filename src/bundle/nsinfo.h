/* SPDX-License-Identifier: Apache-2.0 */
/* Does a container share one of our own namespaces? namespaces(7). */
#ifndef CAPRUNTIME_BUNDLE_NSINFO_H
#define CAPRUNTIME_BUNDLE_NSINFO_H

#include "spec/spec.h"

enum nsinfo_answer { NSINFO_NO, NSINFO_YES, NSINFO_UNKNOWN };

/*
 * `kind` is the file in /proc/self/ns: "net", "pid". Without an entry the
 * container stays in ours; with a path it does when that is ours, told by
 * device and inode. Unknown: one of the two cannot be looked at, or the path is
 * relative, to what is up to each runtime.
 */
enum nsinfo_answer nsinfo_is_own(const struct spec_namespace *entry,
				 const char *kind);

#endif
