/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/match.h"

#include "base/cleanup.h"

static const char *const text_keys[MATCH_TEXT_COUNT] = {
	[MATCH_NAMESPACE] = "namespace",
	[MATCH_POD] = "pod",
	[MATCH_CONTAINER] = "container",
	[MATCH_IMAGE] = "image",
	[MATCH_ID] = "id",
	[MATCH_HANDLER] = "handler",
};

static const char *const number_keys[MATCH_NUMBER_COUNT] = {
	[MATCH_UID] = "uid",
	[MATCH_GID] = "gid",
};

static const char *const flag_keys[MATCH_FLAG_COUNT] = {
	[MATCH_HOST_NETWORK] = "host_network",
	[MATCH_HOST_PID] = "host_pid",
	[MATCH_USERNS] = "userns",
	[MATCH_NO_NEW_PRIVILEGES] = "no_new_privileges",
	[MATCH_PRIVILEGED] = "privileged",
};

const char *match_text_key(enum match_text text)
{
	return text_keys[text];
}

const char *match_number_key(enum match_number number)
{
	return number_keys[number];
}

const char *match_flag_key(enum match_flag flag)
{
	return flag_keys[flag];
}

void match_init(struct match *match)
{
	*match = (struct match){ 0 };
	match->flags[MATCH_PRIVILEGED] = MATCH_NO;
}

static bool ranges_hold(const struct match_ranges *ranges, uint32_t number)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (number >= ranges->list[i].first &&
		    number <= ranges->list[i].last)
			return true;
	return false;
}

static bool annotation_matches(const struct match_annotation *wanted,
			       const struct annotations *annotations)
{
	return annotations &&
	       glob_list_matches(&wanted->globs,
				 annotations_find(annotations, wanted->key));
}

static bool number_matches(const struct match *match, size_t which,
			   uint32_t number)
{
	const struct match_ranges *ranges = &match->numbers[which];

	if (!ranges->count)
		return which != MATCH_UID || number != 0;
	return ranges_hold(ranges, number);
}

static bool flag_matches(enum match_want want,
			 const struct match_subject *subject, size_t which)
{
	if (want == MATCH_EITHER)
		return true;
	return !subject->unknown[which] &&
	       (want == MATCH_YES) == subject->flags[which];
}

static const char *first_mismatch(const struct match *match,
				  const struct match_subject *subject)
{
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
		if (match->texts[i].count &&
		    !glob_list_matches(&match->texts[i], subject->texts[i]))
			return text_keys[i];
	for (size_t i = 0; i < match->annotations_count; i++)
		if (!annotation_matches(&match->annotations[i],
					subject->annotations))
			return "annotations";
	for (size_t i = 0; i < MATCH_NUMBER_COUNT; i++)
		if (!number_matches(match, i, subject->numbers[i]))
			return number_keys[i];
	for (size_t i = 0; i < MATCH_FLAG_COUNT; i++)
		if (!flag_matches(match->flags[i], subject, i))
			return flag_keys[i];
	return NULL;
}

bool match_matches(const struct match *match,
		   const struct match_subject *subject, const char **ret_key)
{
	const char *key = first_mismatch(match, subject);

	if (key && ret_key)
		*ret_key = key;
	return !key;
}

bool match_may_match_other(const struct match *match,
			   const struct match_subject *subject)
{
	struct match bundle;

	if (!match->texts[MATCH_ID].count && !match->texts[MATCH_HANDLER].count)
		return false;
	bundle = *match;
	bundle.texts[MATCH_ID].count = 0;
	bundle.texts[MATCH_HANDLER].count = 0;
	return !first_mismatch(&bundle, subject);
}
