/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trusted names of a container. Annotations come from both the engine and
 * the pod: only keys of the configured engine that no pod can set are trusted,
 * and only with the engine's mark.
 *
 * Rests on: what CRI-O 1.25 and 1.34 and containerd 1.6 wrote for pods that
 * forged everything they could (tests/data/fixtures).
 */
#ifndef CAPRUNTIME_POLICY_IDENTITY_H
#define CAPRUNTIME_POLICY_IDENTITY_H

#include "policy/match.h"
#include "spec/annotations.h"

/* What calls capruntime. */
enum engine {
	ENGINE_NONE, /* a person, or an engine without trusted names */
	ENGINE_CRIO,
	ENGINE_CONTAINERD,
	/* Have no trusted names: a policy has them as "none". */
	ENGINE_PODMAN,
	ENGINE_DOCKER,
	ENGINE_COUNT
};

/* The policy's name: "none", "cri-o", "containerd"; NULL: it has none. */
const char *engine_policy_name(enum engine engine);

/* The annotation that is trusted for a text; NULL: none. */
const char *subject_text_key(enum engine engine, enum match_text text);

enum subject_kind {
	SUBJECT_CONTAINER,
	SUBJECT_SANDBOX, /* the pause container: never touched */
};

/*
 * Fills in namespace, pod, container and image, which point into
 * `annotations`, and lends those themselves to `subject`. -1: the engine's
 * mark is missing, so this config.json is not from the engine that the policy
 * names.
 */
int subject_identify(struct match_subject *subject, enum subject_kind *ret_kind,
		     enum engine engine, const struct annotations *annotations,
		     struct err *err) MUST_CHECK;

#endif
