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

/* The same ID can be in several state directories. */
static bool is_id_of_several(const struct operand *operand)
{
	return operand->count > 1 &&
	       has_id(operand->list[1], operand->list[0]->container->id);
}

/* NULL: out of memory. The caller frees. */
static char *describe_candidate(const struct census_entry *entry, size_t digits,
				bool with_root)
{
	const struct container *container = entry->container;
	const char *name = entry->who.name;
	size_t shown = (size_t)who_id_digits(container->id);

	return alloc_text(
		"%s%s%.*s%s%s%s%s", name ? name : "", name ? " " : "",
		(int)(shown < digits ? digits : shown), container->id,
		with_root ? " in '" : "", with_root ? container->root : "",
		with_root ? "'" : "", container->runs ? "" : " (not running)");
}

static int refuse_ambiguous(const struct operand *operand, const char *word,
			    struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	size_t typed = strlen(word) + DIGITS_MORE;

	for (size_t i = 0; i < operand->count && i < CANDIDATES_MAX; i++) {
		char *one CLEANUP_FREE = describe_candidate(
			operand->list[i], typed, is_id_of_several(operand));

		if (!one)
			return err_set_no_memory(err);
		buf_add_str(&buf, i ? ", " : "");
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

/* In the order in which they are tried. */
static const struct meaning {
	bool (*test)(const struct census_entry *entry, const char *word);
	bool is_single;
} meanings[] = { { has_id, false },
		 { has_name, true },
		 { is_of_pod, false },
		 { has_first_digits, true } };

/* NULL: none has any entry. */
static const struct meaning *select_meaning(struct operand *operand,
					    const struct census *census,
					    const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		select_entries(operand, census, meanings[i].test, word);
		if (operand->count)
			return &meanings[i];
	}
	return NULL;
}

int operand_find(struct operand *ret_operand, const struct census *census,
		 const char *word, struct err *err)
{
	const struct meaning *meaning;

	if (make_room(ret_operand, census, err) < 0)
		return -1;
	meaning = select_meaning(ret_operand, census, word);
	if (meaning && meaning->test == has_name)
		prefer_running(ret_operand);
	if (meaning && meaning->is_single && ret_operand->count > 1)
		return refuse_ambiguous(ret_operand, word, err);
	return 0;
}

/* Whether one runs whose state or process cannot be read is not known. */
static bool may_run(const struct container *container)
{
	return container->runs || container->hidden || *container->error.text;
}

static void leave_out_stopped(struct operand *operand)
{
	size_t count = 0;

	for (size_t i = 0; i < operand->count; i++)
		if (may_run(operand->list[i]->container))
			operand->list[count++] = operand->list[i];
	operand->count = count;
}

static int refuse_stopped(const struct census_entry *first, size_t count,
			  const char *word, struct err *err)
{
	char *label CLEANUP_FREE = who_label(&first->who, first->container->id);

	if (count > 1)
		return err_set(err,
			       "none of the %zu containers '%s' is running",
			       count, word);
	if (!label)
		return err_set_no_memory(err);
	return err_set(err, "container '%s' is not running", label);
}

int operand_find_running(const struct census_entry **ret_entry,
			 const struct census *census, const char *word,
			 struct err *err)
{
	struct operand operand CLEANUP_OPERAND = { 0 };
	const struct census_entry *first;
	size_t count;

	if (make_room(&operand, census, err) < 0)
		return -1;
	if (!select_meaning(&operand, census, word))
		return operand_missing(census, word, err);
	first = operand.list[0];
	count = operand.count;
	leave_out_stopped(&operand);
	if (!operand.count)
		return refuse_stopped(first, count, word, err);
	if (operand.count > 1)
		return refuse_ambiguous(&operand, word, err);
	*ret_entry = operand.list[0];
	return 0;
}

void operand_free(struct operand *operand)
{
	free(operand->list);
	*operand = (struct operand){ 0 };
}

int operand_explain_missing(const struct census *census, const char *word,
			    struct err *err)
{
	struct err missing = *err;

	if (census->nameless && strchr(word, '/'))
		err_set(err, "%s (%s)", missing.text, census->nameless);
	return -1;
}

int operand_missing(const struct census *census, const char *word,
		    struct err *err)
{
	if (census->root)
		err_set(err, "no container '%s' in '%s'", word, census->root);
	else
		err_set(err,
			"no container '%s' in the default state directories: name another with --root",
			word);
	return operand_explain_missing(census, word, err);
}
