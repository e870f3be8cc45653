/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pod asks for by annotation: a wish within what a rule allows, never
 * a right. Pure.
 */
#ifndef CAPRUNTIME_POLICY_AMBIENT_REQUEST_H
#define CAPRUNTIME_POLICY_AMBIENT_REQUEST_H

#include "caps/set.h"
#include "spec/annotations.h"

#define AMBIENT_REQUEST_KEY "capruntime.io/ambient"

struct ambient_request {
	capmask asked; /* capabilities, allowed or not */
	char *unknown; /* the other words, with blanks between; NULL: none */
};

/*
 * Reads AMBIENT_REQUEST_KEY.CONTAINER where `container` is not NULL and there is one,
 * else AMBIENT_REQUEST_KEY: names separated by commas and blanks; none of them, "none"
 * and no annotation ask for nothing. The caller frees.
 */
int ambient_request_read(struct ambient_request *ret_request,
			 const struct annotations *annotations,
			 const char *container, struct err *err) MUST_CHECK;
void ambient_request_free(struct ambient_request *request);

#endif
