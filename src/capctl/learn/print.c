/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/learned.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <sys/wait.h>

#include "capctl/learn/first.h"
#include "capctl/out.h"

static void add_need(struct out_table *table, const char *name,
		     const char *verdict, const char *what, uint64_t count,
		     const struct learn_first *first, enum out_style style)
{
	char *text CLEANUP_FREE = learn_first_text(first);
	char counted[48];

	table->failed |= !text;
	snprintf(counted, sizeof(counted), "%s %" PRIu64, what, count);
	out_table_add(table, OUT_PLAIN, 4, name, verdict, counted, text);
	out_table_style(table, 1, style);
}

static void print_needs(const struct learn_tally *tally)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++) {
		const struct learn_need *need = &tally->need[i];
		char *name CLEANUP_FREE = out_names(UINT64_C(1) << i);

		table.failed |= !name;
		if (need->refused)
			add_need(&table, name, "lacking", "refused",
				 need->refused, &need->lacked, OUT_BAD);
		if (need->granted)
			add_need(&table, name, "used", "granted", need->granted,
				 &need->used, OUT_GOOD);
	}
	out_table_print(&table);
}

static void print_noise(const struct learn_tally *tally)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	bool any = false;

	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++) {
		char *name CLEANUP_FREE = out_names(UINT64_C(1) << i);

		table.failed |= !name;
		for (int noise = 0; noise < LEARN_NOISE_COUNT; noise++) {
			uint64_t count = tally->need[i].noise[noise];
			char number[24];

			if (!count)
				continue;
			snprintf(number, sizeof(number), "%" PRIu64, count);
			out_table_add(
				&table, OUT_FAINT, 3, name, number,
				learn_noise_text((enum learn_noise)noise));
			any = true;
		}
	}
	if (any)
		out_line(OUT_FAINT, "checked, but not needed:");
	out_table_print(&table);
}

static void print_end(const struct target *target)
{
	if (!target->is_child || !target->has_ended)
		return;
	if (WIFSIGNALED(target->status))
		out_line(OUT_PLAIN, "the command was killed by signal %d",
			 WTERMSIG(target->status));
	else if (WEXITSTATUS(target->status))
		out_line(OUT_PLAIN, "the command ended with exit status %d",
			 WEXITSTATUS(target->status));
}

void learn_print(const struct learned *learned)
{
	capmask needs = learn_tally_needs(&learned->tally);
	capmask dangerous = needs & capset_dangerous();
	char *names CLEANUP_FREE = out_names(needs);
	char *warned CLEANUP_FREE = out_names(dangerous);

	print_needs(&learned->tally);
	print_noise(&learned->tally);
	print_end(&learned->target);
	if (!names || !warned) {
		out_fail();
		return;
	}
	out_line(OUT_STRONG, "needs: %s", needs ? names : "nothing");
	if (dangerous)
		out_line(OUT_WARNING, "dangerous: %s", warned);
	if (learned->lost)
		out_line(OUT_BAD,
			 "incomplete: %" PRIu64
			 " events of the kernel are lost",
			 learned->lost);
}

static void add_learn_member(struct json_object *object, const char *key,
			     struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *json_count(uint64_t number)
{
	return json_object_new_int64((int64_t)number);
}

/* NULL: it never happened. */
static struct json_object *json_first(const struct learn_first *first,
				      uint64_t count)
{
	char *call CLEANUP_FREE = learn_call_name(first->call);
	struct json_object *object;

	if (!count)
		return NULL;
	object = json_object_new_object();
	add_learn_member(object, "program", out_json_text(first->program));
	add_learn_member(object, "call", out_json_text(call));
	add_learn_member(
		object, "error",
		out_json_text(first->error ? err_reason(first->error) : NULL));
	return object;
}

static struct json_object *json_noise(const struct learn_need *need,
				      bool *ret_any)
{
	struct json_object *object = json_object_new_object();

	*ret_any = false;
	for (int i = 0; i < LEARN_NOISE_COUNT; i++) {
		if (!need->noise[i])
			continue;
		*ret_any = true;
		add_learn_member(object, learn_noise_word((enum learn_noise)i),
				 json_count(need->noise[i]));
	}
	return object;
}

static void add_capability(struct json_object *list, unsigned int bit,
			   const struct learn_need *need)
{
	char *name CLEANUP_FREE = out_name(bit);
	capmask mask = UINT64_C(1) << bit;
	bool any;
	struct json_object *noise = json_noise(need, &any);
	struct json_object *entry = json_object_new_object();

	add_learn_member(entry, "name", out_json_text(name));
	add_learn_member(
		entry, "dangerous",
		json_object_new_boolean(!!(capset_dangerous() & mask)));
	add_learn_member(entry, "wanted",
			 json_count(need->granted + need->refused));
	add_learn_member(entry, "granted", json_count(need->granted));
	add_learn_member(entry, "refused", json_count(need->refused));
	add_learn_member(entry, "used", json_first(&need->used, need->granted));
	add_learn_member(entry, "lacking",
			 json_first(&need->lacked, need->refused));
	add_learn_member(entry, "not_needed", noise);
	if (any || need->granted || need->refused)
		json_object_array_add(list, entry);
	else
		json_object_put(entry);
}

static struct json_object *json_end(const struct target *target)
{
	if (!target->is_child || !target->has_ended)
		return NULL;
	if (WIFSIGNALED(target->status))
		return json_object_new_int(128 + WTERMSIG(target->status));
	return json_object_new_int(WEXITSTATUS(target->status));
}

void learn_print_json(const struct learned *learned)
{
	const struct learn_tally *tally = &learned->tally;
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < LEARN_CAPS_MAX; i++)
		add_capability(list, i, &tally->need[i]);
	add_learn_member(object, "needs",
			 out_json_mask(learn_tally_needs(tally)));
	add_learn_member(object, "lacks",
			 out_json_mask(learn_tally_lacks(tally)));
	add_learn_member(object, "capabilities", list);
	add_learn_member(object, "exit_status", json_end(&learned->target));
	add_learn_member(object, "source", out_json_text(learned->source));
	add_learn_member(object, "lost", json_count(learned->lost));
	add_learn_member(object, "complete",
			 json_object_new_boolean(!learned->lost));
	out_json(object);
}
