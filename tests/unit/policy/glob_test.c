/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/glob.h"

#include <time.h>

#include "prng.h"
#include "tap.h"

static void patterns_match_whole_texts(void)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "abc", "abc", true },
		{ "abc", "ab", false },
		{ "abc", "abcd", false },
		{ "abc", "Abc", false },
		{ "bc", "abc", false },
		{ "*", "", true },
		{ "*", "anything/at all", true },
		{ "**", "", true },
		{ "***", "a", true },
		{ "a*", "a", true },
		{ "a*", "abc", true },
		{ "a*", "ba", false },
		{ "*a", "a", true },
		{ "*a", "bca", true },
		{ "*a", "ab", false },
		{ "a*c", "ac", true },
		{ "a*c", "abcbc", true },
		{ "a*c", "abcb", false },
		{ "*b*", "abc", true },
		{ "*b*", "ac", false },
		{ "a*b*c", "a-b-b-c", true },
		{ "a*b*c", "a-c-b", false },
		{ "*ab", "aab", true },
		{ "*aab", "aaab", true },
		{ "*aba", "ababab", false },
		{ "*aba*", "ababab", true },
		{ "?", "", false },
		{ "?", "a", true },
		{ "?", "ab", false },
		{ "??", "\xc3\xa4", true },
		{ "?", "\xc3\xa4", false },
		{ "a?c", "abc", true },
		{ "a?c", "a/c", true },
		{ "a?c", "ac", false },
		{ "*?", "", false },
		{ "*?", "a", true },
		{ "?*?", "a", false },
		{ "?*?", "ab", true },
		{ "*?b", "aab", true },
		{ "dev-*", "dev-x", true },
		{ "dev-*", "dev-", true },
		{ "dev-*", "dev", false },
		{ "registry.example/dpdk/*", "registry.example/dpdk/a/b:1",
		  true },
		{ "registry.example/dpdk/*", "registryXexample/dpdk/a", false },
		{ "*/*", "a/b/c", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (!CHECK(glob_matches(cases[i].pattern, cases[i].text) ==
			   cases[i].matches))
			printf("#   '%s' on '%s'\n", cases[i].pattern,
			       cases[i].text);
}

static void nothing_else_is_special(void)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{ "[ab]", "[ab]", true },
		{ "[ab]", "a", false },
		{ "\\*", "\\anything", true },
		{ "\\*", "*", false },
		{ "\\?", "\\?", true },
		{ "\\?", "?", false },
		{ "{a,b}", "a", false },
		{ "{a,b}", "{a,b}", true },
		{ "!a", "b", false },
		{ "!a", "!a", true },
		{ ".*", "a", false },
		{ "*", ".hidden", true },
		{ "a", "*", false },
		{ "a*", "*", false },
		{ "*", "*", true },
		{ "?", "*", true },
		{ "a*c", "a*c", true },
		{ "a*c", "a?c", true },
		{ "\xff", "\xff", true },
		{ "\xff*", "\xff\x01", true },
		{ "~", "~", true },
		{ "^a$", "a", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (!CHECK(glob_matches(cases[i].pattern, cases[i].text) ==
			   cases[i].matches))
			printf("#   '%s' on '%s'\n", cases[i].pattern,
			       cases[i].text);
}

/* The definition as code; it takes exponential time. */
static bool oracle(const char *pattern, const char *text)
{
	if (!*pattern)
		return !*text;
	if (*pattern == '*')
		return oracle(pattern + 1, text) ||
		       (*text && oracle(pattern, text + 1));
	return *text && (*pattern == '?' || *pattern == *text) &&
	       oracle(pattern + 1, text + 1);
}

static void random_word(struct prng *prng, const char *letters, char word[16])
{
	size_t len = prng_below(prng, 11);

	for (size_t i = 0; i < len; i++)
		word[i] = letters[prng_below(prng, strlen(letters))];
	word[len] = '\0';
}

static void random_patterns_match_by_the_definition(void)
{
	struct prng prng = { 0x676c6f62 };
	size_t matches = 0;

	for (int i = 0; i < 200000; i++) {
		char pattern[16], text[16];
		bool want;

		random_word(&prng, "ab*?", pattern);
		random_word(&prng, "ab", text);
		want = oracle(pattern, text);
		matches += want;
		if (!CHECK(glob_matches(pattern, text) == want)) {
			printf("#   '%s' on '%s'\n", pattern, text);
			return;
		}
	}
	CHECK(matches > 10000);
}

static void a_pattern_of_many_stars_ends_soon(void)
{
	enum { STARS = 20000, LETTERS = 100000 };
	char *pattern CLEANUP_FREE = malloc(2 * STARS + 2);
	char *text CLEANUP_FREE = malloc(LETTERS + 1);
	clock_t before = clock();

	for (size_t i = 0; i < STARS; i++)
		memcpy(pattern + 2 * i, "*a", 2);
	memcpy(pattern + 2 * STARS, "b", 2);
	memset(text, 'a', LETTERS);
	text[LETTERS] = '\0';
	CHECK(!glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
	CHECK(!glob_matches(pattern, text));
	text[LETTERS - 1] = 'b';
	CHECK(glob_matches(pattern, text));
	CHECK((clock() - before) / CLOCKS_PER_SEC < 20);
}

static bool list_matches(const char *patterns[4], const char *text)
{
	struct glob_list list = { .patterns = patterns };

	while (list.count < 4 && patterns[list.count])
		list.count++;
	return glob_list_matches(&list, text);
}

static void a_list_matches_as_the_policy_says(void)
{
	static struct {
		const char *patterns[4], *text;
		bool matches;
	} cases[] = {
		{ { "a" }, "a", true },
		{ { "a" }, "b", false },
		{ { "a", "b" }, "b", true },
		{ { "a", "b" }, "a", true },
		{ { "a", "b*" }, "bc", true },
		{ { "a", "b" }, "c", false },
		{ { "!a" }, "b", true },
		{ { "!a" }, "a", false },
		{ { "!a" }, "", true },
		{ { "!a", "!b" }, "b", false },
		{ { "!a", "!b" }, "c", true },
		{ { "*", "!kube-*" }, "default", true },
		{ { "*", "!kube-*" }, "kube-system", false },
		{ { "!kube-*", "*" }, "kube-system", false },
		{ { "kube-system", "!kube-*" }, "kube-system", false },
		{ { "dev-*", "!dev-x", "test" }, "test", true },
		{ { "dev-*", "!dev-x", "test" }, "dev-x", false },
		{ { "dev-*", "!dev-x", "test" }, "prod", false },
		{ { "!*" }, "a", false },
		{ { "!!a" }, "!a", false },
		{ { "!!a" }, "a", true },
		{ { "a!" }, "a!", true },
		{ { "*" }, NULL, false },
		{ { "!x" }, NULL, false },
		{ { "*" }, "", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (!CHECK(list_matches(cases[i].patterns, cases[i].text) ==
			   cases[i].matches))
			printf("#   case %zu: '%s'\n", i, cases[i].text);
}

static const struct tap_test tests[] = {
	TAP_TEST(patterns_match_whole_texts),
	TAP_TEST(nothing_else_is_special),
	TAP_TEST(random_patterns_match_by_the_definition),
	TAP_TEST(a_pattern_of_many_stars_ends_soon),
	TAP_TEST(a_list_matches_as_the_policy_says),
};

TAP_MAIN(tests)
