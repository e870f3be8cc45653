/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "verb.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define OPTIONS_MAX 16

int verb_misuse(struct err *err, const char *verb, const char *format, ...)
{
	char text[ERR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return err_set(err, "%s: see 'capctl help %s'", text, verb);
}

static void take(const struct verb_option *option)
{
	if (option->flag)
		*option->flag = true;
	else
		*option->value = optarg;
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
					    .val = 1 };
	optind = 0;
	opterr = 0;
	while ((found = getopt_long(argc, argv, ":", known, &index)) == 1)
		take(&options[index]);
	if (found == -1)
		return optind;
	if (found == ':')
		return verb_misuse(err, argv[0], "'%s' wants a value",
				   argv[optind - 1]);
	if (optopt > 1)
		return verb_misuse(err, argv[0], "unknown option '-%c'",
				   optopt);
	return verb_misuse(err, argv[0], "unknown option '%s'",
			   argv[optind - 1]);
}
