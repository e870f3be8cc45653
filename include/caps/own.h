/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capabilities of this process. A container that it starts cannot get more,
 * except in a new user namespace.
 */
#ifndef CAPRUNTIME_CAPS_OWN_H
#define CAPRUNTIME_CAPS_OWN_H

#include <stdbool.h>

#include "base/err.h"
#include "caps/set.h"

struct own_caps {
	capmask kernel; /* known to the running kernel and to capset_known() */
	capmask permitted;
	capmask bounding; /* use own_caps_bounding() */
	bool asks_for_bounding; /* each capability when it is needed */
	int bounding_error; /* errno of own_caps_bounding(); 0: none */
	bool ambient_forbidden; /* securebit SECBIT_NO_CAP_AMBIENT_RAISE */
};

/* The capabilities that a container of this process can get. */
struct own_limits {
	capmask kernel; /* known to the running kernel */
	capmask held; /* of those asked for, in our permitted and bounding sets */
	bool ambient_forbidden; /* by our securebits */
};

/* prctl(2) PR_CAPBSET_READ, capget(2), PR_GET_SECUREBITS. */
int own_caps_read(struct own_caps *ret_caps, struct err *err) MUST_CHECK;

/*
 * The same, but own_caps_bounding() makes a system call for each capability that
 * it is asked for: the kernel has none for the whole set.
 */
int own_caps_read_on_demand(struct own_caps *ret_caps,
			    struct err *err) MUST_CHECK;

/*
 * The capabilities of `mask` in the bounding set. Those that cannot be read are
 * not in it; own_caps_check() tells.
 */
capmask own_caps_bounding(struct own_caps *own, capmask mask);

/* For capabilities of `mask`. */
struct own_limits own_caps_limits(struct own_caps *own, capmask mask);

/* Was each capability read that was asked for? */
int own_caps_check(const struct own_caps *own, struct err *err) MUST_CHECK;

#endif
