/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rests on: cap_from_text(3), getcap(8), getpcaps(8), proc_pid_status(5), and
 * the audit messages of AppArmor and SELinux.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/decode/clauses.h"
#include "capctl/decode/decode.h"
#include "capctl/process/status.h"
#include "capctl/verb.h"

#define DIGITS_MAX 16

struct reading {
	struct decode_list *list;
	bool numbers;
	const char *set; /* of the next mask; NULL: none */
};

/* "CapEff:", at the start of the line. */
static bool is_set_key(struct span line, enum capset_which *ret_set)
{
	const char *colon = memchr(line.at, ':', line.len);

	return colon &&
	       procstatus_is_set(line.at, (size_t)(colon - line.at), ret_set);
}

static int add_entry(struct decode_list *list, const struct decoded *entry,
		     struct err *err)
{
	struct decoded *room = alloc_room(list->entries, list->count,
					  &list->size, sizeof(*room));

	if (!room)
		return err_set_no_memory(err);
	list->entries = room;
	room[list->count++] = *entry;
	return 0;
}

static int add_number(struct reading *reading, struct span word,
		      bool is_ambiguous, struct err *err)
{
	unsigned int number = span_small_number(word);
	struct decoded entry = { .form = DECODE_NUMBER,
				 .is_ambiguous = is_ambiguous };

	if (number == SPAN_NUMBERS)
		return verb_misuse(err, "decode",
				   "'%.*s' is not a capability's number",
				   (int)word.len, word.at);
	entry.mask = UINT64_C(1) << number;
	return add_entry(reading->list, &entry, err);
}

/* `word` consists of hexadecimal digits. */
static int add_mask(struct reading *reading, struct span word,
		    bool is_ambiguous, struct err *err)
{
	struct decoded entry = { .form = DECODE_MASK,
				 .set = reading->set,
				 .is_ambiguous = is_ambiguous };
	char digits[DIGITS_MAX + 1] = "";

	if (word.len > DIGITS_MAX)
		return verb_misuse(err, "decode",
				   "'%.*s' has more than %d digits",
				   (int)word.len, word.at, DIGITS_MAX);
	memcpy(digits, word.at, word.len);
	entry.mask = strtoull(digits, NULL, 16);
	reading->set = NULL;
	return add_entry(reading->list, &entry, err);
}

static int add_name(struct reading *reading, struct span word, struct err *err)
{
	capmask mask = capset_from_name(word.at, word.len);

	if (!mask)
		return span_refuse_name(word, err);
	reading->list->named |= mask;
	return 0;
}

/* A small decimal word can be a mask or the number of a capability. */
static int add_digits(struct reading *reading, struct span word,
		      struct err *err)
{
	if (reading->set || span_small_number(word) == SPAN_NUMBERS)
		return add_mask(reading, word, false, err);
	if (add_mask(reading, word, true, err) < 0)
		return -1;
	return add_number(reading, word, true, err);
}

static int add_word(struct reading *reading, struct span word, struct err *err)
{
	bool marked =
		span_begins_with(word, "0x") || span_begins_with(word, "0X");
	enum capset_which set;

	if (!reading->set && is_set_key(word, &set) &&
	    word.at[word.len - 1] == ':') {
		reading->set = capset_key(set);
		return 0;
	}
	if (marked && span_is_all(span_rest(word, 2), isxdigit))
		return add_mask(reading, span_rest(word, 2), false, err);
	if (reading->numbers && span_is_all(word, isdigit))
		return add_number(reading, word, false, err);
	if (span_is_all(word, isxdigit))
		return add_digits(reading, word, err);
	if (reading->set)
		return verb_misuse(err, "decode", "no mask for the %s set",
				   reading->set);
	if (span_is_all(word, span_is_of_a_name))
		return add_name(reading, word, err);
	return span_refuse(word, err);
}

static int add_words(struct reading *reading, struct span line, struct err *err)
{
	for (struct span word = span_take_word(&line, SPAN_SEPARATORS);
	     word.len; word = span_take_word(&line, SPAN_SEPARATORS))
		if (add_word(reading, word, err) < 0)
			return -1;
	if (reading->set)
		return verb_misuse(err, "decode", "no mask for the %s set",
				   reading->set);
	return 0;
}

/* A path or a process, and what getcap(8) prints last. */
static char *name_of_text(struct span of, struct span suffix)
{
	if (of.len && of.at[of.len - 1] == ':')
		of.len--;
	return alloc_text("%.*s%s%.*s", (int)of.len, of.at,
			  of.len && suffix.len ? " " : "", (int)suffix.len,
			  suffix.at);
}

static struct span take_root_id(struct span *line)
{
	struct span rest = *line, word = span_take_word(&rest, SPAN_BLANKS);

	if (!span_begins_with(word, "[rootid="))
		return (struct span){ "", 0 };
	*line = rest;
	return word;
}

static int add_sets(struct decode_list *list, const struct capsets *sets,
		    const char *of, struct err *err)
{
	static const enum capset_which shown[] = { CAPSET_EFFECTIVE,
						   CAPSET_PERMITTED,
						   CAPSET_INHERITABLE };

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		char *name CLEANUP_FREE = strdup(of);
		struct decoded entry = { .mask = sets->set[shown[i]],
					 .form = DECODE_TEXT,
					 .of = name,
					 .set = capset_key(shown[i]) };

		if (!name)
			return err_set_no_memory(err);
		if (add_entry(list, &entry, err) < 0)
			return -1;
		(void)TAKE_PTR(name);
	}
	return 0;
}

static int add_text(struct decode_list *list, struct span of,
		    struct span clauses, struct span *line, struct err *err)
{
	char *name CLEANUP_FREE = name_of_text(of, take_root_id(line));
	struct capsets sets;

	if (!name)
		return err_set_no_memory(err);
	if (clauses_parse(clauses, &sets, err) < 0)
		return -1;
	return add_sets(list, &sets, name, err);
}

/* "capability=13" in an audit message, without "capability=". */
static struct span find_audit_number(struct span line)
{
	static const char key[] = "capability=";

	for (struct span word = span_take_word(&line, SPAN_BLANKS); word.len;
	     word = span_take_word(&line, SPAN_BLANKS)) {
		struct span number;

		if (!span_begins_with(word, key))
			continue;
		number = span_rest(word, strlen(key));
		if (span_is_all(number, isdigit))
			return number;
	}
	return (struct span){ "", 0 };
}

static int add_line(struct reading *reading, struct span line, struct err *err)
{
	struct span number = find_audit_number(line);

	if (number.len)
		return add_number(reading, number, false, err);
	while (line.len) {
		struct span before = clauses_take_before(&line);
		struct span clauses = clauses_take(&line);

		if (!clauses.len)
			return add_words(reading, before, err);
		if (add_text(reading->list, before, clauses, &line, err) < 0)
			return -1;
	}
	return 0;
}

static struct span take_line(const char **text)
{
	struct span line = { *text, strcspn(*text, "\n") };

	*text += line.len + ((*text)[line.len] == '\n');
	return line;
}

static bool has_set_line(const char *text)
{
	enum capset_which set;

	while (*text)
		if (is_set_key(take_line(&text), &set))
			return true;
	return false;
}

/* In a block of /proc/PID/status the other lines do not count. */
int decode_pasted(struct decode_list *list, const char *text, bool numbers,
		  struct err *err)
{
	struct reading reading = { .list = list, .numbers = numbers };
	bool is_status = has_set_line(text);
	enum capset_which set;

	if (!text[strspn(text, SPAN_SEPARATORS "\n")])
		return span_refuse((struct span){ text, strlen(text) }, err);
	while (*text) {
		struct span line = take_line(&text);

		if (is_status && !is_set_key(line, &set))
			continue;
		if (add_line(&reading, line, err) < 0)
			return -1;
	}
	return 0;
}

int decode_finish(struct decode_list *list, struct err *err)
{
	struct decoded entry = { .mask = list->named, .form = DECODE_NAMES };

	return list->named ? add_entry(list, &entry, err) : 0;
}

void decode_list_free(struct decode_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->entries[i].of);
	free(list->entries);
	*list = (struct decode_list){ 0 };
}
