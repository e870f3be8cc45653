/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which capabilities do running containers use? One recorder (learn/recorder.h)
 * watches all of them. What is not used meanwhile may still be needed.
 */
#ifndef CAPRUNTIME_CAPCTL_VERIFY_USAGE_H
#define CAPRUNTIME_CAPCTL_VERIFY_USAGE_H

#include "base/cleanup.h"
#include "base/err.h"
#include "caps/set.h"

struct usage_container {
	int32_t pid; /* of its first process */
	capmask used;
	struct err error; /* why it could not be watched; "": it was */
};

/* How they were watched. */
struct usage_watched {
	int64_t seconds;
	const char *source; /* as of recorder_source(); NULL: none was */
	uint64_t lost; /* events; what was used is incomplete */
};

/*
 * Sets `used` or `error` of each. Ends after `seconds`, at a signal, or when all
 * have ended; without any, at once. -1: nothing can be recorded.
 */
int usage_watch(struct usage_container *containers, size_t count,
		uint32_t seconds, struct usage_watched *ret_watched,
		struct err *err) MUST_CHECK;

#endif
