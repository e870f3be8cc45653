/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl verify': read.c reads what a container was granted, what it holds and
 * what the current policy decides, drift.c compares, usage.c watches what is
 * used, print.c prints the results and verify.c selects the containers.
 */
#ifndef CAPRUNTIME_CAPCTL_VERIFY_VERIFY_H
#define CAPRUNTIME_CAPCTL_VERIFY_VERIFY_H

#include "capctl/container/census.h"
#include "capctl/dryrun.h"
#include "capctl/finding.h"
#include "capctl/verify/drift.h"
#include "capctl/verify/usage.h"

/* Who started the container? */
enum verify_origin {
	VERIFY_CAPRUNTIME, /* or the user says so: --handler */
	VERIFY_OTHER, /* the engine called another program */
	VERIFY_UNKNOWN, /* nothing tells */
};

struct verify_result {
	const struct container *container;
	enum verify_origin origin;
	const char *runtime; /* that the engine called; NULL: nothing tells */
	const struct who *who;
	struct drift_facts facts;
	struct drift drift;
	bool stale; /* not running, and its bundle is gone */
	bool refused_today; /* by the current policy */
	bool applies_today; /* a rule that changes something */
	char *rule; /* in the record; NULL: none */
	capmask granted; /* by it, in the ambient set */
	capmask used; /* while watched, of all capabilities */
	struct err error; /* "": none */
};

/* The results as rows for people or, with `list`, as objects of JSON. */
struct verify_output {
	struct findings findings;
	const struct usage_watched *watched; /* NULL: usage was not asked for */
	char **topics; /* of the findings */
	size_t topics_count;
	struct json_object *list;
	size_t containers; /* and of these: */
	size_t clean;
	size_t unknown;
	size_t with_unused; /* grants; the others may be of any kind */
};

/*
 * Reads the facts of result->container. Without result->runtime, a record says
 * that its origin is capruntime. Free the result's rule also on -1.
 */
int verify_read(struct verify_result *result, const struct dryrun_host *host,
		struct err *err) MUST_CHECK;

/* Reads again what the container holds, and whether it runs. */
int verify_read_held(struct verify_result *result, struct err *err) MUST_CHECK;

/* It runs, and a rule gave it something. */
bool verify_has_grants(const struct verify_result *result);

/* The container holds what was granted, and a restart would change nothing. */
bool verify_is_clean(const struct verify_result *result);

/*
 * `wrong_only`: only what is not clean or has unused grants; all are counted.
 * `watched` is lent; NULL: usage was not asked for.
 */
void verify_output_open(struct verify_output *ret_output, bool json,
			bool wrong_only, const struct usage_watched *watched);
void verify_output_add(struct verify_output *output,
		       const struct verify_result *result);
/*
 * Without any result, prints `empty` to people. `left_out`: the containers of
 * other handlers. Closes the output.
 */
void verify_output_print(struct verify_output *output, const char *empty,
			 size_t left_out);

#endif
