/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance in tracefs, its events and, if need be, its probe: made,
 * configured and removed. recorder.h reads what it records.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_INSTANCE_H
#define CAPRUNTIME_CAPCTL_LEARN_INSTANCE_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/learn/events.h"
#include "capctl/learn/leftover.h"

struct tracefs_instance;

struct instance {
	char name[LEFTOVER_NAME_SIZE];
	struct tracefs_instance *tracefs;
	struct tep_handle *tep;
	struct learn_events events;
	bool has_probe;
};

/* Close also on -1. */
int instance_open(struct instance *ret_instance, struct err *err) MUST_CHECK;
void instance_close(struct instance *instance);

#endif
