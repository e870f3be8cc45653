/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capabilities that a pod requests by annotation. A rule decides which of
 * them it gets. Pure.
 */
#ifndef CAPRUNTIME_POLICY_AMBIENT_REQUEST_H
#define CAPRUNTIME_POLICY_AMBIENT_REQUEST_H

#include "caps/set.h"
#include "spec/annotations.h"

#define AMBIENT_REQUEST_KEY "capruntime.io/ambient"

struct ambient_request {
	capmask asked; /* capabilities, allowed or not */
	char *unknown; /* the other words, separated by blanks; NULL: none */
};

/*
 * Reads the annotation AMBIENT_REQUEST_KEY.CONTAINER if `container` is not NULL
 * and the annotation exists, else AMBIENT_REQUEST_KEY. The value is a list of
 * names separated by commas and blanks. An empty list, "none" and a missing
 * annotation request nothing. The caller frees.
 */
int ambient_request_read(struct ambient_request *ret_request,
			 const struct annotations *annotations,
			 const char *container, struct err *err) MUST_CHECK;
void ambient_request_free(struct ambient_request *request);

#endif
