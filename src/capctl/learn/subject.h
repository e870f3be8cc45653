/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bundle says of its container: who it is, by the annotations of the
 * engine that wrote it, its user and its sets before a policy changed them.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_SUBJECT_H
#define CAPRUNTIME_CAPCTL_LEARN_SUBJECT_H

#include "base/cleanup.h"
#include "base/err.h"
#include "spec/spec.h"

struct learn_subject {
	/* All NULL: nobody vouches for who it is. The texts may be NULL, too. */
	const char *engine; /* as a policy names it */
	char *namespace;
	char *container;
	char *image;
	char *id; /* if it is known and the names are not */
	uint32_t uid;
	uint32_t gid;
	bool no_new_privileges;
	bool has_capabilities;
	struct capsets sets;
};

#define CLEANUP_LEARN_SUBJECT __attribute__((cleanup(learn_subject_free)))

/*
 * The engine is the one whose mark the annotations have; where they have those
 * of two, one is forged, and no name is believed. Free also on -1.
 */
int learn_subject_read(struct learn_subject *ret_subject, const char *bundle,
		       struct err *err) MUST_CHECK;
void learn_subject_free(struct learn_subject *subject);

/* The sets that config.json has now. */
int learn_subject_read_sets(struct capsets *ret_sets, const char *bundle,
			    struct err *err) MUST_CHECK;

#endif
