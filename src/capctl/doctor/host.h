/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this machine ready for capruntime? Each part looks at one thing and
 * tells what it found, with the way out (findings.h); nothing is changed, and
 * nothing is run.
 *
 * All paths are from '/', which may be another tree's after a chroot(2); what
 * such a tree does not have (/proc of an image) is not looked at.
 */
#ifndef CAPRUNTIME_CAPCTL_DOCTOR_HOST_H
#define CAPRUNTIME_CAPCTL_DOCTOR_HOST_H

#include "capctl/finding.h"
#include "policy/policy.h"
#include "runtime/launch.h"

struct node {
	struct policy policy;
	bool has_policy; /* it could be read */
	struct launch launch; /* of the handler "capruntime"; path "": none */
};

#define CLEANUP_NODE __attribute__((cleanup(node_free)))

/*
 * capruntime: where configure puts it or, when it is not there, beside the
 * program that runs. Where that is must be learnt before a chroot(2).
 */
void node_learn_place(void);
const char *node_installed(void);

/* All of what follows. -1: out of memory. */
int node_look(struct findings *findings, struct err *err) MUST_CHECK;

void node_kernel(struct findings *findings);
/* capruntime itself, the real runtime and the links to others. */
void node_program(struct node *node, struct findings *findings);
void node_containers(const struct node *node, struct findings *findings);
void node_policy(struct node *node, struct findings *findings);
int node_engines(const struct node *node, struct findings *findings,
		 struct err *err) MUST_CHECK;

void node_free(struct node *node);

/* Is it the very file node_installed(), by whatever links? */
bool node_is_installed(const char *path);
/*
 * Is it the program that was installed, or called like it? The name of a link
 * to it may be any.
 */
bool node_is_capruntime(const char *path);
/* A program that an engine may call; else a finding under this topic. */
bool node_check_program(const char *path, const char *topic,
			struct findings *findings);

#endif
