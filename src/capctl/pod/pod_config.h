/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config.json of a container of a pod, as CRI-O or containerd would write
 * it: all that capruntime and capctl read in it. Namespaces that the real one
 * joins by a path are new ones here: no process has them yet. Pure.
 *
 * Rests on: what both engines wrote (tests/data/fixtures).
 */
#ifndef CAPRUNTIME_CAPCTL_POD_CONFIG_H
#define CAPRUNTIME_CAPCTL_POD_CONFIG_H

#include "capctl/pod/sets.h"

struct pod_config {
	const struct pod *pod;
	const struct pod_container *container;
	enum engine engine;
	struct capsets sets;
	const char *namespace; /* of the pod */
	uint32_t uid;
	const char *image_root; /* an absolute path; NULL: not known */
	bool passes_requests; /* containerd's pod_annotations */
};

/* Kubernetes stores no larger object. */
#define POD_CONFIG_MAX ((size_t)1536 * 1024)

/* The caller frees. -1: larger than that, or out of memory. */
int pod_config_make(const struct pod_config *config, char **ret_text,
		    struct err *err) MUST_CHECK;

/* Does the pod's annotation reach the container's config.json? */
bool pod_config_passes(const struct pod_config *config, const char *key);

#endif
