/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/args.h"

#include <string.h>

#include "runtime/reading.h"

/* The result of the readings so far. */
struct search {
	bool any;
	struct reading best; /* the first with the best outcome */
	bool unclear;
	struct reading other; /* unclear: the reading that differs from it */
};

enum runtime_dialect runtime_args_dialect(const char *runtime_path)
{
	const char *name = basename(runtime_path);

	if (strstr(name, "crun") || strcmp(name, "krun") == 0)
		return RUNTIME_CRUN;
	return RUNTIME_RUNC;
}

static bool is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Compares bundles, not ids: an unknown option can make the id ambiguous. */
static bool is_same(const struct runtime_args *a, const struct runtime_args *b)
{
	if (a->verb == RUNTIME_EXEC)
		return a->process == b->process && a->id == b->id;
	return is_same_text(a->bundle, b->bundle) &&
	       is_same_text(a->config, b->config);
}

static void add_reading(struct search *search, const struct reading *reading)
{
	const struct reading *best = &search->best;
	bool contradicts = reading->outcome == READING_TAKEN &&
			   best->outcome == READING_TAKEN &&
			   !is_same(&reading->args, &best->args);

	if (!search->unclear && (contradicts || reading->too_many)) {
		search->unclear = true;
		search->other = *reading;
	}
	/* Of two refused readings, prefer the one that knows the verb. */
	if (!search->any || reading->outcome > best->outcome ||
	    (reading->too_many && best->args.verb == RUNTIME_PASS &&
	     reading->outcome == best->outcome))
		search->best = *reading;
	search->any = true;
}

static void add_guesses(struct search *search, int argc, char *const argv[],
			enum reading_grammar grammar)
{
	unsigned int most = 0;

	for (unsigned int guesses = 0; guesses < 1U << most; guesses++) {
		struct reading reading =
			runtime_reading_make(argc, argv, grammar, guesses);

		add_reading(search, &reading);
		if (reading.guesses > most)
			most = reading.guesses;
	}
}

/* Guesses only when every known version refuses argv. */
static void search_dialect(struct search *search, int argc, char *const argv[],
			   enum runtime_dialect dialect)
{
	bool crun = dialect == RUNTIME_CRUN;
	enum reading_grammar first = crun ? READING_ARGP : READING_CLI_V1;
	enum reading_grammar last = crun ? READING_ARGP : READING_CLI_V3;

	for (enum reading_grammar i = first; i <= last; i++) {
		struct reading reading =
			runtime_reading_make(argc, argv, i, READING_STRICT);

		add_reading(search, &reading);
	}
	if (search->best.outcome != READING_REFUSED)
		return;
	for (enum reading_grammar i = first; i <= last; i++)
		add_guesses(search, argc, argv, i);
}

static const char *or_cwd(const char *path)
{
	return path && *path ? path : ".";
}

static int set_unclear(struct err *err, const struct search *search)
{
	const struct reading *best = &search->best, *other = &search->other;
	const char *unknown = best->unknown ? best->unknown : other->unknown;
	bool bundles = !is_same_text(best->args.bundle, other->args.bundle);
	const char *one = bundles ? best->args.bundle : best->args.config;
	const char *two = bundles ? other->args.bundle : other->args.config;

	if (other->too_many)
		return err_set(err,
			       "more than %d options are unknown to "
			       "capruntime, the first is '%s'; write each "
			       "with its value in the same word",
			       READING_UNKNOWN_MAX, unknown);
	if (unknown)
		return err_set(
			err,
			"ambiguous bundle: option '%s' is unknown to capruntime: write --bundle=DIR before it, and its value in the same word ('%s' or '%s')",
			unknown, or_cwd(one), or_cwd(two));
	return err_set(
		err,
		"ambiguous bundle: write --bundle=DIR before the id ('%s' or '%s')",
		or_cwd(one), or_cwd(two));
}

int runtime_args_parse(struct runtime_args *ret_args, int argc,
		       char *const argv[], enum runtime_dialect dialect,
		       struct err *err)
{
	struct search search = { 0 };
	const struct runtime_args *args = &search.best.args;

	search_dialect(&search, argc, argv, dialect);
	if (search.best.outcome == READING_REFUSED)
		search_dialect(&search, argc, argv,
			       dialect == RUNTIME_CRUN ? RUNTIME_RUNC
						       : RUNTIME_CRUN);

	*ret_args = *args;
	if (search.unclear && args->verb != RUNTIME_EXEC) {
		ret_args->bundle = ret_args->config = NULL;
		return set_unclear(err, &search);
	}
	if (search.unclear || search.best.outcome != READING_TAKEN)
		*ret_args = (struct runtime_args){
			.dialect = args->dialect,
			.root = args->root,
			.log = args->log,
			.log_format = args->log_format,
		};
	return 0;
}
