/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "capctl/run/run.h"
#include "capctl/similar.h"
#include "capctl/verb.h"

static int refuse_word(const char *option, const char *word, size_t len,
		       struct err *err)
{
	struct similar similar = similar_to(word, len);
	char guess[SIMILAR_TEXT_MAX];

	similar_offer_capabilities(&similar);
	similar_text(&similar, "", guess);
	return verb_misuse(err, "run", "'--%s': unknown capability '%.*s'%s",
			   option, (int)len, word, guess);
}

static int check_kernel(const char *option, capmask mask, capmask kernel,
			struct err *err)
{
	capmask unknown = mask & ~kernel;

	if (!unknown)
		return 0;
	return err_set(err, "'--%s': this kernel has no capability %s", option,
		       capset_bare_name(unknown & -unknown));
}

int run_list_parse(const char *option, const char *text, capmask kernel,
		   capmask *ret_mask, struct err *err)
{
	*ret_mask = strcmp(text, "all") == 0 ? kernel : 0;
	if (*ret_mask || strcmp(text, "none") == 0)
		return 0;
	for (const char *word = text;; word++) {
		size_t len = strcspn(word, ",");
		capmask one = capset_from_name(word, len);

		if (!one)
			return refuse_word(option, word, len, err);
		*ret_mask |= one;
		word += len;
		if (!*word)
			return check_kernel(option, *ret_mask, kernel, err);
	}
}
