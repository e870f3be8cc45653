/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/verify.h"

#include <string.h>

#include "capctl/process/cgroup.h"
#include "capctl/process/starter.h"
#include "capctl/verb.h"

/* One run over all selected containers. */
struct verification {
	const char *root; /* --root; NULL: the default ones */
	const struct dryrun_host *host;
	bool with_others; /* --all-handlers, or an id */
	bool wrong_only; /* --findings */
	bool json;
	enum verify_origin without; /* where nothing tells the origin */
	size_t left_out;
	struct verify_output output;
	enum verb_status status;
};

bool verify_is_clean(const struct verify_result *result)
{
	for (int i = 0; i < DRIFT_COUNT; i++)
		if (result->drift.found[i])
			return false;
	return !result->refused_today;
}

/* The current policy concerns only what capruntime started. */
static int check_origin(struct verify_result *result, struct err *err)
{
	bool differs =
		drift_is_of_today(&result->drift) || result->refused_today;

	if (result->origin != VERIFY_UNKNOWN || !differs)
		return 0;
	drift_forget_today(&result->drift);
	result->refused_today = false;
	return err_set(
		err,
		"the current policy decides differently, but nothing tells which program started it: if it was capruntime, use --handler");
}

static int compare_container(struct verify_result *result,
			     const struct verification *verification,
			     struct err *err)
{
	if (verify_read(result, verification->host, verification->without,
			err) < 0)
		return -1;
	if (!result->stale)
		result->drift = drift_make(&result->facts);
	return check_origin(result, err);
}

static enum verb_status verify_container(struct verification *verification,
					 struct verify_result *result)
{
	enum verb_status status = VERB_ERROR;

	if (compare_container(result, verification, &result->error) == 0) {
		result->error = (struct err){ 0 };
		status = verify_is_clean(result) ? VERB_GOOD : VERB_FINDINGS;
	}
	verify_output_add(&verification->output, result);
	free(result->rule);
	return status;
}

static void verify_or_leave_out(struct verification *verification,
				const struct container *container)
{
	const struct container_state *state = &container->state;
	struct verify_result result = { .container = container };
	enum verb_status status = VERB_GOOD;
	bool ours;

	if (state->bundle)
		result.runtime = starter_find(state->bundle, state->pid);
	ours = !result.runtime || starter_is_capruntime(result.runtime);
	result.origin = ours ? VERIFY_CAPRUNTIME : VERIFY_OTHER;
	if (ours || verification->with_others)
		status = verify_container(verification, &result);
	else
		verification->left_out++;
	if (status > verification->status)
		verification->status = status;
	free(result.runtime);
}

/* Without `whole`, `id` is a prefix of an engine's id, as engines print it. */
static bool is_selected(const struct container *container, const char *id,
			bool whole)
{
	if (whole)
		return !id || strcmp(container->id, id) == 0;
	return *id &&
	       cgroup_is_engine_id(container->id, strlen(container->id)) &&
	       strncmp(container->id, id, strlen(id)) == 0;
}

static size_t verify_selected(struct verification *verification,
			      const struct containers *found, const char *id,
			      bool whole)
{
	size_t count = 0;

	for (size_t i = 0; i < found->count; i++) {
		if (!is_selected(&found->list[i], id, whole))
			continue;
		verify_or_leave_out(verification, &found->list[i]);
		count++;
	}
	return count;
}

/* `id` NULL: all containers. */
static int verify_id(struct verification *verification, const char *id,
		     struct err *err)
{
	const char *root = verification->root;
	struct containers found CLEANUP_CONTAINERS = { 0 };
	int status = containers_find(&found, root, NULL, err);

	if (verify_selected(verification, &found, id, true) || !id ||
	    verify_selected(verification, &found, id, false) || status < 0)
		return status;
	if (root)
		return err_set(err, "no container '%s' in '%s'", id, root);
	return err_set(
		err,
		"no container '%s' in the default state directories: name another with --root",
		id);
}

/* A missing one does not hide the others. */
static void verify_ids(struct verification *verification, char **ids,
		       struct err *err)
{
	struct err one;

	verification->with_others |= *ids != NULL;
	do {
		if (verify_id(verification, *ids, &one) < 0)
			verification->status = verb_add_error(err, &one);
	} while (*ids && *++ids);
}

static int parse_verify(int argc, char **argv, struct verification *all,
			struct dryrun_options *dryrun, struct err *err)
{
	bool every = false;
	const struct verb_option options[] = {
		{ "policy", NULL, &dryrun->policy },
		{ "handler", NULL, &dryrun->handler },
		{ "root", NULL, &all->root },
		{ "all", &every, NULL },
		{ "all-handlers", &all->with_others, NULL },
		{ "findings", &all->wrong_only, NULL },
		{ "json", &all->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first >= 0 && every && first < argc)
		return verb_misuse(err, argv[0], "'--all' takes no ids");
	all->without = dryrun->handler ? VERIFY_CAPRUNTIME : VERIFY_UNKNOWN;
	return first;
}

enum verb_status verb_verify(int argc, char **argv, struct err *err)
{
	struct dryrun_options dryrun = { 0 };
	struct dryrun_host host CLEANUP_DRYRUN_HOST = { 0 };
	struct verification all = { .host = &host };
	int first = parse_verify(argc, argv, &all, &dryrun, err);

	if (first < 0 || dryrun_load(&host, &dryrun, err) < 0)
		return VERB_ERROR;
	verify_output_open(&all.output, all.json, all.wrong_only);
	verify_ids(&all, argv + first, err);
	verify_output_print(&all.output,
			    all.status == VERB_GOOD ? "no containers" : NULL,
			    all.left_out);
	return all.status;
}
