/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "capctl/dryrun.h"
#include "capctl/out.h"
#include "capctl/scan/scan.h"

/* A longer path has its own line. */
#define PATH_COLUMNS 30
#define RULES_NAMED 3

/* NULL: out of memory; the caller prints that instead. */
static const char *finish_text(struct buf *buf, char **ret_text)
{
	struct err ignored;

	if (buf_take(buf, ret_text, NULL, &ignored) < 0)
		*ret_text = NULL;
	return *ret_text;
}

static void add_id(struct buf *buf, const char *before, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, number);
	buf_add_str(buf, before);
	buf_add_str(buf, text);
}

static void add_part(struct buf *buf)
{
	if (buf->len)
		buf_add_str(buf, ", ");
}

/* In the notation of setcap(8), without "cap_". */
static void add_caps(struct buf *buf, capmask mask, const char *flags)
{
	char *names CLEANUP_FREE = mask ? out_names(mask) : NULL;

	if (!mask)
		return;
	add_part(buf);
	if (!names)
		buf->failed = true;
	else
		buf_add_str(buf, names);
	buf_add_str(buf, flags);
}

static void add_file_caps(struct buf *buf, const struct vfscap *caps)
{
	capmask both = caps->permitted & caps->inheritable;
	bool effective = caps->effective;

	add_caps(buf, caps->permitted & ~both, effective ? "=ep" : "=p");
	add_caps(buf, both, effective ? "=eip" : "=ip");
	add_caps(buf, caps->inheritable & ~both, effective ? "=ei" : "=i");
	if (!caps->permitted && !caps->inheritable) {
		add_part(buf);
		buf_add_str(buf, "no capability (=)");
	}
	if (caps->root) {
		add_id(buf, " (for root ", caps->root);
		buf_add_str(buf, ")");
	}
}

/* "setuid root, NET_RAW=ep", and why it has no effect. */
static const char *file_text(const struct scan *scan,
			     const struct scan_file *file, char **ret_text)
{
	const struct privileged_file *program = &file->file.program;
	struct buf buf CLEANUP_BUF = { 0 };

	if (file->file.mode & S_ISUID && program->file.uid == scan->root)
		buf_add_str(&buf, "setuid root");
	else if (file->file.mode & S_ISUID)
		add_id(&buf, "setuid ", program->file.uid);
	if (execve_file_is_setgid(&program->file)) {
		add_part(&buf);
		add_id(&buf, "setgid ", program->file.gid);
	}
	if (program->file.has_caps)
		add_file_caps(&buf, &program->file.caps);
	if (program->caps_elsewhere) {
		add_part(&buf);
		buf_add_str(&buf, "capabilities");
	}
	if (file->reason) {
		buf_add_str(&buf, ": ");
		buf_add_str(&buf, file->reason);
	}
	return finish_text(&buf, ret_text);
}

static void add_file_row(struct out_table *table, enum out_style style,
			 const char *path, const char *owner,
			 const char *verdict, const char *text)
{
	if (strlen(path) > PATH_COLUMNS) {
		out_table_add(table, OUT_PLAIN, 1, path);
		path = "";
	}
	out_table_add(table, OUT_PLAIN, 4, path, owner, verdict,
		      text ? text : "out of memory");
	out_table_style(table, 2, style);
}

static void add_effect(struct out_table *table, const struct scan *scan,
		       const struct scan_file *file)
{
	static const struct {
		const char *word;
		enum out_style style;
	} effects[] = {
		[PRIVILEGED_NO_EFFECT] = { "no effect", OUT_FAINT },
		[PRIVILEGED_CLEARS] = { "clears", OUT_WARNING },
		[PRIVILEGED_RAISES] = { "raises", OUT_WARNING },
		[PRIVILEGED_DANGEROUS] = { "dangerous", OUT_BAD },
	};
	const struct execve_file *owned = &file->file.program.file;
	char *text CLEANUP_FREE = NULL;
	char owner[32];

	snprintf(owner, sizeof(owner), "%" PRIu32 ":%" PRIu32, owned->uid,
		 owned->gid);
	add_file_row(table, effects[file->effect].style, file->file.path, owner,
		     effects[file->effect].word, file_text(scan, file, &text));
}

/* The rules of one verdict. */
struct rules {
	const char *names[RULES_NAMED];
	size_t count;
	capmask lacking; /* of the first */
};

/* In one pass, since a policy can have thousands of rules. */
static void sort_rules(const struct scan *scan, const struct scan_file *file,
		       struct rules rules[PRIVILEGED_VERDICT_COUNT])
{
	capmask lacking;

	for (size_t i = 0; i < scan->grants_count; i++) {
		const struct scan_grant *grant = &scan->grants[i];
		struct rules *same =
			&rules[scan_classify(scan, file, grant, &lacking)];

		if (!same->count)
			same->lacking = lacking;
		if (same->count < RULES_NAMED)
			same->names[same->count] = grant->rule;
		same->count++;
	}
}

/* " with rule 'a'", " with rules 'a', 'b', 'c' and 4 more"; "" for a bundle. */
static void add_rule_names(struct buf *buf, const struct rules *rules)
{
	if (!rules->names[0])
		return;
	buf_add_str(buf, rules->count == 1 ? " with rule " : " with rules ");
	for (size_t i = 0; i < rules->count && i < RULES_NAMED; i++) {
		buf_add_str(buf, i ? ", '" : "'");
		buf_add_str(buf, rules->names[i]);
		buf_add_str(buf, "'");
	}
	if (rules->count > RULES_NAMED) {
		add_id(buf, " and ", (uint32_t)(rules->count - RULES_NAMED));
		buf_add_str(buf, " more");
	}
}

static const char *verdict_text(enum privileged_verdict verdict,
				const struct rules *rules, char **ret_text)
{
	static const struct {
		const char *text;
		const char *several; /* instead of the names */
	} verdicts[] = {
		[PRIVILEGED_REDUNDANT] = { "already in the ambient set", "" },
		[PRIVILEGED_BREAKS] = { "no_new_privileges removes the effect",
					"" },
		[PRIVILEGED_LOSES] = { "the program loses ",
				       "granted capabilities" },
		[PRIVILEGED_OUT_OF_BOUNDING] = { "execve fails: the bounding set lacks ",
						 "what it names" },
	};
	char *lacking CLEANUP_FREE = out_names(rules->lacking);
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add_str(&buf, verdicts[verdict].text);
	if (rules->lacking && rules->count == 1)
		buf_add_str(&buf, lacking ? lacking : "?");
	else
		buf_add_str(&buf, verdicts[verdict].several);
	add_rule_names(&buf, rules);
	return finish_text(&buf, ret_text);
}

static void add_verdicts(struct out_table *table, const struct scan *scan,
			 const struct scan_file *file)
{
	static const struct {
		enum privileged_verdict verdict;
		const char *word;
		enum out_style style;
	} verdicts[] = {
		{ PRIVILEGED_REDUNDANT, "redundant", OUT_GOOD },
		{ PRIVILEGED_BREAKS, "breaks", OUT_WARNING },
		{ PRIVILEGED_LOSES, "loses", OUT_BAD },
		{ PRIVILEGED_OUT_OF_BOUNDING, "out of bounding", OUT_BAD },
	};

	struct rules rules[PRIVILEGED_VERDICT_COUNT] = { 0 };

	sort_rules(scan, file, rules);
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		const struct rules *same = &rules[verdicts[i].verdict];
		char *text CLEANUP_FREE = NULL;

		if (same->count)
			add_file_row(
				table, verdicts[i].style, "", "",
				verdicts[i].word,
				verdict_text(verdicts[i].verdict, same, &text));
	}
}

static void print_files(const struct scan *scan)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	for (size_t i = 0; i < scan->files_count; i++) {
		add_effect(&table, scan, &scan->files[i]);
		if (scan->files[i].effect != PRIVILEGED_NO_EFFECT)
			add_verdicts(&table, scan, &scan->files[i]);
	}
	for (size_t i = 0; i < scan->unreadable_count; i++)
		add_file_row(&table, OUT_BAD, scan->unreadable[i].path, "",
			     "unreadable", scan->unreadable[i].reason);
	out_table_print(&table);
}

static void print_bundle(const struct scan *scan)
{
	char *summary CLEANUP_FREE = dryrun_summary(&scan->run);

	out_line(OUT_PLAIN, "root file system %s", scan->path);
	if (*scan->run.reason.text)
		out_line(OUT_BAD, "the container would not start: %s",
			 scan->run.reason.text);
	else
		out_line(OUT_PLAIN, "%s", summary ? summary : "out of memory");
}

static void add_count(struct buf *buf, const char *separator, size_t count,
		      const char *word)
{
	char text[24];

	if (!count)
		return;
	snprintf(text, sizeof(text), "%zu ", count);
	buf_add_str(buf, separator);
	buf_add_str(buf, text);
	buf_add_str(buf, word);
}

static void print_counts(const struct scan *scan)
{
	bool found = scan->files_count || scan->unreadable_count;
	struct scan_counts counts = scan_count(scan);
	char *text CLEANUP_FREE = NULL;
	struct buf buf CLEANUP_BUF = { 0 };

	if (!scan->files_count)
		buf_add_str(&buf, ": nothing raises privileges");
	add_count(&buf, ": ", counts.setuid, "setuid");
	add_count(&buf, buf.len ? ", " : ": ", counts.setgid, "setgid");
	add_count(&buf, buf.len ? ", " : ": ", counts.capabilities,
		  "with capabilities");
	add_count(&buf, "; ", counts.dangerous, "dangerous");
	add_count(&buf, "; ", counts.without_effect, "without effect");
	add_count(&buf, "; ", scan->unreadable_count, "unreadable");
	finish_text(&buf, &text);
	out_line(found ? OUT_STRONG : OUT_GOOD, "%" PRIu64 " %s%s",
		 scan->entries, scan->entries == 1 ? "entry" : "entries",
		 text ? text : ": out of memory");
}

void scan_print(const struct scan *scan)
{
	if (scan->is_bundle)
		print_bundle(scan);
	print_files(scan);
	print_counts(scan);
	if (scan->node.policy.mode == POLICY_AUDIT)
		out_line(OUT_WARNING, DRYRUN_AUDIT_NOTE);
}
