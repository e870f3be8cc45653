/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/decode/decode.h"
#include "capctl/decode/describe.h"
#include "capctl/out.h"

/* The columns of this list. */
struct mask_table {
	struct out_table out;
	bool has_origin; /* a file, a process, or which reading of a number */
	bool has_sets;
};

static void add_mask_row(struct mask_table *table, enum out_style style,
			 const char *origin, const char *set, const char *hex,
			 const char *text)
{
	struct out_table *out = &table->out;

	if (table->has_origin && table->has_sets)
		out_table_add(out, style, 4, origin, set, hex, text);
	else if (table->has_origin)
		out_table_add(out, style, 3, origin, hex, text);
	else if (table->has_sets)
		out_table_add(out, style, 3, set, hex, text);
	else
		out_table_add(out, style, 2, hex, text);
}

static void add_mask_remark(struct mask_table *table, enum out_style style,
			    const char *what, capmask mask)
{
	char *names CLEANUP_FREE = out_names(mask);
	char *text CLEANUP_FREE = NULL;

	if (!mask)
		return;
	text = names ? alloc_text("%s: %s", what, names) : NULL;
	table->out.failed |= !text;
	add_mask_row(table, style, NULL, NULL, "", text);
}

/* What each capability allows, for those that were asked about by name. */
static void add_descriptions(struct mask_table *table, capmask mask)
{
	bool is_one = !(mask & (mask - 1));

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *allows = decode_description(bit);
		char *text CLEANUP_FREE = NULL;

		if (!(mask >> bit & 1) || !allows)
			continue;
		text = alloc_text("%s%s%s",
				  is_one ? ""
					 : capset_bare_name(UINT64_C(1) << bit),
				  is_one ? "" : ": ", allows);
		table->out.failed |= !text;
		add_mask_row(table, OUT_PLAIN, NULL, NULL, "", text);
	}
}

/* Of the three sets of one text, the first has its name. */
static const char *origin_of(const struct decode_list *list, size_t i)
{
	const struct decoded *entry = &list->entries[i];

	if (entry->is_ambiguous)
		return entry->form == DECODE_MASK ? "as a mask" : "as a number";
	if (i && entry->of && entry[-1].of &&
	    strcmp(entry->of, entry[-1].of) == 0)
		return NULL;
	return entry->of;
}

static void choose_columns(struct mask_table *table,
			   const struct decode_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *origin = origin_of(list, i);

		table->has_origin |= origin && *origin;
		table->has_sets |= list->entries[i].set != NULL;
	}
}

void decode_print(const struct decode_list *list, capmask kernel)
{
	struct mask_table table = { 0 };

	choose_columns(&table, list);
	for (size_t i = 0; i < list->count; i++) {
		const struct decoded *entry = &list->entries[i];
		capmask mask = entry->mask;
		char *names CLEANUP_FREE = out_names(mask);
		char hex[17];

		table.out.failed |= !names;
		snprintf(hex, sizeof(hex), "%016" PRIx64, mask);
		add_mask_row(&table, OUT_PLAIN, origin_of(list, i), entry->set,
			     hex, names);
		if (entry->form == DECODE_NAMES || entry->form == DECODE_NUMBER)
			add_descriptions(&table, mask);
		add_mask_remark(&table, OUT_WARNING, "dangerous",
				mask & capset_dangerous());
		add_mask_remark(&table, OUT_WARNING, "unknown to this kernel",
				mask & ~kernel);
	}
	out_table_print(&table.out);
	out_table_free(&table.out);
}

/* A text for each name of the mask; null: unknown here. */
static struct json_object *json_descriptions(capmask mask)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int bit = 0; bit < 64; bit++)
		if (mask >> bit & 1)
			json_object_array_add(
				list, out_json_text(decode_description(bit)));
	return list;
}

static struct json_object *json_decoded(const struct decoded *entry,
					capmask kernel)
{
	static const char *const forms[DECODE_FORM_COUNT] = {
		[DECODE_MASK] = "mask",
		[DECODE_NUMBER] = "number",
		[DECODE_NAMES] = "names",
		[DECODE_TEXT] = "text",
	};
	capmask mask = entry->mask;
	struct json_object *object = out_json_mask(mask);
	bool has_of = entry->of && *entry->of;

	json_object_object_add(object, "allows", json_descriptions(mask));
	json_object_object_add(object, "read_as",
			       out_json_text(forms[entry->form]));
	json_object_object_add(object, "of",
			       out_json_text(has_of ? entry->of : NULL));
	json_object_object_add(object, "set", out_json_text(entry->set));
	json_object_object_add(object, "dangerous",
			       out_json_names(mask & capset_dangerous()));
	json_object_object_add(object, "unknown_to_kernel",
			       out_json_names(mask & ~kernel));
	return object;
}

void decode_print_json(const struct decode_list *list, capmask kernel)
{
	struct json_object *object = json_object_new_object();
	struct json_object *masks = json_object_new_array();

	for (size_t i = 0; i < list->count; i++)
		json_object_array_add(masks,
				      json_decoded(&list->entries[i], kernel));
	json_object_object_add(object, "masks", masks);
	out_json(object);
}

void decode_print_all(capmask kernel)
{
	struct out_table table CLEANUP_TABLE = { 0 };
	capmask known = capset_known(), dangerous = capset_dangerous();

	for (unsigned int bit = 0; known >> bit & 1; bit++) {
		capmask mask = UINT64_C(1) << bit;
		char *name CLEANUP_FREE = out_names(mask);
		const char *mark = "";
		char number[8];

		if (!(kernel & mask))
			mark = "?";
		else if (dangerous & mask)
			mark = "!";
		table.failed |= !name;
		snprintf(number, sizeof(number), "%2u", bit);
		out_table_add(&table, OUT_PLAIN, 4, number, name, mark,
			      decode_description(bit));
		out_table_style(&table, 2, OUT_BAD);
	}
	out_table_print(&table);
	out_line(OUT_PLAIN, "!  close to root, or allows becoming root");
	if (known & ~kernel)
		out_line(OUT_PLAIN, "?  unknown to this kernel");
}

void decode_print_all_json(capmask kernel)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array(), *entry;

	for (unsigned int bit = 0; capset_known() >> bit & 1; bit++) {
		capmask mask = UINT64_C(1) << bit;
		char *name CLEANUP_FREE = out_name(bit);

		entry = json_object_new_object();
		json_object_object_add(entry, "number",
				       json_object_new_int((int)bit));
		json_object_object_add(entry, "name", out_json_text(name));
		json_object_object_add(entry, "allows",
				       out_json_text(decode_description(bit)));
		json_object_object_add(
			entry, "dangerous",
			json_object_new_boolean(!!(capset_dangerous() & mask)));
		json_object_object_add(
			entry, "in_kernel",
			json_object_new_boolean(!!(kernel & mask)));
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "capabilities", list);
	out_json(object);
}
