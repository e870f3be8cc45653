/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verb.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 16
#define KNOWN 1 /* getopt_long(3) returns this for each known option */

int verb_misuse(struct err *err, const char *verb, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return err_set(err, "%s: see 'capctl help %s'", text, verb);
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

static int report_misuse(const char *verb, const char *word, int found,
			 bool spelled_out, struct err *err)
{
	if (spelled_out && found == ':')
		return verb_misuse(err, verb, "'%s' needs a value", word);
	if (spelled_out && optopt == KNOWN)
		return verb_misuse(err, verb, "'%.*s' takes no value",
				   (int)strcspn(word, "="), word);
	if (found == '?' && optopt > KNOWN)
		return verb_misuse(err, verb, "unknown option '-%c'", optopt);
	return verb_misuse(err, verb, "unknown option '%s'", word);
}

int verb_parse(int argc, char **argv, const struct verb_option *options,
	       size_t count, struct err *err)
{
	struct option known[OPTIONS_MAX + 1] = { 0 };
	int found, index = 0;

	if (count > OPTIONS_MAX)
		return err_set(err, "too many options");
	for (size_t i = 0; i < count; i++)
		known[i] = (struct option){ .name = options[i].name,
					    .has_arg = options[i].value != NULL,
					    .val = KNOWN };
	optind = 0;
	opterr = 0;
	while ((found = getopt_long(argc, argv, ":", known, &index)) != -1) {
		const char *word = last_word(argv, found == KNOWN);
		bool spelled_out = is_spelled_out(word, options, count);

		if (found != KNOWN || !spelled_out)
			return report_misuse(argv[0], word, found, spelled_out,
					     err);
		take_verb_option(&options[index]);
	}
	return optind;
}
