/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to come out of a case of a probe: the prediction of 'capctl explain'
 * for its bundle.
 */
#ifndef CAPRUNTIME_CAPCTL_PROBE_EXPECT_H
#define CAPRUNTIME_CAPCTL_PROBE_EXPECT_H

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/probe/held.h"

struct expected {
	bool refused;
	struct err reason; /* of the refusal */
	struct held held; /* in the container */
	bool session_as_container; /* the rule has "exec" */
};

struct expect_call {
	const char *policy; /* a file */
	const char *handler;
	const char *id;
	const char *bundle;
};

/* -1: there is no prediction, so nothing can be compared. */
int expect_case(struct expected *ret_expected, const struct expect_call *call,
		struct err *err) MUST_CHECK;

#endif
