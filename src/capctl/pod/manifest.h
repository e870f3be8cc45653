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

#include "capctl/pod/values.h"

#define MANIFEST_OBJECTS_MAX 10000
#define MANIFEST_CONTAINERS_MAX 1000

enum pod_container_type { POD_CONTAINER, POD_INIT, POD_EPHEMERAL };

struct pod_container {
	struct pod_container *next;
	const struct yaml_value *at;
	enum pod_container_type type;
	const char *name;
	const char *image; /* NULL: none */
	const char *directory; /* NULL: the image's */
	const char *search; /* $PATH; NULL: the image's */
	const struct yaml_value *command; /* strings; NULL: the image's */
	const struct yaml_value *args;
	int64_t uid; /* -1: the image's */
	int64_t gid; /* -1: the user's */
	bool non_root; /* runAsNonRoot */
	bool privileged;
	bool no_new_privileges; /* allowPrivilegeEscalation: false */
	const struct yaml_value *add; /* strings; NULL: none */
	const struct yaml_value *drop;
};

struct pod {
	struct pod *next;
	const struct yaml_value *at;
	const char *kind; /* "Pod", "Deployment" … */
	const char *object; /* its name */
	const char *name; /* of the pod */
	bool is_example; /* the cluster chooses the end of the name */
	const char *namespace; /* NULL: the manifest has none */
	const char *runtime_class; /* NULL: none */
	const struct yaml_value *annotations; /* strings; NULL: none */
	const struct yaml_value *groups; /* IDs; NULL: none */
	int64_t fs_group; /* -1: none */
	bool host_network;
	bool host_pid;
	bool new_users; /* hostUsers: false */
	struct pod_container *containers;
	struct pod_container *last;
};

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

/* "container", "init container", "ephemeral container". */
const char *pod_container_type_name(enum pod_container_type type);

#endif
