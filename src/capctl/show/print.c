/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/show.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/out.h"

#define NAMES_MAX 4 /* in a line of a table; more are printed as a count */
#define DEPTH_MAX 7 /* of indentation */

static const struct {
	enum capset_which which;
	char letter;
} shown_sets[CAPSET_COUNT] = {
	{ CAPSET_PERMITTED, 'P' },   { CAPSET_EFFECTIVE, 'E' },
	{ CAPSET_INHERITABLE, 'I' }, { CAPSET_AMBIENT, 'A' },
	{ CAPSET_BOUNDING, 'B' },
};

static int add_short(struct buf *buf, capmask mask)
{
	char *names CLEANUP_FREE = out_names(mask), count[32];

	if (!names)
		return -1;
	snprintf(count, sizeof(count), "%d of %d", __builtin_popcountll(mask),
		 __builtin_popcountll(capset_known()));
	if (mask == capset_known())
		buf_add_str(buf, "all");
	else if (__builtin_popcountll(mask) <= NAMES_MAX ||
		 strncmp(names, "all but ", 8) == 0)
		buf_add_str(buf, names);
	else
		buf_add_str(buf, count);
	return 0;
}

/* The letters of all sets equal to that at `first`; false: already added. */
static bool add_letters(struct buf *buf, const struct capsets *sets,
			size_t first)
{
	capmask mask = sets->set[shown_sets[first].which];

	for (size_t i = 0; i < first; i++)
		if (sets->set[shown_sets[i].which] == mask)
			return false;
	if (buf->len)
		buf_add_str(buf, "; ");
	for (size_t i = first; i < CAPSET_COUNT; i++)
		if (sets->set[shown_sets[i].which] == mask)
			buf_add(buf, &shown_sets[i].letter, 1);
	buf_add_str(buf, " ");
	return true;
}

/* "PEIA NET_RAW; B 14 of 41". The caller frees; NULL: no memory. */
static char *sets_text(const struct capsets *sets)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct err ignored;
	char *text;

	for (size_t i = 0; i < CAPSET_COUNT; i++) {
		capmask mask = sets->set[shown_sets[i].which];

		if (mask && add_letters(&buf, sets, i) &&
		    add_short(&buf, mask) < 0)
			return NULL;
	}
	if (!buf.len)
		buf_add_str(&buf, "none");
	return buf_take(&buf, &text, NULL, &ignored) < 0 ? NULL : text;
}

static char *securebits_text(const struct process *process)
{
	int bits = show_securebits(process);
	struct buf buf CLEANUP_BUF = { 0 };
	struct err ignored;
	char *text;

	if (bits < 0)
		buf_add_str(&buf, "unknown: only the process itself can "
				  "read them");
	for (size_t i = 0; bits > 0 && i < SHOW_SECUREBITS; i++) {
		if (!(bits >> i & 1))
			continue;
		if (buf.len)
			buf_add_str(&buf, ", ");
		buf_add_str(&buf, show_securebit_name(i));
	}
	if (!buf.len)
		buf_add_str(&buf, "none");
	return buf_take(&buf, &text, NULL, &ignored) < 0 ? NULL : text;
}

static void format_ids(const uint32_t ids[PROCSTATUS_ID_COUNT], char text[96])
{
	bool same = ids[0] == ids[1] && ids[0] == ids[2] && ids[0] == ids[3];

	if (same)
		snprintf(text, 96, "%u", ids[0]);
	else
		snprintf(text, 96, "%u, effective %u, saved %u, file system %u",
			 ids[0], ids[1], ids[2], ids[3]);
}

static void add_line(struct out_table *table, const char *key,
		     const char *value)
{
	table->failed |= !value;
	out_table_add(table, OUT_PLAIN, 2, key, value);
}

static void add_privileges(struct out_table *table,
			   const struct process *process)
{
	const struct procstatus *status = &process->status;
	char *securebits CLEANUP_FREE = securebits_text(process);
	const char *seccomp = show_seccomp(status);

	add_line(table, "no_new_privs", status->no_new_privs ? "yes" : "no");
	add_line(table, "seccomp",
		 seccomp ? seccomp : "not supported by this kernel");
	add_line(table, "securebits", securebits);
	for (size_t i = 0; i < CAPSET_COUNT; i++) {
		enum capset_which which = shown_sets[i].which;
		char *names CLEANUP_FREE = out_names(status->sets.set[which]);

		add_line(table, capset_key(which), names);
		if (which == CAPSET_AMBIENT && status->sets.set[which])
			out_table_style(table, 1, OUT_STRONG);
	}
}

static void add_container(struct out_table *table, const struct show *show,
			  const struct process *process)
{
	const struct who *who = show_who(show, process);
	const char *image = who ? who->texts[MATCH_IMAGE] : NULL;

	if (who && who->name) {
		add_line(table, "container", who->name);
		add_line(table, "container ID", process->container);
	} else {
		add_line(table, "container",
			 process->container ? process->container : "none");
	}
	if (image)
		add_line(table, "image", image);
}

static void print_block(const struct show *show, const struct process *process)
{
	const struct procstatus *status = &process->status;
	struct out_table table CLEANUP_TABLE = { .indent = 2 };
	char parent[16], uid[96], gid[96];

	if (process->is_thread)
		out_line(OUT_STRONG, "thread %u of process %u: %s", status->pid,
			 status->tgid, status->name);
	else
		out_line(OUT_STRONG, "process %u: %s", status->pid,
			 status->name);
	if (procstatus_is_kernel(status))
		out_line(OUT_PLAIN, "  kernel thread");
	if (procstatus_is_dead(status))
		out_line(OUT_PLAIN,
			 "  zombie: its parent has not waited for it");
	if (process->main_has_exited)
		out_line(OUT_PLAIN,
			 "  its main thread has exited; other threads run");
	snprintf(parent, sizeof(parent), "%u", status->ppid);
	format_ids(status->uid, uid);
	format_ids(status->gid, gid);
	add_line(&table, "parent", parent);
	add_container(&table, show, process);
	add_line(&table, "uid", uid);
	add_line(&table, "gid", gid);
	add_privileges(&table, process);
	out_table_print(&table);
}

void show_print_blocks(const struct show *show)
{
	for (size_t i = 0; i < show->count; i++) {
		if (i)
			out_line(OUT_PLAIN, "%s", "");
		print_block(show, show->rows[i].process);
	}
}

/* The caller frees; NULL: out of memory. */
static char *container_text(const struct show *show,
			    const struct process *process)
{
	return process->container
		       ? who_label(show_who(show, process), process->container)
		       : strdup("-");
}

/* Threads in braces, as in pstree(1). */
static char *command_text(const struct show_row *row)
{
	const struct process *process = row->process;
	int depth = (int)(row->depth < DEPTH_MAX ? row->depth : DEPTH_MAX);

	return alloc_text("%*s%s%s%s", 2 * depth, "",
			  process->is_thread ? "{" : "", process->status.name,
			  process->is_thread ? "}" : "");
}

/* The sets and the restrictions of the process. */
static char *holds_text(const struct procstatus *status)
{
	char *sets CLEANUP_FREE = sets_text(&status->sets);
	const char *seccomp = status->seccomp ? show_seccomp(status) : NULL;

	if (!sets)
		return NULL;
	return alloc_text("%s%s%s%s", sets,
			  status->no_new_privs ? "; no_new_privs" : "",
			  seccomp ? "; seccomp " : "", seccomp ? seccomp : "");
}

/* Without any container, the column is omitted. */
static void add_cells(struct out_table *table, enum out_style style,
		      bool containers, const char *const cells[5])
{
	if (containers)
		out_table_add(table, style, 5, cells[0], cells[1], cells[2],
			      cells[3], cells[4]);
	else
		out_table_add(table, style, 4, cells[0], cells[1], cells[3],
			      cells[4]);
}

static void add_process_row(struct out_table *table, const struct show *show,
			    const struct show_row *row, bool containers)
{
	const struct procstatus *status = &row->process->status;
	const uint32_t *ids = status->uid;
	char *command CLEANUP_FREE = command_text(row);
	char *holds CLEANUP_FREE = holds_text(status);
	char *container CLEANUP_FREE = container_text(show, row->process);
	char pid[16], uid[32];

	table->failed |= !command || !holds || !container;
	snprintf(pid, sizeof(pid), "%u", status->pid);
	if (ids[PROCSTATUS_REAL] == ids[PROCSTATUS_EFFECTIVE])
		snprintf(uid, sizeof(uid), "%u", ids[PROCSTATUS_REAL]);
	else
		snprintf(uid, sizeof(uid), "%u/%u", ids[PROCSTATUS_REAL],
			 ids[PROCSTATUS_EFFECTIVE]);
	add_cells(table, OUT_PLAIN, containers,
		  (const char *const[]){ pid, uid, container, command, holds });
	if (status->sets.set[CAPSET_AMBIENT])
		out_table_style(table, containers ? 4 : 3, OUT_STRONG);
}

static bool has_containers(const struct show *show)
{
	for (size_t i = 0; i < show->count; i++)
		if (show->rows[i].process->container)
			return true;
	return false;
}

static void print_rows(const struct show *show)
{
	static const char *const heads[] = { "PID", "UID", "CONTAINER",
					     "COMMAND", "HOLDS" };
	struct out_table table CLEANUP_TABLE = { 0 };
	bool containers = has_containers(show);

	add_cells(&table, OUT_FAINT, containers, heads);
	for (size_t i = 0; i < show->count; i++)
		add_process_row(&table, show, &show->rows[i], containers);
	out_table_print(&table);
	out_line(OUT_FAINT, "P permitted, E effective, I inheritable, A "
			    "ambient, B bounding; empty sets are omitted");
}

void show_print_table(const struct show *show)
{
	if (show->count)
		print_rows(show);
	if (show->left_out)
		out_line(OUT_FAINT,
			 "omitted: %zu (zombies, or processes that hold no "
			 "capabilities and can gain none)",
			 show->left_out);
}
