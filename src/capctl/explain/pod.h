/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl explain --pod': what the containers of a manifest will hold. The
 * config.json that the engine would write (pod/config.h) takes the same way as
 * that of a bundle. What is asked for is compared with what will be there.
 */
#ifndef CAPRUNTIME_CAPCTL_EXPLAIN_POD_H
#define CAPRUNTIME_CAPCTL_EXPLAIN_POD_H

#include "capctl/explain/explain.h"
#include "capctl/pod/engine.h"
#include "capctl/pod/manifest.h"
#include "capctl/pod/pod_config.h"

/* Shared by all containers of a manifest. */
struct explain_manifest {
	const struct explain_options *options;
	const struct dryrun_host *node;
	struct own_caps own; /* of what would start the containers */
	struct manifest manifest;
	struct pod_engine engine;
	char *image_root; /* absolute; NULL: not known */
	uint32_t user;
};

/* Does the container's create reach capruntime? */
enum explain_pod_reach {
	POD_REACHES, /* as far as it is known here */
	POD_NO_CLASS,
	POD_OTHER_HANDLER,
};

struct explained_pod {
	const struct explain_manifest *all;
	const struct pod *pod;
	const struct pod_container *container;
	enum explain_pod_reach reach;
	bool reach_assumed;
	const char *handler; /* as the policy names it; NULL: none */
	struct pod_config config;
	char *label; /* of its config.json, in messages */
	char *refusal; /* why the cluster does not start it; NULL: it does */
	char *headline; /* NULL: what was decided */
	struct explained explained;
	capmask requested; /* by annotation */
	bool bad_words; /* a word that is asked for is no capability */
	capmask asked;
	bool known; /* `held` is */
	capmask held;
};

#define CLEANUP_EXPLAINED_POD __attribute__((cleanup(explained_pod_free)))

enum verb_status explain_pod(const struct dryrun_host *node,
			     const struct explain_options *options,
			     struct err *err);

/* The caller frees ret_answer, also on -1. */
int explain_pod_container(struct explained_pod *ret_answer,
			  const struct explain_manifest *all,
			  const struct pod *pod,
			  const struct pod_container *container,
			  struct err *err) MUST_CHECK;
void explained_pod_free(struct explained_pod *answer);

/*
 * Sets `refusal` to what Kubernetes or the engine refuses before capruntime is
 * called. `unknown`: the word in capabilities.add that CRI-O does not know.
 */
int explain_pod_refuse(struct explained_pod *answer, const char *unknown,
		       struct err *err) MUST_CHECK;
/* What is asked for and will not be there. */
capmask explain_pod_absent(const struct explained_pod *answer);
/* Why one of them is not. The caller frees; NULL: out of memory. */
char *explain_pod_why(const struct explained_pod *answer, capmask one);
bool explain_pod_is_good(const struct explained_pod *answer);
/* Warns about annotations and words of capabilities that mean nothing. */
void explain_pod_check_words(struct explained_pod *answer);

void explain_pod_print(const struct explained_pod *answer);
struct json_object *explain_pod_object(const struct explained_pod *answer);
/* "the option --engine" …: why this engine. */
const char *explain_pod_engine_source(const struct explain_manifest *all);

#endif
