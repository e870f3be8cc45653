/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pod of a manifest (manifest.h), and what its containers ask for: the part
 * below a pod, or below a pod's template. Pure.
 *
 * Rests on: the API of Kubernetes, v1 PodSpec, Container and SecurityContext.
 */
#ifndef CAPRUNTIME_CAPCTL_POD_SPEC_H
#define CAPRUNTIME_CAPCTL_POD_SPEC_H

#include "capctl/pod/values.h"

#define POD_CONTAINERS_MAX 1000 /* of a manifest */

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
	const char *port_start; /* the value of POD_PORT_SYSCTL; NULL: none */
	bool host_network;
	bool host_pid;
	bool new_users; /* hostUsers: false */
	struct pod_container *containers;
	struct pod_container *last;
};

/* From which port on NET_BIND_SERVICE is not needed. */
#define POD_PORT_SYSCTL "net.ipv4.ip_unprivileged_port_start"

/* Kubernetes and the runtimes accept '/' for each '.'. */
bool pod_is_port_sysctl(const char *name);

/*
 * Fills in `pod`, whose kind and names are there, from metadata.annotations and
 * spec of the template. `containers` counts those of all pods.
 */
int pod_spec_read(struct pod *pod, const struct values *values,
		  const struct yaml_value *template,
		  size_t *containers) MUST_CHECK;

/* "container", "init container", "ephemeral container". */
const char *pod_container_type_name(enum pod_container_type type);

#endif
