/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a container is: the names in the annotations of its config.json that
 * policy/identity.h trusts, of the engine that the policy names for the handler.
 * Podman's name is an option of conmon, which a container cannot change; Docker's
 * is in a file of dockerd.
 */
#ifndef CAPRUNTIME_CAPCTL_CONTAINER_WHO_H
#define CAPRUNTIME_CAPCTL_CONTAINER_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"

struct json_object;

#define WHO_TEXTS (MATCH_IMAGE + 1)

struct who {
	char *texts[WHO_TEXTS]; /* by enum match_text; NULL: not trusted */
	char *name; /* "NAMESPACE/POD/CONTAINER", podman's or Docker's */
};

/* Where names come from. */
struct who_source {
	const struct policy *policy; /* NULL: names no engine */
	const char *handler; /* if nothing tells; NULL: "capruntime" */
};

/*
 * `bundle` is absolute. `runtime` is the program that the engine called, `pid`
 * the first process; NULL and 0: nothing tells. Without a config.json that only
 * trusted users can write, all is unknown. The caller frees.
 */
struct who who_read(const struct who_source *source, const char *bundle,
		    const char *runtime, int32_t pid) MUST_CHECK;
void who_free(struct who *who);

/* The digits of an engine's ID that engines print; else the whole ID. */
int who_id_digits(const char *id);
/*
 * "NAME ID", the ID with who_id_digits(); "ID" if `who` is NULL or has no name.
 * The caller frees; NULL: out of memory.
 */
char *who_label(const struct who *who, const char *id);

/* "NAMESPACE/POD". The caller frees; NULL: not known, or out of memory. */
char *who_pod(const struct who *who);

/* namespace, pod, container and image; null if nothing is known. */
struct json_object *who_object(const struct who *who);

#endif
