/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses the dialect, every further line is a word of argv
 * after argv[0].
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "runtime/args.h"
#include "runtime/options.h"

#define INPUT_MAX 4096
#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int split(char *text, char *argv[WORDS_MAX])
{
	int argc = 1;

	for (char *word = text; word && argc < WORDS_MAX - 1;) {
		char *end = strchr(word, '\n');

		if (end)
			*end++ = '\0';
		argv[argc++] = word;
		word = end;
	}
	argv[argc] = NULL;
	return argc;
}

static bool is_in_argv(int argc, char *const argv[], const char *text)
{
	for (int i = 1; text && i < argc; i++)
		if (text >= argv[i] && text <= strchr(argv[i], '\0'))
			return true;
	return !text;
}

/* Only calls that can start a container are refused. */
static bool has_verb(int argc, char *const argv[])
{
	for (int i = 1; i < argc; i++)
		if (runtime_verb_find(argv[i]) != RUNTIME_PASS)
			return true;
	return false;
}

static bool is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static void check_result(const struct runtime_args *args, int result, int argc,
			 char *const argv[], const struct err *err)
{
	const char *const texts[] = { args->bundle,    args->config,
				      args->process,   args->id,
				      args->root,      args->log,
				      args->log_format };
	bool starts = args->verb == RUNTIME_CREATE ||
		      args->verb == RUNTIME_RUN ||
		      args->verb == RUNTIME_RESTORE;

	must((result == -1) == (err->text[0] != '\0'));
	must(result == 0 ||
	     (has_verb(argc, argv) && !args->bundle && !args->config));
	must(!args->unclear_exec ||
	     (result == 0 && args->verb == RUNTIME_PASS));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		must(is_in_argv(argc, argv, texts[i]));
	must(starts || (!args->bundle && !args->config));
	must(args->verb == RUNTIME_EXEC || !args->process);
	must(args->verb != RUNTIME_PASS || !args->id);
	must(result == -1 || args->verb == RUNTIME_PASS ||
	     (args->id && *args->id));
	if (args->process)
		must(args->process_index > 0 && args->process_index < argc &&
		     strchr(argv[args->process_index], '\0') ==
			     strchr(args->process, '\0'));
	else
		must(args->process_index == 0);
}

static bool is_same(const struct runtime_args *a, const struct runtime_args *b)
{
	return a->verb == b->verb && is_same_text(a->bundle, b->bundle) &&
	       is_same_text(a->config, b->config) &&
	       is_same_text(a->process, b->process) &&
	       is_same_text(a->id, b->id);
}

static int parse(struct runtime_args *ret_args, int argc, char *const argv[],
		 enum runtime_dialect dialect)
{
	struct runtime_args again;
	struct err err = { 0 }, same_err = { 0 };
	int result;

	memset(ret_args, 0xff, sizeof(*ret_args));
	memset(&again, 0, sizeof(again));
	result = runtime_args_parse(ret_args, argc, argv, dialect, &err);
	must(runtime_args_parse(&again, argc, argv, dialect, &same_err) ==
	     result);
	must(is_same(ret_args, &again) && strcmp(err.text, same_err.text) == 0);
	check_result(ret_args, result, argc, argv, &err);
	return result;
}

/* The same words with other words before them. */
static int parse_after(struct runtime_args *ret_args, char *first, char *second,
		       int argc, char *const argv[],
		       enum runtime_dialect dialect)
{
	char *longer[WORDS_MAX + 2] = { argv[0], first };
	int count = second ? 2 : 1;

	longer[count] = second ? second : first;
	memcpy(longer + 1 + count, argv + 1, (size_t)argc * sizeof(*argv));
	return parse(ret_args, argc + count, longer, dialect);
}

/* Blanks, or a second verb. */
static bool can_refuse_exec(int argc, char *const argv[])
{
	for (int i = 1; i < argc; i++)
		for (const char *byte = argv[i]; *byte; byte++)
			if ((signed char)*byte <= ' ') /* and above 0x7f */
				return true;
	return has_verb(argc, argv);
}

static void check_exec(char *first, char *second, int argc, char *const argv[],
		       enum runtime_dialect dialect)
{
	struct runtime_args args;
	int result = parse_after(&args, first, second, argc, argv, dialect);

	must(result == 0 || can_refuse_exec(argc, argv));
	must(args.verb == RUNTIME_EXEC || args.verb == RUNTIME_PASS);
}

static void check_other_verbs(int argc, char *const argv[],
			      enum runtime_dialect dialect)
{
	char exec[] = "exec", kill[] = "kill", root[] = "--root=create";
	struct runtime_args args;

	check_exec(exec, NULL, argc, argv, dialect);
	check_exec(root, exec, argc, argv, dialect);
	must(parse_after(&args, kill, NULL, argc, argv, dialect) == 0);
	must(args.verb == RUNTIME_PASS);
}

static void check_log(const struct runtime_args *args, int result, int argc,
		      char *const argv[], enum runtime_dialect dialect)
{
	char log[] = "--log", value[] = "create";
	struct runtime_args logged;
	int with_log = parse_after(&logged, log, value, argc, argv, dialect);

	/* With too many unknown options any word can be the verb. */
	if (with_log == -1 && (args->unclear_exec || !has_verb(argc, argv)))
		return;
	must(with_log == result);
	must(is_same(args, &logged));
	must(logged.log != NULL);
}

static char *join(const char *name, const char *value)
{
	char *word = malloc(strlen(name) + strlen(value) + 1);

	must(word != NULL);
	memcpy(word, name, strlen(name));
	memcpy(word + strlen(name), value, strlen(value) + 1);
	return word;
}

/* The result, written in the simplest form, parses to the same result. */
static void check_plain_form(const struct runtime_args *args)
{
	bool crun = args->dialect == RUNTIME_CRUN;
	/* An empty one is read as runc's, also if crun would refuse it. */
	bool has_bundle = !is_same_text(args->bundle, NULL);
	char *bundle CLEANUP_FREE =
		join("--bundle=", has_bundle ? args->bundle : ".");
	char *config CLEANUP_FREE = join(
		crun ? "--config=" : "--no-pivot=",
		crun ? (args->config ? args->config : "config.json") : "1");
	char *verb CLEANUP_FREE =
		join(args->verb == RUNTIME_RUN ? "run" : "create", "");
	char *end CLEANUP_FREE = join("--", "");
	char *id CLEANUP_FREE = join(args->id, "");
	char *argv[] = { verb, verb, bundle, config, end, id, NULL };
	struct runtime_args again;

	/* Refused, if it is runc's for sure. */
	if (args->dialect == RUNTIME_RUNC &&
	    (utf8_has_blank_around(args->id) ||
	     (args->bundle && utf8_has_blank_around(args->bundle))))
		return;
	must(parse(&again, 6, argv, args->dialect) == 0);
	if (!has_bundle)
		again.bundle = NULL;
	must(is_same(args, &again) && again.dialect == args->dialect);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum runtime_dialect dialect =
		size && data[0] == 'c' ? RUNTIME_CRUN : RUNTIME_RUNC;
	char *text CLEANUP_FREE = NULL;
	char program[] = "runtime", *argv[WORDS_MAX] = { program };
	struct runtime_args args;
	int argc, result;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	text = malloc(size);
	must(text != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	argc = split(text, argv);

	result = parse(&args, argc, argv, dialect);
	check_other_verbs(argc, argv, dialect);
	check_log(&args, result, argc, argv, dialect);
	if (result == 0 &&
	    (args.verb == RUNTIME_CREATE || args.verb == RUNTIME_RUN))
		check_plain_form(&args);
	return 0;
}
