/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/prove.h"

#include <json-c/json.h>

#include "capctl/out.h"

struct verdict {
	const char *word; /* in the JSON, too */
	const char *text;
	enum out_style style;
};

static struct verdict find_verdict(const struct proof *proof, capmask one)
{
	if (proof->confirmed.needed & one)
		return (struct verdict){ "proved needed",
					 "the test fails without it",
					 OUT_GOOD };
	if (proof->confirmed.struck & one)
		return (struct verdict){ "struck", "the test passes without it",
					 OUT_FAINT };
	return (struct verdict){ "not tried",
				 "the bundle's bounding set lacks it",
				 OUT_WARNING };
}

static void print_verdicts(const struct proof *proof)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++) {
		capmask one = proof->asked & UINT64_C(1) << i;
		struct verdict verdict = find_verdict(proof, one);
		char *name CLEANUP_FREE = one ? out_names(one) : NULL;

		if (!one)
			continue;
		table.failed |= !name;
		out_table_add(&table, OUT_PLAIN, 3, name, verdict.word,
			      verdict.text);
		out_table_style(&table, 1, verdict.style);
	}
	out_table_print(&table);
}

void prove_print(const struct proof *proof)
{
	capmask needed = proof->confirmed.needed;
	capmask dangerous = needed & capset_dangerous();
	char *names CLEANUP_FREE = out_names(needed);
	char *warned CLEANUP_FREE = out_names(dangerous);

	if (!names || !warned) {
		out_fail();
		return;
	}
	print_verdicts(proof);
	out_line(OUT_STRONG, "needs: %s", needed ? names : "nothing");
	if (dangerous)
		out_line(OUT_WARNING, "dangerous: %s", warned);
	out_line(OUT_FAINT, "runs: %u", proof->confirmed.runs);
}

void prove_print_json(const struct proof *proof)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++) {
		capmask one = proof->asked & UINT64_C(1) << i;
		char *name CLEANUP_FREE = one ? out_name(i) : NULL;
		struct json_object *entry;

		if (!one)
			continue;
		entry = json_object_new_object();
		json_object_object_add(entry, "name", out_json_text(name));
		json_object_object_add(
			entry, "verdict",
			out_json_text(find_verdict(proof, one).word));
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "needs",
			       out_json_mask(proof->confirmed.needed));
	json_object_object_add(object, "capabilities", list);
	json_object_object_add(
		object, "runs",
		json_object_new_int64((int64_t)proof->confirmed.runs));
	out_json(object);
}
