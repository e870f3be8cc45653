/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/operand.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "capctl/process/cgroup.h"

#define CANDIDATES_MAX 5 /* in a message */
#define DIGITS_MORE 4 /* than were typed */

static bool has_id(const struct census_entry *entry, const char *word)
{
	return strcmp(entry->container->id, word) == 0;
}

static bool has_name(const struct census_entry *entry, const char *word)
{
	return entry->who.name && strcmp(entry->who.name, word) == 0;
}

static bool is_of_pod(const struct census_entry *entry, const char *word)
{
	const char *namespace = entry->who.texts[MATCH_NAMESPACE];
	const char *pod = entry->who.texts[MATCH_POD];
	size_t len = namespace ? strlen(namespace) : 0;

	return namespace && pod && strncmp(word, namespace, len) == 0 &&
	       word[len] == '/' && strcmp(word + len + 1, pod) == 0;
}

/* Other IDs are names that a person chose: they are typed in full. */
static bool has_first_digits(const struct census_entry *entry, const char *word)
{
	return cgroup_is_short_id(entry->container->id, word);
}

static void select_entries(struct operand *operand, const struct census *census,
			   bool (*test)(const struct census_entry *entry,
					const char *word),
			   const char *word)
{
	operand->count = 0;
	for (size_t i = 0; i < census->count; i++)
		if (test(&census->list[i], word))
			operand->list[operand->count++] = &census->list[i];
}

/* Engines keep containers that have ended, besides the one that runs now. */
static void prefer_running(struct operand *operand)
{
	const struct census_entry *running = NULL;
	size_t count = 0;

	for (size_t i = 0; i < operand->count; i++) {
		if (!operand->list[i]->container->runs)
			continue;
		running = operand->list[i];
		count++;
	}
	if (count != 1)
		return;
	operand->list[0] = running;
	operand->count = 1;
}

static int refuse_ambiguous(const struct operand *operand, const char *word,
			    struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	size_t typed = strlen(word) + DIGITS_MORE;

	for (size_t i = 0; i < operand->count && i < CANDIDATES_MAX; i++) {
		const struct census_entry *entry = operand->list[i];
		const char *id = entry->container->id;
		size_t digits = (size_t)who_id_digits(id);
		char *one CLEANUP_FREE = NULL;

		if (digits < typed)
			digits = typed;
		one = alloc_text("%s%s%s%.*s%s", i ? ", " : "",
				 entry->who.name ? entry->who.name : "",
				 entry->who.name ? " " : "", (int)digits, id,
				 entry->container->runs ? ""
							: " (not running)");
		if (!one)
			return err_set_no_memory(err);
		buf_add_str(&buf, one);
	}
	if (operand->count > CANDIDATES_MAX)
		buf_add_str(&buf, " and others");
	if (buf_take(&buf, &text, NULL, err) < 0)
		return -1;
	return err_set(err, "'%s' is ambiguous: %s", word, text);
}

static int make_room(struct operand *ret_operand, const struct census *census,
		     struct err *err)
{
	*ret_operand = (struct operand){
		.list = calloc(census->count + 1, sizeof(*ret_operand->list)),
	};
	return ret_operand->list ? 0 : err_set_no_memory(err);
}

int operand_find_id(struct operand *ret_operand, const struct census *census,
		    const char *id, struct err *err)
{
	if (make_room(ret_operand, census, err) < 0)
		return -1;
	select_entries(ret_operand, census, has_id, id);
	return 0;
}

int operand_find(struct operand *ret_operand, const struct census *census,
		 const char *word, struct err *err)
{
	static const struct {
		bool (*test)(const struct census_entry *entry,
			     const char *word);
		bool is_single;
	} meanings[] = { { has_id, false },
			 { has_name, true },
			 { is_of_pod, false },
			 { has_first_digits, true } };
	struct operand *operand = ret_operand;

	if (make_room(operand, census, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(meanings) && !operand->count; i++) {
		select_entries(operand, census, meanings[i].test, word);
		if (meanings[i].test == has_name)
			prefer_running(operand);
		if (meanings[i].is_single && operand->count > 1)
			return refuse_ambiguous(operand, word, err);
	}
	return 0;
}

void operand_free(struct operand *operand)
{
	free(operand->list);
	*operand = (struct operand){ 0 };
}

int operand_missing(const struct census *census, const char *word,
		    struct err *err)
{
	const char *why = strchr(word, '/') ? census->nameless : NULL;
	const char *open = why ? " (" : "", *close = why ? ")" : "";

	if (!why)
		why = "";
	if (census->root)
		return err_set(err, "no container '%s' in '%s'%s%s%s", word,
			       census->root, open, why, close);
	return err_set(
		err,
		"no container '%s' in the default state directories: name another with --root%s%s%s",
		word, open, why, close);
}
