/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/args.h"

#include <string.h>

#include "base/path.h"
#include "runtime/options.h"
#include "runtime/reading.h"

/* The result of the readings so far. */
struct search {
	bool any;
	struct reading best; /* the first with the best outcome */
	bool unclear;
	bool too_many; /* unknown options in a reading */
	struct reading other; /* unclear: the reading that differs from it */
	const char *blank; /* in a reading that is a call of a container */
	bool guessed;
};

enum runtime_dialect runtime_args_dialect(const char *runtime_path)
{
	const char *name = path_basename(runtime_path);

	if (strstr(name, "crun") || strcmp(name, "krun") == 0)
		return RUNTIME_CRUN;
	return RUNTIME_RUNC;
}

const char *runtime_args_known(const char *runtime_path)
{
	if (runtime_args_dialect(runtime_path) == RUNTIME_CRUN)
		return "crun";
	return strstr(path_basename(runtime_path), "runc") ? "runc" : NULL;
}

static bool is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_same(const struct runtime_args *a, const struct runtime_args *b)
{
	if (a->verb != b->verb || !is_same_text(a->id, b->id))
		return false;
	if (a->verb == RUNTIME_EXEC)
		return a->process == b->process;
	return is_same_text(a->bundle, b->bundle) &&
	       is_same_text(a->config, b->config);
}

static void add_reading(struct search *search, const struct reading *reading)
{
	const struct reading *best = &search->best;
	bool contradicts = reading->outcome == READING_TAKEN &&
			   best->outcome == READING_TAKEN &&
			   !is_same(&reading->args, &best->args);

	if (!search->blank && reading->args.verb != RUNTIME_PASS &&
	    reading->outcome != READING_PASSED)
		search->blank = reading->blank;
	search->too_many |= reading->too_many;
	/* Another verb is worse than another session. */
	if ((!search->unclear && (contradicts || reading->too_many)) ||
	    (contradicts && reading->args.verb != best->args.verb)) {
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
	if (search->best.outcome == READING_TAKEN ||
	    (search->best.outcome == READING_PASSED && !search->guessed))
		return;
	search->guessed = true;
	for (enum reading_grammar i = first; i <= last; i++)
		add_guesses(search, argc, argv, i);
}

static const char *or_cwd(const char *path)
{
	return path && *path ? path : ".";
}

/* What two readings of argv differ in. */
static const char *find_difference(const struct runtime_args *a,
				   const struct runtime_args *b,
				   const char **ret_one, const char **ret_two)
{
	bool bundles = !is_same_text(a->bundle, b->bundle);

	if (a->verb != b->verb) {
		*ret_one = runtime_verb_name(a->verb);
		*ret_two = runtime_verb_name(b->verb);
		return "verb";
	}
	if (bundles || !is_same_text(a->config, b->config)) {
		*ret_one = or_cwd(bundles ? a->bundle : a->config);
		*ret_two = or_cwd(bundles ? b->bundle : b->config);
		return "bundle";
	}
	*ret_one = a->id;
	*ret_two = b->id;
	return "id";
}

static int set_unclear(struct err *err, const struct search *search)
{
	const struct reading *best = &search->best, *other = &search->other;
	const char *unknown = best->unknown ? best->unknown : other->unknown;
	const char *what, *one = "", *two = "";

	if (search->too_many)
		return err_set(err,
			       "more than %d options are unknown to "
			       "capruntime, the first is '%s'; write each "
			       "with its value in the same word",
			       READING_UNKNOWN_MAX, unknown);
	what = find_difference(&best->args, &other->args, &one, &two);
	if (unknown)
		return err_set(err,
			       "cannot tell which %s is meant: option '%s' "
			       "is unknown to capruntime; write %sits value in "
			       "the same word ('%s' or '%s')",
			       what, unknown,
			       strcmp(what, "bundle") == 0
				       ? "--bundle=DIR before it and "
				       : "",
			       one, two);
	return err_set(err,
		       "cannot tell which %s is meant: write --bundle=DIR "
		       "before the id ('%s' or '%s')",
		       what, one, two);
}

/* Can a reading with more guesses be another call than `verb`? */
static bool has_other_verb(int argc, char *const argv[], enum runtime_verb verb)
{
	for (int i = 1; i < argc; i++) {
		enum runtime_verb found = runtime_verb_find(argv[i]);

		if (found != RUNTIME_PASS && found != verb)
			return true;
	}
	return false;
}

/* -1: refuse. An exec goes through as it is if its readings differ. */
static int check_clear(const struct search *search, int argc,
		       char *const argv[], enum runtime_dialect dialect,
		       struct err *err)
{
	const struct reading *best = &search->best;
	enum runtime_verb verb = best->args.verb;
	bool one_verb = search->too_many ? !has_other_verb(argc, argv, verb)
					 : search->other.args.verb == verb;

	if (search->blank && dialect == RUNTIME_RUNC &&
	    best->outcome != READING_PASSED)
		return err_set(
			err,
			"'%s' has a blank at its beginning or end, which "
			"versions of runc read in different ways: "
			"remove the blank",
			search->blank);
	if (!search->unclear ||
	    (one_verb && (verb == RUNTIME_EXEC || verb == RUNTIME_PASS)))
		return 0;
	return set_unclear(err, search);
}

int runtime_args_parse(struct runtime_args *ret_args, int argc,
		       char *const argv[], enum runtime_dialect dialect,
		       struct err *err)
{
	struct search search = { 0 };
	const struct runtime_args *args = &search.best.args;

	search_dialect(&search, argc, argv, dialect);
	if (search.best.outcome == READING_REFUSED ||
	    (search.best.outcome == READING_PASSED && search.guessed))
		search_dialect(&search, argc, argv,
			       dialect == RUNTIME_CRUN ? RUNTIME_RUNC
						       : RUNTIME_CRUN);

	*ret_args = *args;
	if (dialect == RUNTIME_CRUN)
		ret_args->dialect = dialect;
	if (check_clear(&search, argc, argv, dialect, err) < 0) {
		ret_args->bundle = ret_args->config = NULL;
		return -1;
	}
	if (search.unclear || search.best.outcome != READING_TAKEN)
		*ret_args = (struct runtime_args){
			.dialect = ret_args->dialect,
			.unclear_exec =
				search.unclear && args->verb == RUNTIME_EXEC,
			.root = args->root,
			.log = args->log,
			.log_format = args->log_format,
		};
	return 0;
}
