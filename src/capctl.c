/* SPDX-License-Identifier: Apache-2.0 */
/* The admin's tool: one verb, one answer. This is the table of its verbs. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "out.h"
#include "report.h"
#include "verb.h"

static const struct verb verbs[] = {
	{ "check", "[FILE...]", "is the policy right, and wise?",
	  "  --strict      warnings count as findings", verb_check },
	{ "explain", "BUNDLE|CONFIG.JSON",
	  "what would the runtime do with this?",
	  "  --policy FILE   this policy instead of the node's\n"
	  "  --handler NAME  as if called by this name (capruntime)\n"
	  "  --id ID         the container's id on the command line\n"
	  "  --rule NAME     as if this rule decided\n"
	  "  --all DIR       every bundle below DIR",
	  verb_explain },
	{ "show", "[PID...]", "what do processes hold?",
	  "  --id ID       those of a container\n"
	  "  --root DIR    where the runtime keeps its state\n"
	  "  --all         of the whole machine\n"
	  "  --tree        as a tree",
	  verb_show },
	{ "decode", "[HEX|NAME...]", "masks to names, names to masks", NULL,
	  verb_decode },
	{ "scan", "ROOTFS|BUNDLE", "what in an image raises privileges?",
	  "  --policy FILE  judge by this policy", verb_scan },
	{ "verify", "[ID...]", "do running containers hold what was decided?",
	  "  --all         every container found\n"
	  "  --root DIR    where the runtime keeps its state",
	  verb_verify },
	{ "restore", "BUNDLE", "put the engine's own config.json back", NULL,
	  verb_restore },
	{ "doctor", "", "is this node ready?",
	  "  --root DIR    look at DIR instead of /, an image for example",
	  verb_doctor },
	{ "version", "", "which capruntime, which libraries, which runtime",
	  NULL, verb_version },
};

static const struct verb *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static enum verb_status list(void)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };

	out_line(OUT_PLAIN, "usage: capctl VERB [OPTION...] [OPERAND...]");
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		out_table_add(&table, OUT_PLAIN, 2, verbs[i].name,
			      verbs[i].summary);
	out_table_print(&table);
	out_line(OUT_PLAIN,
		 "'capctl help VERB' shows its options, capctl(8) everything.");
	return VERB_GOOD;
}

static enum verb_status help(const char *name, struct err *err)
{
	const struct verb *verb = name ? find(name) : NULL;

	if (!name)
		return list();
	if (!verb) {
		err_set(err, "unknown verb '%s': see 'capctl help'", name);
		return VERB_TROUBLE;
	}
	printf("usage: capctl %s [OPTION...] %s\n%s\n%s%s  --json        for programs\n",
	       verb->name, verb->arguments, verb->summary,
	       verb->options ? verb->options : "", verb->options ? "\n" : "");
	return VERB_GOOD;
}

static bool asks_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static enum verb_status call(int argc, char **argv, struct err *err)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct verb *verb;
	enum verb_status status;

	if (!name) {
		err_set(err, "which verb? see 'capctl help'");
		return VERB_TROUBLE;
	}
	if (asks_help(name) || strcmp(name, "help") == 0)
		return help(argv[2], err);
	if (strcmp(name, "--version") == 0)
		name = "version";
	verb = find(name);
	if (!verb || (argc > 2 && asks_help(argv[2])))
		return help(name, err);
	status = verb->run(argc - 1, argv + 1, err);
	if (*err->text)
		err_wrap(err, "%s", verb->name);
	return status;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	enum verb_status status;

	out_init();
	status = call(argc, argv, &err);
	if (out_finish(*err.text ? &(struct err){ 0 } : &err) < 0)
		status = VERB_TROUBLE;
	if (*err.text)
		report_failure("capctl", &err);
	return (int)status;
}
