/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/verb.h"

#include "tap.h"

#define WORDS_MAX 8

static bool all, tree;
static const char *root;

static const struct verb_option options[] = {
	{ "all", &all, NULL },
	{ "tree", &tree, NULL },
	{ "root", NULL, &root },
};

static struct err err;
static char *words[WORDS_MAX + 1];

/* Words separated by blanks; "." is an empty word. */
static int parse(const char *line)
{
	static char text[256];
	char *rest = text, *word;
	int count = 0;

	snprintf(text, sizeof(text), "%s", line);
	memset(words, 0, sizeof(words));
	while ((word = strsep(&rest, " ")))
		words[count++] = strcmp(word, ".") == 0 ? word + 1 : word;
	all = tree = false;
	root = NULL;
	err = (struct err){ 0 };
	return verb_parse(count, words, options, ARRAY_LEN(options), &err);
}

static void options_may_be_anywhere(void)
{
	static const char *const lines[] = {
		"show --all --root R a b",    "show a --all b --root R",
		"show a b --root=R --all",    "show --root R --all -- a b",
		"show --all a --root R -- b",
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		int first = parse(lines[i]);

		REQUIRE(first > 0);
		CHECK(all && !tree);
		CHECK_STR(root, "R");
		CHECK_STR(words[first], "a");
		CHECK_STR(words[first + 1], "b");
		CHECK(!words[first + 2]);
	}
}

static void what_is_not_given_stays(void)
{
	CHECK(parse("show") == 1);
	CHECK(!words[1] && !all && !tree && !root);
	CHECK(parse("show a") == 1);
	CHECK_STR(words[1], "a");
}

static void operands_may_look_like_options_after_the_dashes(void)
{
	int first = parse("show --tree -- --all -x");

	CHECK(tree && !all);
	CHECK_STR(words[first], "--all");
	CHECK_STR(words[first + 1], "-x");
	CHECK(parse("show -") == 1);
	CHECK_STR(words[1], "-");
}

static void a_value_may_be_anything(void)
{
	CHECK(parse("show --root .") > 0);
	CHECK_STR(root, "");
	CHECK(parse("show --root=") > 0);
	CHECK_STR(root, "");
	CHECK(parse("show --root --all") > 0);
	CHECK_STR(root, "--all");
	CHECK(!all);
	CHECK(parse("show --root A --root B") > 0);
	CHECK_STR(root, "B");
}

static void wrong_usage_is_an_error(void)
{
	static const struct {
		const char *line, *want;
	} lines[] = {
		{ "show --nix", "unknown option '--nix': see 'capctl help "
				"show'" },
		{ "show a --nix=1 b", "unknown option '--nix=1': see 'capctl "
				      "help show'" },
		{ "show -x", "unknown option '-x': see 'capctl help show'" },
		{ "show -xyz", "unknown option '-x': see 'capctl help show'" },
		{ "show --root", "'--root' needs a value: see 'capctl help "
				 "show'" },
		{ "show a --root", "'--root' needs a value: see 'capctl help "
				   "show'" },
		{ "show --all=1", "'--all' takes no value: see 'capctl help "
				  "show'" },
		{ "show --al=1",
		  "unknown option '--al=1' (did you mean '--all'?): see 'capctl help "
		  "show'" },
		{ "show --roo R",
		  "unknown option '--roo' (did you mean '--root'?): see 'capctl help show'" },
		{ "show --roo",
		  "unknown option '--roo' (did you mean '--root'?): see 'capctl help show'" },
		{ "show --al",
		  "unknown option '--al' (did you mean '--all'?): see 'capctl help "
		  "show'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		CHECK(parse(lines[i].line) == -1);
		CHECK_STR(err.text, lines[i].want);
	}
}

/* A verb can parse its words more than once, and tests do. */
static void every_parse_starts_anew(void)
{
	CHECK(parse("show -xyz") == -1);
	CHECK(parse("show -x") == -1);
	CHECK(parse("show --all a") == 2);
	CHECK(all);
}

static void too_many_options_are_refused(void)
{
	static struct verb_option many[17];

	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = (struct verb_option){ "all", &all, NULL };
	parse("show");
	CHECK(verb_parse(1, words, many, 17, &err) == -1);
	CHECK_STR(err.text, "too many options");
	CHECK(verb_parse(1, words, many, 16, &err) == 1);
}

static void a_verb_can_complain_the_same_way(void)
{
	CHECK(verb_misuse(&err, "show", "'%s' is no pid", "x") == -1);
	CHECK_STR(err.text, "'x' is no pid: see 'capctl help show'");
}

static const struct tap_test tests[] = {
	TAP_TEST(options_may_be_anywhere),
	TAP_TEST(what_is_not_given_stays),
	TAP_TEST(operands_may_look_like_options_after_the_dashes),
	TAP_TEST(a_value_may_be_anything),
	TAP_TEST(wrong_usage_is_an_error),
	TAP_TEST(every_parse_starts_anew),
	TAP_TEST(too_many_options_are_refused),
	TAP_TEST(a_verb_can_complain_the_same_way),
};

TAP_MAIN(tests)
