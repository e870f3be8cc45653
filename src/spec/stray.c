/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/stray.h"

#include <stdio.h>

#include "json/read.h"

static capmask stray_meaning(const struct json_doc *doc,
			     struct json_value value,
			     char word[STRAY_WORD_MAX + 1])
{
	/* Between the quotes. */
	if (value.kind != JSON_STRING ||
	    value.end - value.start > STRAY_WORD_MAX + 2 ||
	    spec_capability(doc, value) || !json_decode_text(doc, value, word))
		return 0;
	return capset_from_misspelt(word);
}

struct stray stray_find(const struct json_doc *doc, const struct spec *spec,
			capmask mask)
{
	struct json_value bounding, element;
	struct stray stray = { 0 };
	struct json_iter iter;

	if (!spec->has_capabilities ||
	    !json_find(doc, spec->capabilities, capset_key(CAPSET_BOUNDING),
		       &bounding))
		return stray;
	iter = json_iterate(doc, bounding);
	while (json_next_element(&iter, &element)) {
		stray.meant = stray_meaning(doc, element, stray.word) & mask;
		if (stray.meant)
			break;
	}
	return stray;
}

void stray_text(const struct stray *stray, char ret_text[STRAY_TEXT_MAX])
{
	snprintf(
		ret_text, STRAY_TEXT_MAX,
		"the bounding set has '%s' instead, which is no capability: write %s in capabilities.add",
		stray->word, capset_bare_name(stray->meant));
}
