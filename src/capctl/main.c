/* SPDX-License-Identifier: Apache-2.0 */
/* The admin's tool: one verb, one answer. This is the table of its verbs. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/report.h"
#include "capctl/out.h"
#include "capctl/verb.h"

static const struct verb verbs[] = {
	{ "check", "[FILE...]", "is the policy right, and wise?",
	  "  --strict  warnings count as findings",
	  "capctl check\n"
	  "capctl check --strict policy.json policy.d/*.json",
	  verb_check },
	{ "explain", "BUNDLE|CONFIG.JSON",
	  "what would the runtime do with this?",
	  "  --policy FILE   this policy instead of the node's\n"
	  "  --handler NAME  as if called by this name (capruntime)\n"
	  "  --id ID         the container's id on the command line\n"
	  "  --rule NAME     as if this rule decided\n"
	  "  --all DIR       every bundle below DIR",
	  "capctl explain --policy policy.json bundle\n"
	  "capctl explain --policy policy.json --rule dpdk bundle\n"
	  "capctl explain --policy policy.json --all .",
	  verb_explain },
	{ "show", "[PID...]", "what do processes hold?",
	  "  --id ID       those of a container\n"
	  "  --root DIR    where the runtime keeps its state\n"
	  "  --all         of the whole machine, not only of containers\n"
	  "  --tree        as a tree; with PIDs, all below them",
	  "capctl show --id web\n"
	  "capctl show --all --tree\n"
	  "capctl show self",
	  verb_show },
	{ "decode", "[HEX|NAME...]", "masks to names, names to masks", NULL,
	  "capctl decode 0000000000003400\n"
	  "capctl decode net_raw kill\n"
	  "capctl decode | grep port",
	  verb_decode },
	{ "scan", "ROOTFS|BUNDLE", "what in an image raises privileges?",
	  "  --policy FILE  judge by this policy (of a bundle: not the node's)\n"
	  "  --rootfs       no bundle, whatever config.json it holds",
	  "capctl scan rootfs\n"
	  "capctl scan --policy policy.json bundle",
	  verb_scan },
	{ "verify", "[ID...]", "do running containers hold what was decided?",
	  "  --all           every container found, as without an ID\n"
	  "  --root DIR      where the runtime keeps its state\n"
	  "  --policy FILE   this policy instead of the node's\n"
	  "  --handler NAME  as if called by this name (capruntime)",
	  "capctl verify\n"
	  "capctl verify --policy policy.json web",
	  verb_verify },
	{ "restore", "BUNDLE", "put the engine's own config.json back", NULL,
	  "capctl restore bundle", verb_restore },
	{ "sync", "DIRECTORY [TARGET] | FILE... TARGET",
	  "keep a node's policy in step with a directory",
	  "  --check         only look: is it?\n"
	  "  --once          do not go on\n"
	  "  --interval N    look every N seconds (10)\n"
	  "  --runtime PATH  and pin the real runtime, where none is\n"
	  "  --files         not a policy: these files, as they are",
	  "capctl sync /config\n"
	  "capctl sync --check /config",
	  verb_sync },
	{ "doctor", "", "is this node ready?",
	  "  --root DIR    look at DIR instead of /, an image for example",
	  "capctl doctor", verb_doctor },
	{ "version", "", "which capruntime, which libraries, which runtime",
	  NULL, "capctl version --json", verb_version },
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

/* Where the texts of the others stand. */
static void print_json_option(const char *options)
{
	const char *text = options ? strstr(options + 2, "  ") : NULL;
	size_t column = text ? (size_t)(text - options) + strspn(text, " ")
			     : strlen("  --json  ");

	if (options)
		puts(options);
	printf("  %-*sfor programs\n", (int)column - 2, "--json");
}

/* With a mark that completions do not take for a word of theirs. */
static void print_examples(const char *examples)
{
	puts("\nExamples:");
	for (size_t len; *examples; examples += len + (examples[len] == '\n')) {
		len = strcspn(examples, "\n");
		printf("  $ %.*s\n", (int)len, examples);
	}
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
	printf("usage: capctl %s [OPTION...]%s%s\n%s\n\n", verb->name,
	       *verb->arguments ? " " : "", verb->arguments, verb->summary);
	print_json_option(verb->options);
	print_examples(verb->examples);
	return VERB_GOOD;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool asks_help(char **words)
{
	for (; *words && strcmp(*words, "--") != 0; words++)
		if (is_help(*words))
			return true;
	return false;
}

static enum verb_status call(int argc, char **argv, struct err *err)
{
	static char version[] = "version";
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct verb *verb;
	enum verb_status status;

	if (!name) {
		err_set(err, "which verb? see 'capctl help'");
		return VERB_TROUBLE;
	}
	if (is_help(name) || strcmp(name, "help") == 0)
		return help(argv[2], err);
	if (strcmp(name, "--version") == 0)
		name = argv[1] = version;
	verb = find(name);
	if (!verb || asks_help(argv + 2))
		return help(name, err);
	status = verb->run(argc - 1, argv + 1, err);
	if (status == VERB_TROUBLE && *err->text)
		err_wrap(err, "%s", verb->name);
	return status;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	enum verb_status status;

	err_use_libc_reasons();
	out_init();
	status = call(argc, argv, &err);
	if (status != VERB_TROUBLE && out_finish(&err) < 0)
		status = VERB_TROUBLE;
	if (status == VERB_TROUBLE && *err.text)
		report_failure("capctl", &err);
	return (int)status;
}
