/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl __complete VERB [WORD...]', which only the shells' completions call and
 * no help lists: what can follow these words. Each line is two blanks, a word, two
 * blanks and what it is. The exit status is 0 if nothing else can follow, and 1
 * if files can. It reads the state of containers, or the policy, and runs
 * nothing; what cannot be read is left out, without a message.
 */
#include "config.h"

#include <string.h>

#include "capctl/container/census.h"
#include "capctl/decode/describe.h"
#include "capctl/out.h"
#include "capctl/verb.h"
#include "policy/files.h"

#define ANY_VERB "*"
#define POLICY_OPTION "--policy"
#define ROOT_OPTION "--root"
#define WORDS_MAX 5

/* Has the same effect on every shell, quoted or not. */
static bool is_plain_word(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+-";

	return *word && *word != '-' && word[strspn(word, plain)] == '\0';
}

static void offer(const char *word, const char *text)
{
	if (is_plain_word(word))
		out_line(OUT_PLAIN, "  %s  %s", word, text);
}

static void offer_id(const struct census_entry *entry, int digits)
{
	const struct container *container = entry->container;
	char *word CLEANUP_FREE = strndup(container->id, (size_t)digits);
	const char *state = container->runs ? "running" : "not running";

	if (word)
		offer(word, entry->who.name ? entry->who.name : state);
}

/* Before its first container. Those of a pod follow each other. */
static void offer_pod(const struct census *census, size_t at)
{
	char *pod CLEANUP_FREE = who_pod(&census->list[at].who);
	char *last CLEANUP_FREE =
		at ? who_pod(&census->list[at - 1].who) : NULL;

	if (pod && (!last || strcmp(pod, last) != 0))
		offer(pod, "all containers of the pod");
}

static void offer_names(const struct census *census)
{
	for (size_t i = 0; i < census->count; i++) {
		const struct census_entry *entry = &census->list[i];
		char *label CLEANUP_FREE =
			who_label(NULL, entry->container->id);

		offer_pod(census, i);
		if (entry->who.name && label)
			offer(entry->who.name, label);
	}
}

/* The last one; NULL: there is none. Bash splits a word at '='. */
static const char *value_of(char **words, const char *option)
{
	const char *value = NULL;
	size_t len = strlen(option);

	for (; *words; words++) {
		bool is_split = words[1] && strcmp(words[1], "=") == 0;

		if (strncmp(*words, option, len) != 0)
			continue;
		if ((*words)[len] == '=')
			value = *words + len + 1;
		else if (!(*words)[len] && words[1])
			value = words[1 + is_split];
	}
	return value;
}

static void offer_census(char **words, bool whole_ids)
{
	struct census census CLEANUP_CENSUS = { 0 };
	struct err ignored;

	if (census_take(&census, value_of(words, ROOT_OPTION), NULL, &ignored) <
	    0)
		ignored = (struct err){ 0 };
	if (!whole_ids)
		offer_names(&census);
	for (size_t i = 0; i < census.count; i++) {
		const char *id = census.list[i].container->id;

		offer_id(&census.list[i],
			 whole_ids ? (int)strlen(id) : who_id_digits(id));
	}
}

static void offer_rules(char **words)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	const char *file = value_of(words, POLICY_OPTION);
	struct err ignored;
	int status = file ? policy_files_load_from(&policy, file, &ignored)
			  : policy_files_load(&policy, &ignored);

	for (size_t i = 0; status == 0 && i < policy.count; i++) {
		char *names CLEANUP_FREE = out_names(policy.rules[i].ambient);

		offer(policy.rules[i].name, names ? names : "");
	}
}

static void offer_capabilities(void)
{
	for (unsigned int bit = 0; capset_known() >> bit & 1; bit++) {
		char *name CLEANUP_FREE = out_name(bit);
		const char *text = decode_description(bit);

		if (name && strncmp(name, "CAP_", 4) == 0)
			offer(name + 4, text ? text : "");
	}
}

enum kind { NOTHING, CONTAINERS, IDS, RULES, CAPABILITIES };

/* What follows the option, or is an operand of the verb. */
static const struct place {
	const char *verb;
	const char *option; /* NULL: an operand */
	enum kind kind;
	bool files;
	const char *words[WORDS_MAX]; /* always the same */
} places[] = {
	{ ANY_VERB, "--color", .words = { "auto", "always", "never" } },
	{ ANY_VERB, "-o", .words = { "json", "text" } },
	{ ANY_VERB, POLICY_OPTION, .files = true },
	{ ANY_VERB, ROOT_OPTION, .files = true },
	{ "learn", "--id", .kind = CONTAINERS },
	{ "learn", "--for", .files = false },
	{ "learn", "--pid", .files = false },
	{ "learn", "--user", .files = false },
	{ "learn", "--as",
	  .words = { "rule", "securitycontext", "podman", "systemd", "scc" } },
	{ "verify", "--for", .files = false },
	{ ANY_VERB, "--id", .kind = IDS },
	{ ANY_VERB, "--handler", .files = false },
	{ "explain", "--rule", .kind = RULES },
	{ "explain", "--all", .files = true },
	{ "explain", "--pod", .files = true },
	{ "explain", "--image", .files = true },
	{ "explain", "--engine", .words = { "crio", "containerd" } },
	{ "explain", "--namespace", .files = false },
	{ "explain", "--user", .files = false },
	{ "explain", .kind = CONTAINERS, .files = true },
	{ "restore", .kind = CONTAINERS, .files = true },
	{ "run", "--ambient", .kind = CAPABILITIES },
	{ "run", "--bounding", .kind = CAPABILITIES },
	{ "run", "--user", .files = false },
	{ "run", .files = true },
	{ "show", .kind = CONTAINERS },
	{ "verify", .kind = CONTAINERS },
	{ "decode", .kind = CAPABILITIES },
};

static const struct place *find_place(const char *verb, const char *last)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct place *place = &places[i];
		bool is_verbs = strcmp(place->verb, ANY_VERB) == 0 ||
				strcmp(place->verb, verb) == 0;

		if (is_verbs &&
		    (!place->option || strcmp(place->option, last) == 0))
			return place;
	}
	return NULL;
}

static void offer_kind(enum kind kind, char **words)
{
	switch (kind) {
	case NOTHING:
		break;
	case CONTAINERS:
	case IDS:
		offer_census(words, kind == IDS);
		break;
	case RULES:
		offer_rules(words);
		break;
	case CAPABILITIES:
		offer_capabilities();
		break;
	}
}

enum verb_status verb_complete(int argc, char **argv, struct err *err)
{
	const struct place *place =
		argc > 1 ? find_place(argv[1], argv[argc - 1]) : NULL;

	(void)err;
	if (!place)
		return VERB_FINDINGS;
	for (size_t i = 0; i < ARRAY_LEN(place->words) && place->words[i]; i++)
		offer(place->words[i], "");
	offer_kind(place->kind, argv + 2);
	return place->files ? VERB_FINDINGS : VERB_GOOD;
}
