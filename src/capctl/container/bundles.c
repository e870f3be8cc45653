/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/bundles.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

static bool starts_with(const char *word, const char *start)
{
	return strncmp(word, start, strlen(start)) == 0;
}

static bool is_path(const char *word)
{
	struct stat st;

	return lstat(word, &st) == 0 || starts_with(word, "/") ||
	       starts_with(word, "./") || starts_with(word, "../");
}

/* NULL: out of memory. */
static struct bundle_operand *add_operand(struct bundles *bundles,
					  const char *path)
{
	struct bundle_operand *list = alloc_room(bundles->list, bundles->count,
						 &bundles->size, sizeof(*list));

	if (!list)
		return NULL;
	bundles->list = list;
	list[bundles->count] = (struct bundle_operand){ .path = path };
	return &list[bundles->count++];
}

static void take_census_once(struct bundles *bundles,
			     const struct who_source *source)
{
	if (bundles->counted)
		return;
	bundles->counted = true;
	if (census_take(&bundles->census, NULL, source, &bundles->failure) == 0)
		bundles->failure = (struct err){ 0 };
}

static int add_entry(struct bundles *bundles, const char *word,
		     const struct census_entry *entry, struct err *err)
{
	const struct container *container = entry->container;
	const char *bundle = container->state.bundle;
	struct bundle_operand *added =
		add_operand(bundles, bundle ? bundle : word);

	if (!added)
		return err_set_no_memory(err);
	added->entry = entry;
	if (*container->error.text)
		added->problem = container->error;
	else if (!bundle)
		err_set(&added->problem,
			"the state of container '%s' names no bundle",
			container->id);
	return 0;
}

static int add_problem(struct bundles *bundles, const char *word,
		       const struct err *problem, struct err *err)
{
	struct bundle_operand *added = add_operand(bundles, word);

	if (!added)
		return err_set_no_memory(err);
	added->problem = *problem;
	return 0;
}

static int report_missing(const struct bundles *bundles, const char *word,
			  struct err *err)
{
	if (*bundles->failure.text) {
		*err = bundles->failure;
		return -1;
	}
	err_set(err,
		"'%s': no such file or directory, and no container has this ID or name",
		word);
	return operand_explain_missing(&bundles->census, word, err);
}

static int add_word(struct bundles *bundles, const char *word,
		    const struct who_source *source, struct err *err)
{
	struct operand operand CLEANUP_OPERAND = { 0 };
	struct err problem;
	int status;

	if (is_path(word))
		return add_operand(bundles, word) ? 0 : err_set_no_memory(err);
	take_census_once(bundles, source);
	status = operand_find(&operand, &bundles->census, word, &problem);
	if (status == 0 && !operand.count)
		status = report_missing(bundles, word, &problem);
	if (status < 0)
		return add_problem(bundles, word, &problem, err);
	for (size_t i = 0; i < operand.count; i++)
		if (add_entry(bundles, word, operand.list[i], err) < 0)
			return -1;
	return 0;
}

int bundles_find(struct bundles *ret_bundles, char *const *words,
		 const struct who_source *source, struct err *err)
{
	*ret_bundles = (struct bundles){ 0 };
	for (; *words; words++)
		if (add_word(ret_bundles, *words, source, err) < 0)
			return -1;
	return 0;
}

void bundles_free(struct bundles *bundles)
{
	free(bundles->list);
	if (bundles->counted)
		census_free(&bundles->census);
	*bundles = (struct bundles){ 0 };
}
