/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner of a bundle: the container that its record names. It lives while
 * the process that became its runtime runs, or while its state directory exists.
 */
#ifndef CAPRUNTIME_BUNDLE_OWNER_H
#define CAPRUNTIME_BUNDLE_OWNER_H

#include "spec/record.h"

/* Sets the process of `about` to this one. */
void owner_set_process(struct record_about *about);

/* Does its process run? Both: true if that cannot be found out. */
bool owner_runs(const struct record_about *owner);
bool owner_lives(const struct record_about *owner);

/*
 * -1: the owner lives and is not container `id` under `root`. NULL for both: no
 * container is. The message ends with `remedy`.
 */
int owner_check(const struct record_about *owner, const char *root,
		const char *id, const char *remedy, struct err *err) MUST_CHECK;

#endif
