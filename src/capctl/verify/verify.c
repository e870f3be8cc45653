/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verify/verify.h"

#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "capctl/container/operand.h"
#include "capctl/learn/options.h"
#include "capctl/process/starter.h"
#include "capctl/verb.h"
#include "capctl/verify/remains.h"

#define START_PAUSES 20 /* a second */
#define USAGE_SECONDS 30 /* also in main.c and capctl(8) */

/* One run over all selected containers. */
struct verification {
	const char *root; /* --root; NULL: the default ones */
	const struct dryrun_host *host;
	struct census census;
	struct remains remains; /* of containers that have ended */
	bool with_others; /* --all-handlers, or an operand */
	bool wrong_only; /* --findings */
	bool json;
	enum verify_origin without; /* where nothing tells the origin */
	bool usage;
	const char *seconds_text; /* --for */
	uint32_t seconds;
	struct verify_result *results;
	size_t count;
	size_t size;
	size_t left_out;
	struct verify_output output;
	enum verb_status status;
};

bool verify_has_grants(const struct verify_result *result)
{
	return !*result->error.text && result->facts.running && result->granted;
}

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

/*
 * After a start, runc's process holds what runc holds, until it executes the
 * program. One that was restored from a checkpoint does not execute any.
 */
static int compare_again(struct verify_result *result, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 50000000 };

	for (int i = 0; i < START_PAUSES && result->container->forked &&
			result->drift.found[DRIFT_MORE];
	     i++) {
		nanosleep(&pause, NULL);
		if (verify_read_held(result, err) < 0)
			return -1;
		result->drift = drift_make(&result->facts);
	}
	return 0;
}

static int compare_container(struct verify_result *result,
			     struct verification *verification, struct err *err)
{
	if (verify_read(result, verification->host, err) < 0)
		return -1;
	if (!result->facts.running)
		return remains_check(&verification->remains, result->container,
				     err);
	result->drift = drift_make(&result->facts);
	if (compare_again(result, err) < 0)
		return -1;
	return check_origin(result, err);
}

static void verify_container(struct verification *verification,
			     const struct verify_result *begun)
{
	struct verify_result *results =
		alloc_room(verification->results, verification->count,
			   &verification->size, sizeof(*results));
	struct verify_result *result;

	if (!results) {
		out_fail();
		return;
	}
	verification->results = results;
	result = &results[verification->count++];
	*result = *begun;
	if (compare_container(result, verification, &result->error) == 0)
		result->error = (struct err){ 0 };
}

static bool is_verified(const struct verification *verification,
			const struct container *container)
{
	for (size_t i = 0; i < verification->count; i++)
		if (verification->results[i].container == container)
			return true;
	return false;
}

static void verify_or_leave_out(struct verification *verification,
				const struct census_entry *entry)
{
	struct verify_result result = { .container = entry->container,
					.runtime = entry->runtime,
					.who = &entry->who };
	bool ours = !result.runtime || starter_is_capruntime(result.runtime);

	if (is_verified(verification, entry->container))
		return;
	result.origin = verification->without;
	if (result.runtime)
		result.origin = ours ? VERIFY_CAPRUNTIME : VERIFY_OTHER;
	if (ours || verification->with_others)
		verify_container(verification, &result);
	else
		verification->left_out++;
}

static int verify_operand(struct verification *verification, const char *word,
			  struct err *err)
{
	struct operand operand CLEANUP_OPERAND = { 0 };

	if (operand_find(&operand, &verification->census, word, err) < 0)
		return -1;
	for (size_t i = 0; i < operand.count; i++)
		verify_or_leave_out(verification, operand.list[i]);
	return operand.count
		       ? 0
		       : operand_missing(&verification->census, word, err);
}

/* A missing one does not hide the others. */
static void verify_operands(struct verification *verification, char **words,
			    struct err *err)
{
	struct err one;

	for (; *words; words++)
		if (verify_operand(verification, *words, &one) < 0)
			verification->status = verb_add_error(err, &one);
}

static void verify_every(struct verification *verification)
{
	for (size_t i = 0; i < verification->census.count; i++)
		verify_or_leave_out(verification,
				    &verification->census.list[i]);
}

static void verify_all(struct verification *verification, char **words,
		       struct err *err)
{
	struct who_source source = {
		.policy = &verification->host->policy,
		.handler = verification->host->options.handler,
	};

	verification->with_others |= *words != NULL;
	if (census_take(&verification->census, verification->root, &source,
			err) < 0)
		verification->status = VERB_ERROR;
	else
		*err = (struct err){ 0 };
	verify_operands(verification, words, err);
	if (!*words)
		verify_every(verification);
}

static void raise_status(struct verification *verification,
			 enum verb_status status)
{
	if (status > verification->status)
		verification->status = status;
}

static void print_result(struct verification *verification,
			 const struct verify_result *result)
{
	if (*result->error.text)
		raise_status(verification, VERB_ERROR);
	else if (!verify_is_clean(result))
		raise_status(verification, VERB_FINDINGS);
	verify_output_add(&verification->output, result);
}

static void print_verification(struct verification *all,
			       const struct usage_watched *watched)
{
	verify_output_open(&all->output, all->json, all->wrong_only, watched);
	for (size_t i = 0; i < all->count; i++)
		print_result(all, &all->results[i]);
	if (watched && watched->lost)
		raise_status(all, VERB_ERROR);
	verify_output_print(&all->output,
			    all->status == VERB_GOOD ? "no containers" : NULL,
			    all->left_out);
}

static int watch_results(struct verification *all,
			 struct usage_watched *watched, struct err *err)
{
	struct usage_container *list CLEANUP_FREE =
		calloc(all->count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return err_set_no_memory(err);
	for (size_t i = 0; i < all->count; i++)
		if (verify_has_grants(&all->results[i]))
			list[count++].pid =
				all->results[i].container->state.pid;
	if (usage_watch(list, count, all->seconds, watched, err) < 0)
		return -1;
	count = 0;
	for (size_t i = 0; i < all->count; i++) {
		struct verify_result *result = &all->results[i];

		if (!verify_has_grants(result))
			continue;
		result->used = list[count].used;
		result->error = list[count++].error;
	}
	return 0;
}

/* What cannot be watched is not printed as if it had been. */
static void watch_and_print(struct verification *all, struct err *err)
{
	struct usage_watched watched;
	struct err one;

	if (all->usage && watch_results(all, &watched, &one) < 0)
		all->status = verb_add_error(err, &one);
	else
		print_verification(all, all->usage ? &watched : NULL);
}

static void verification_free(struct verification *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->results[i].rule);
	free(all->results);
	remains_free(&all->remains);
	census_free(&all->census);
}

static int read_seconds(struct verification *all, const char *verb,
			struct err *err)
{
	all->seconds = USAGE_SECONDS;
	if (all->seconds_text && !all->usage)
		return verb_misuse(err, verb, "'--for' needs '--usage'");
	if (all->seconds_text &&
	    !learn_seconds_parse(all->seconds_text, &all->seconds))
		return verb_misuse(err, verb, LEARN_NO_TIME, all->seconds_text);
	return 0;
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
		{ "usage", &all->usage, NULL },
		{ "for", NULL, &all->seconds_text },
		{ "json", &all->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first >= 0 && every && first < argc)
		return verb_misuse(err, argv[0], "'--all' takes no operands");
	if (first >= 0 && read_seconds(all, argv[0], err) < 0)
		return -1;
	all->without = dryrun->handler ? VERIFY_CAPRUNTIME : VERIFY_UNKNOWN;
	return first;
}

enum verb_status verb_verify(int argc, char **argv, struct err *err)
{
	struct dryrun_options dryrun = { 0 };
	struct dryrun_host host CLEANUP_DRYRUN_HOST = { 0 };
	struct verification all = { .host = &host };
	int first = parse_verify(argc, argv, &all, &dryrun, err);

	remains_init(&all.remains, &all.census);
	if (first < 0 || dryrun_load(&host, &dryrun, err) < 0)
		return VERB_ERROR;
	verify_all(&all, argv + first, err);
	watch_and_print(&all, err);
	verification_free(&all);
	return all.status;
}
