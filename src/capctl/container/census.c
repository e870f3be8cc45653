/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/census.h"

#include <stdlib.h>
#include <string.h>

#include "capctl/process/starter.h"
#include "policy/files.h"

static struct who_source installed_source(struct census *census)
{
	struct who_source source = { 0 };
	struct err ignored;

	if (policy_files_load(&census->policy, &ignored) == 0)
		source.policy = &census->policy;
	else
		census->nameless = "the policy cannot be read";
	return source;
}

static void count_container(struct census *census,
			    const struct container *container,
			    const struct who_source *source)
{
	const struct container_state *state = &container->state;
	int32_t pid = container->runs ? state->pid : 0;
	struct census_entry *entry = &census->list[census->count++];

	*entry = (struct census_entry){ .container = container };
	if (!state->bundle)
		return;
	entry->runtime = starter_find(state->bundle, pid);
	entry->who = who_read(source, state->bundle, entry->runtime, pid);
}

/* Those without a name are last, as containers_find() has them. */
static int by_name(const void *left, const void *right)
{
	const struct census_entry *one = left, *other = right;
	const char *name = one->who.name, *others = other->who.name;
	int order = name && others ? strverscmp(name, others) : !name - !others;

	if (order)
		return order;
	return (one->container > other->container) -
	       (one->container < other->container);
}

int census_take(struct census *ret_census, const char *root,
		const struct who_source *source, struct err *err)
{
	struct census *census = ret_census;
	struct containers *found = &census->containers;
	struct who_source installed;
	int status;

	*census = (struct census){ .root = root };
	if (!source) {
		installed = installed_source(census);
		source = &installed;
	}
	if (source->policy && !source->policy->any_engine)
		census->nameless = "the policy has no 'engine'";
	status = containers_find(found, root, NULL, err);
	census->list = calloc(found->count + 1, sizeof(*census->list));
	if (!census->list)
		return err_set_no_memory(err);
	for (size_t i = 0; i < found->count; i++)
		count_container(census, &found->list[i], source);
	qsort(census->list, census->count, sizeof(*census->list), by_name);
	return status;
}

void census_free(struct census *census)
{
	for (size_t i = 0; i < census->count; i++) {
		free(census->list[i].runtime);
		who_free(&census->list[i].who);
	}
	free(census->list);
	containers_free(&census->containers);
	policy_free(&census->policy);
}

static bool has_same_name(const struct who *one, const struct who *other)
{
	return one->name && other->name && strcmp(one->name, other->name) == 0;
}

const struct who *census_find(const struct census *census, const char *id)
{
	const struct who *found = NULL;

	for (size_t i = 0; i < census->count; i++) {
		const struct census_entry *entry = &census->list[i];

		if (strcmp(entry->container->id, id) != 0)
			continue;
		if (found && !has_same_name(found, &entry->who))
			return NULL;
		found = &entry->who;
	}
	return found;
}
