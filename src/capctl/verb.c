/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verb.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "capctl/out.h"
#include "capctl/similar.h"

#define OPTIONS_MAX 16
#define COLOUR "color" /* an option of all verbs */
/* What getopt_long(3) returns. */
#define KNOWN 1
#define KNOWN_COLOUR 2
#define FORMAT 'o'

int verb_misuse(struct err *err, const char *verb, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return err_set(err, "%s: see 'capctl help %s'", text, verb);
}

enum verb_status verb_add_error(struct err *all, const struct err *one)
{
	struct err before = *all;

	if (*before.text)
		err_set(all, "%s; %s", before.text, one->text);
	else
		*all = *one;
	return VERB_ERROR;
}

static const struct verb_option *find_option(const struct verb_option *options,
					     size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

/* "-o json" is "--json". */
static int take_format(const char *verb, const struct verb_option *options,
		       size_t count, struct err *err)
{
	const struct verb_option *json = find_option(options, count, "json");
	bool wants_json = strcmp(optarg, "json") == 0;

	if (!json)
		return verb_misuse(err, verb, "unknown option '-o'");
	if (!wants_json && strcmp(optarg, "text") != 0)
		return verb_misuse(err, verb,
				   "'-o' takes 'json' or 'text', not '%s'",
				   optarg);
	*json->flag = wants_json;
	return 0;
}

static int take_colour(const char *verb, struct err *err)
{
	if (out_use_colour(optarg))
		return 0;
	return verb_misuse(err, verb,
			   "'--" COLOUR
			   "' takes 'auto', 'always' or 'never', not '%s'",
			   optarg);
}

static void take_verb_option(const struct verb_option *option)
{
	if (option->flag)
		*option->flag = true;
	else
		*option->value = optarg;
}

/*
 * getopt_long(3) accepts "--al" for "--all". Scripts that used it would break
 * with the next option that starts so.
 */
static bool is_spelled_out(const char *word, const struct verb_option *options,
			   size_t count)
{
	size_t len = strcspn(word, "=");

	if (len == strlen("--" COLOUR) && strncmp(word, "--" COLOUR, len) == 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) + 2 == len &&
		    strncmp(options[i].name, word + 2, len - 2) == 0)
			return true;
	return false;
}

/* The word of argv that getopt_long(3) has just parsed. */
static const char *last_word(char **argv, bool found)
{
	bool has_own_word = found && optarg && optarg == argv[optind - 1];

	return argv[optind - 1 - has_own_word];
}

static int report_unknown_option(const char *verb, const char *word,
				 const struct verb_option *options,
				 size_t count, struct err *err)
{
	bool is_long = strncmp(word, "--", 2) == 0;
	struct similar similar =
		similar_to(word + 2, is_long ? strcspn(word + 2, "=") : 0);
	char guess[SIMILAR_TEXT_MAX];

	similar_offer(&similar, COLOUR, strlen(COLOUR));
	for (size_t i = 0; i < count; i++)
		similar_offer(&similar, options[i].name,
			      strlen(options[i].name));
	similar_text(&similar, "--", guess);
	return verb_misuse(err, verb, "unknown option '%s'%s", word, guess);
}

static int report_misuse(const char *verb, const char *word, int found,
			 bool spelled_out, struct err *err)
{
	if (found == ':')
		return verb_misuse(err, verb, "'%s' needs a value", word);
	if (spelled_out)
		return verb_misuse(err, verb, "'%.*s' takes no value",
				   (int)strcspn(word, "="), word);
	return verb_misuse(err, verb, "unknown option '-%c'", optopt);
}

/* One that getopt_long(3) returned. */
static int take_option(char **argv, int found, int index,
		       const struct verb_option *options, size_t count,
		       struct err *err)
{
	const char *word =
		last_word(argv, found == KNOWN || found == KNOWN_COLOUR);
	bool spelled_out = is_spelled_out(word, options, count);
	bool is_short = found == FORMAT || optopt > KNOWN_COLOUR;

	if (found == FORMAT)
		return take_format(argv[0], options, count, err);
	if (!spelled_out && !is_short)
		return report_unknown_option(argv[0], word, options, count,
					     err);
	if (found == KNOWN_COLOUR)
		return take_colour(argv[0], err);
	if (found != KNOWN)
		return report_misuse(argv[0], word, found, spelled_out, err);
	take_verb_option(&options[index]);
	return 0;
}

int verb_parse(int argc, char **argv, const struct verb_option *options,
	       size_t count, struct err *err)
{
	struct option known[OPTIONS_MAX + 2] = { 0 };
	int found, index = 0;

	if (count > OPTIONS_MAX)
		return err_set(err, "too many options");
	for (size_t i = 0; i < count; i++)
		known[i] = (struct option){ .name = options[i].name,
					    .has_arg = options[i].value != NULL,
					    .val = KNOWN };
	known[count] = (struct option){ .name = COLOUR,
					.has_arg = true,
					.val = KNOWN_COLOUR };
	optind = 0;
	opterr = 0;
	while ((found = getopt_long(argc, argv, ":o:", known, &index)) != -1)
		if (take_option(argv, found, index, options, count, err) < 0)
			return -1;
	return optind;
}
