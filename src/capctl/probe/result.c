/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/result.h"

#include <string.h>

#include "base/alloc.h"
#include "capctl/probe/held.h"

/* NULL: out of memory. */
static char *describe_difference(const struct probe_result *result,
				 bool names_expected)
{
	struct held expected, got;

	if (held_parse(&expected, result->expected) &&
	    held_parse(&got, result->got))
		return held_difference(&expected, &got);
	return alloc_text("%s%s%s", result->got,
			  names_expected ? ", expected: " : "",
			  names_expected ? result->expected : "");
}

int results_add(struct probe_results *results,
		const struct probe_comparison *comparison, struct err *err)
{
	struct probe_result *list =
		alloc_room(results->list, results->count, &results->size,
			   sizeof(*results->list));
	struct probe_result *result;

	if (!list)
		return err_set_no_memory(err);
	results->list = list;
	result = &list[results->count++];
	*result = (struct probe_result){
		.test = comparison->test,
		.check = comparison->check,
		.expected = strdup(comparison->expected),
		.got = strdup(comparison->got ? comparison->got : "not tried"),
	};
	if (!result->expected || !result->got)
		return err_set_no_memory(err);
	if (strcmp(result->expected, result->got) == 0)
		return 0;
	result->difference =
		describe_difference(result, comparison->names_expected);
	return result->difference ? 0 : err_set_no_memory(err);
}

size_t results_differences(const struct probe_results *results)
{
	size_t count = 0;

	for (size_t i = 0; i < results->count; i++)
		count += results->list[i].difference != NULL;
	return count;
}

void results_free(struct probe_results *results)
{
	for (size_t i = 0; i < results->count; i++) {
		free(results->list[i].expected);
		free(results->list[i].got);
		free(results->list[i].difference);
	}
	free(results->list);
}
