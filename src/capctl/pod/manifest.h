/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pods of a Kubernetes manifest, and what their containers ask for: of all
 * documents and lists, the objects that make pods. Other objects are left out,
 * but a RuntimeClass. Only keys that decide capabilities and identity are read.
 * Pure.
 *
 * Rests on: the API of Kubernetes, v1 Pod and its PodSpec, apps/v1, batch/v1.
 */
#ifndef CAPRUNTIME_CAPCTL_POD_MANIFEST_H
#define CAPRUNTIME_CAPCTL_POD_MANIFEST_H

#include "capctl/pod/spec.h"

#define MANIFEST_OBJECTS_MAX 10000

/* A RuntimeClass. */
struct pod_class {
	struct pod_class *next;
	const char *name;
	const char *handler;
};

struct manifest {
	struct yaml_tree tree;
	struct pod *pods;
	struct pod *last;
	struct pod_class *classes;
	size_t objects;
	size_t containers;
};

#define CLEANUP_MANIFEST __attribute__((cleanup(manifest_free)))

/*
 * `name` is for messages and must outlive ret_manifest. -1: nothing in it makes
 * a pod, or it is not what Kubernetes expects. The caller frees, also on -1.
 */
int manifest_read(struct manifest *ret_manifest, const char *name,
		  const char *text, size_t len, struct err *err) MUST_CHECK;
void manifest_free(struct manifest *manifest);

/* The handler of a RuntimeClass in the manifest; NULL: it is not there. */
const char *manifest_handler(const struct manifest *manifest, const char *name);

#endif
