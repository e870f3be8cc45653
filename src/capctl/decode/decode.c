/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode/decode.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fileio.h"
#include "capctl/decode/span.h"
#include "capctl/verb.h"
#include "caps/own.h"

#define INPUT_MAX (1 << 20)

/*
 * A terminal, and /dev/null of a service, are not read: without operands that
 * means the list of all capabilities.
 */
static bool has_standard_input(void)
{
	struct stat st;

	return fstat(0, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode) ||
		S_ISSOCK(st.st_mode));
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, SPAN_SEPARATORS "\n")];
}

/* Without any text, `is_required` decides whether that is an error. */
static int decode_standard_input(struct decode_list *list, bool numbers,
				 bool is_required, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (fileio_read(0, "standard input", INPUT_MAX, &text, &len, err) < 0)
		return -1;
	if (strlen(text) != len)
		return err_set(err, "standard input is not text");
	if (!is_blank(text))
		return decode_pasted(list, text, numbers, err);
	return is_required
		       ? verb_misuse(err, "decode", "standard input is empty")
		       : 0;
}

/* Takes the words up to one that has lines of its own: the shell split them. */
static int join_operands(char ***operands, char **ret_text, struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	do {
		buf_add_str(&buf, buf.len ? " " : "");
		buf_add_str(&buf, **operands);
		if (is_blank(**operands))
			return span_refuse(
				(struct span){ **operands, strlen(**operands) },
				err);
		++*operands;
	} while (**operands && !strchr(**operands, '\n') &&
		 !strchr((*operands)[-1], '\n'));
	return buf_take(&buf, ret_text, NULL, err);
}

static int decode_operands(struct decode_list *list, char **operands,
			   bool numbers, struct err *err)
{
	if (!*operands && has_standard_input())
		return decode_standard_input(list, numbers, false, err);
	if (*operands && !operands[1] && strcmp(*operands, "-") == 0)
		return decode_standard_input(list, numbers, true, err);
	while (*operands) {
		char *text CLEANUP_FREE = NULL;

		if (join_operands(&operands, &text, err) < 0 ||
		    decode_pasted(list, text, numbers, err) < 0)
			return -1;
	}
	return 0;
}

static int decode(char **operands, bool numbers, bool json, struct err *err)
{
	struct decode_list list CLEANUP_DECODE_LIST = { 0 };
	struct own_caps own;

	if (decode_operands(&list, operands, numbers, err) < 0 ||
	    decode_finish(&list, err) < 0 || own_caps_read(&own, err) < 0)
		return -1;
	if (list.count)
		(json ? decode_print_json : decode_print)(&list, own.kernel);
	else
		(json ? decode_print_all_json : decode_print_all)(own.kernel);
	return 0;
}

enum verb_status verb_decode(int argc, char **argv, struct err *err)
{
	bool json = false, numbers = false;
	const struct verb_option options[] = { { "number", &numbers, NULL },
					       { "json", &json, NULL } };
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0 || decode(argv + first, numbers, json, err) < 0)
		return VERB_ERROR;
	return VERB_GOOD;
}
