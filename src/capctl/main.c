/* SPDX-License-Identifier: Apache-2.0 */
/* capctl, the admin's tool: the table of its verbs, help and dispatch. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/report.h"
#include "capctl/out.h"
#include "capctl/similar.h"
#include "capctl/verb.h"

static const struct verb verbs[] = {
	{ "check", "[FILE...]", "validate and lint a policy",
	  "  --strict  warnings count as findings",
	  "capctl check\n"
	  "capctl check --strict policy.json policy.d/*.json",
	  verb_check },
	{ "explain", "BUNDLE|CONFIG.JSON|CONTAINER...",
	  "show what the runtime would do with a bundle or a pod",
	  "  --policy FILE   this policy, not the installed one\n"
	  "  --handler NAME  the handler's name (default: capruntime)\n"
	  "  --id ID         the container's ID\n"
	  "  --rule NAME     as if this rule decided\n"
	  "  --all DIR       every bundle below DIR\n"
	  "  --all-handlers  also those that capruntime did not start\n"
	  "  --pod FILE      a manifest of Kubernetes instead; -: standard input\n"
	  "  --engine NAME   with --pod: crio or containerd, not the node's\n"
	  "  --namespace NS  with --pod: where the manifest names none\n"
	  "  --user UID      with --pod: the image's user (default: 0)\n"
	  "  --image ROOTFS  with --pod: the image's root directory",
	  "capctl explain --policy policy.json bundle\n"
	  "capctl explain --policy policy.json --rule dpdk bundle\n"
	  "capctl explain --policy policy.json --all .\n"
	  "capctl explain --policy policy.json --engine crio --pod pod.yaml",
	  verb_explain },
	{ "show", "[PID...|CONTAINER...]", "show the capabilities of processes",
	  "  --id ID       processes of this container\n"
	  "  --root DIR    the runtime's state directory\n"
	  "  --all         all processes, not only those of containers;\n"
	  "                with --id, all of the container's PID namespace\n"
	  "  --tree        as a tree; with PIDs, their descendants too",
	  "capctl show shop/web-1/web\n"
	  "capctl show --id web\n"
	  "capctl show --all --tree\n"
	  "capctl show self",
	  verb_show },
	{ "decode", "[TEXT...]", "translate masks to names, names to masks",
	  "  --number  decimal words are numbers of capabilities",
	  "capctl decode 0000000000003400\n"
	  "capctl decode net_raw kill\n"
	  "capctl decode | grep port",
	  verb_decode },
	{ "scan", "ROOTFS|BUNDLE|FILE",
	  "find what raises privileges in an image",
	  "  --policy FILE  evaluate by this policy; bundles: else the installed\n"
	  "  --bundle       the operand is a bundle\n"
	  "  --rootfs       a root directory, even with a config.json",
	  "capctl scan rootfs\n"
	  "capctl scan rootfs/bin/ping\n"
	  "capctl scan --bundle --policy policy.json bundle",
	  verb_scan },
	{ "verify", "[CONTAINER...]",
	  "compare running containers with the policy",
	  "  --all           every container, as without an operand\n"
	  "  --root DIR      the runtime's state directory\n"
	  "  --policy FILE   this policy, not the installed one\n"
	  "  --handler NAME  where nothing tells, this handler started it\n"
	  "  --all-handlers  also those that capruntime did not start\n"
	  "  --findings      only what is not ok\n"
	  "  --usage         also which granted capabilities are not used\n"
	  "  --for TIME      with --usage: watch for TIME (default: 30s)",
	  "capctl verify\n"
	  "capctl verify --findings\n"
	  "capctl verify --usage --for 5m shop/web-1/web\n"
	  "capctl verify --policy policy.json shop/web-1/web",
	  verb_verify },
	{ "learn", "[--] COMMAND [ARGUMENT...]",
	  "find the capabilities that a program needs",
	  "  --user UID[:GID]  run the command as this user\n"
	  "  --pid PID         watch this process instead\n"
	  "  --id CONTAINER    watch all processes of this container\n"
	  "  --run BUNDLE      watch a container of this bundle\n"
	  "  --confirm BUNDLE  try what its container can do without\n"
	  "  --test COMMAND    with --confirm: succeeds if the container works\n"
	  "  --policy FILE     with --confirm: try the capabilities of its rule\n"
	  "  --root DIR        the runtime's state directory\n"
	  "  --for TIME        end after TIME, for example 30s or 5m\n"
	  "  --rule FILE       write a policy with a rule that raises them\n"
	  "  --as FORM         with --confirm: rule, securitycontext, podman,\n"
	  "                    systemd or scc",
	  "capctl learn --user 1000 -- busybox httpd -f -p 80\n"
	  "capctl learn --user 1000 --rule rule.json -- busybox httpd -f -p 80\n"
	  "capctl learn --for 30s --id shop/web-1/web\n"
	  "capctl learn --run bundle\n"
	  "capctl learn --confirm bundle --policy policy.json --rule rule.json",
	  verb_learn },
	{ "run", "[--] COMMAND [ARGUMENT...]",
	  "run a program with exactly these capabilities, or say why not",
	  "  --user USER[:GROUP]  names or numbers (default: unchanged)\n"
	  "  --ambient LIST       what another user than 0 holds (default: none)\n"
	  "  --bounding LIST      the bounding set (default: unchanged)\n"
	  "  --no-new-privs       no file that is executed raises privileges\n"
	  "  --dry-run            print what the program would hold",
	  "capctl run --user 1000 --ambient NET_RAW -- grep CapEff /proc/self/status\n"
	  "capctl run --user 1000 --bounding none --no-new-privs -- id -u\n"
	  "capctl run --dry-run --user 1000:1 --ambient KILL --bounding KILL -- id",
	  verb_run },
	{ "restore", "BUNDLE|CONTAINER...",
	  "restore the config.json that the engine wrote",
	  "  --force  even while a container of the bundle lives",
	  "capctl restore bundle", verb_restore },
	{ "sync", "DIRECTORY [TARGET] | FILE... TARGET",
	  "install a policy from a directory and keep it in sync",
	  "  --check         only report whether it is in sync\n"
	  "  --once          synchronize once and exit\n"
	  "  --interval N    check every N seconds (default: 10)\n"
	  "  --runtime PATH  also link the real runtime, if no link exists\n"
	  "  --files         not a policy: install these files unchanged",
	  "capctl sync /config\n"
	  "capctl sync --check /config",
	  verb_sync },
	{ "doctor", "", "check that this machine is ready",
	  "  --root DIR         check DIR instead of /, for example an image\n"
	  "  --in-use PROGRAM   only list what still needs this capruntime\n"
	  "  --engine-runtimes  only list the engines' default runtimes\n"
	  "  --findings         only what is not ok\n"
	  "  --probe            run small containers and compare what they hold\n"
	  "  --handler NAME     with --probe: this handler (default: capruntime)",
	  "capctl doctor\n"
	  "capctl doctor --probe",
	  verb_doctor },
	{ "version", "", "show the versions and the real runtime", NULL,
	  "capctl version --json", verb_version },
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static enum verb_status list_verbs(void)
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

/* Lines of "  OPTION  TEXT"; one that only continues a text has no OPTION. */
static void add_options(struct out_table *table, const char *lines)
{
	while (lines && *lines) {
		size_t len = strcspn(lines, "\n");
		const char *gap = strstr(lines + 2, "  ");
		char *name CLEANUP_FREE =
			strndup(lines + 2, (size_t)(gap - lines - 2));
		char *text CLEANUP_FREE =
			strndup(gap + strspn(gap, " "),
				len - (size_t)(gap + strspn(gap, " ") - lines));

		table->failed |= !name || !text;
		out_table_add(table, OUT_PLAIN, 2, name, text);
		lines += len + (lines[len] == '\n');
	}
}

static void print_options(const char *own)
{
	struct out_table table CLEANUP_TABLE = { .indent = 2 };

	add_options(&table, own);
	add_options(&table, "  --json  JSON, for programs; also '-o json'\n"
			    "  --color WHEN  auto, always or never");
	out_table_print(&table);
}

/* Completions read the words at the start of a line: '$' is none. */
static void print_examples(const char *examples)
{
	puts("\nExamples:");
	for (size_t len; *examples; examples += len + (examples[len] == '\n')) {
		len = strcspn(examples, "\n");
		printf("  $ %.*s\n", (int)len, examples);
	}
}

static enum verb_status refuse_verb(const char *name, struct err *err)
{
	struct similar similar = similar_to(name, strlen(name));
	char guess[SIMILAR_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		similar_offer(&similar, verbs[i].name, strlen(verbs[i].name));
	similar_text(&similar, "", guess);
	err_set(err, "unknown verb '%s'%s: see 'capctl help'", name, guess);
	return VERB_ERROR;
}

static enum verb_status print_help(const char *name, struct err *err)
{
	const struct verb *verb = name ? find_verb(name) : NULL;

	if (!name)
		return list_verbs();
	if (!verb)
		return refuse_verb(name, err);
	printf("usage: capctl %s [OPTION...]%s%s\n%s\n\n", verb->name,
	       *verb->arguments ? " " : "", verb->arguments, verb->summary);
	print_options(verb->options);
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

static enum verb_status call_verb(int argc, char **argv, struct err *err)
{
	static char version[] = "version";
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct verb *verb;
	enum verb_status status;

	if (!name) {
		list_verbs();
		return VERB_ERROR;
	}
	if (is_help(name) || strcmp(name, "help") == 0)
		return print_help(argv[2], err);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = argv[1] = version;
	if (strcmp(name, VERB_COMPLETE) == 0)
		return verb_complete(argc - 1, argv + 1, err);
	verb = find_verb(name);
	if (!verb || asks_help(argv + 2))
		return print_help(name, err);
	status = verb->run(argc - 1, argv + 1, err);
	if (status >= VERB_ERROR && *err->text)
		err_wrap(err, "%s", verb->name);
	return status;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	enum verb_status status;

	err_use_libc_reasons();
	/* Without a verb the list of verbs is the error. */
	if (argc < 2 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return VERB_ERROR;
	out_init();
	status = call_verb(argc, argv, &err);
	if ((status < VERB_ERROR || argc < 2) && out_finish(&err) < 0)
		status = VERB_ERROR;
	if (status >= VERB_ERROR && *err.text)
		report_failure("capctl", &err);
	return (int)status;
}
