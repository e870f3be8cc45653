/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/glob_compare.h"

#include "prng.h"
#include "tap.h"

#define PLENTY                                                                 \
	{                                                                      \
		.left = 1000000                                                \
	}

static void a_pattern_covers_what_it_can_be_proven_to(void)
{
	static const struct {
		const char *wide, *narrow;
		bool covers;
	} cases[] = {
		{ "a", "a", true },
		{ "a", "b", false },
		{ "a", "ab", false },
		{ "*", "a", true },
		{ "*", "*", true },
		{ "*", "**a?*", true },
		{ "a*", "*", false },
		{ "*a", "*", false },
		{ "a*", "a", true },
		{ "a*", "ab*", true },
		{ "ab*", "a*", false },
		{ "a*", "a?", true },
		{ "a?", "a*", false },
		{ "a?", "ab", true },
		{ "a?", "a?", true },
		{ "ab", "a?", false },
		{ "??", "?a", true },
		{ "??", "???", false },
		{ "?*", "??", true },
		{ "?*", "*", false },
		{ "*a*", "*bab*", true },
		{ "*a*", "*b*", false },
		{ "a*c", "a*bc", true },
		{ "a*c", "a*cb", false },
		{ "a*b*c", "axbyc", true },
		{ "*-prod", "eu-*-prod", true },
		{ "registry/*", "registry/a/b:*", true },
		{ "a*a", "a", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct glob_work work = PLENTY;

		if (!CHECK(glob_includes(cases[i].wide, cases[i].narrow,
					 &work) == cases[i].covers))
			printf("#   '%s', '%s'\n", cases[i].wide,
			       cases[i].narrow);
	}
}

static void patterns_are_apart_where_it_can_be_proven(void)
{
	static const struct {
		const char *one, *other;
		bool apart;
	} cases[] = {
		{ "a", "a", false },	    { "a", "b", true },
		{ "a", "*", false },	    { "a", "b*", true },
		{ "a*", "b*", true },	    { "a*", "*a", false },
		{ "*a", "*b", true },	    { "a*", "a*", false },
		{ "dev-*", "dev*", false }, { "dev-*", "prod-*", true },
		{ "a?c*", "abc*", false },  { "a?c*", "abd*", true },
		{ "*/x", "*/y", true },	    { "*x*", "*y*", false },
		{ "abc", "?b?", false },    { "abc", "?c?", true },
		{ "a?", "a", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct glob_work work = PLENTY;

		if (!CHECK(glob_are_disjoint(cases[i].one, cases[i].other,
					     &work) == cases[i].apart) ||
		    !CHECK(glob_are_disjoint(cases[i].other, cases[i].one,
					     &work) == cases[i].apart))
			printf("#   '%s', '%s'\n", cases[i].one,
			       cases[i].other);
	}
}

/* A list from its patterns, separated by blanks. */
struct list {
	char text[64];
	const char *patterns[16];
	struct glob_list globs;
};

static void make_list(struct list *list, const char *text)
{
	char *state, *word;

	snprintf(list->text, sizeof(list->text), "%s", text);
	list->globs = (struct glob_list){ list->patterns, 0 };
	for (word = strtok_r(list->text, " ", &state); word;
	     word = strtok_r(NULL, " ", &state))
		list->patterns[list->globs.count++] = word;
}

static void lists_are_compared_with_what_they_exclude(void)
{
	static const struct {
		const char *one, *other;
		bool covers, apart;
	} cases[] = {
		{ "a", "a", true, false },
		{ "a b", "b", true, false },
		{ "a b", "c", false, true },
		{ "a b", "b c", false, false },
		{ "*", "a b*", true, false },
		{ "!a", "b", true, false },
		{ "!a", "a", false, true },
		{ "!a", "!a", true, false },
		{ "!a", "!a !b", true, false },
		{ "!a !b", "!a", false, false },
		{ "!a", "!b", false, false },
		{ "!a*", "b*", true, false },
		{ "!a*", "a*", false, true },
		{ "!ab*", "a*", false, false },
		{ "* !a*", "a* b*", false, false },
		{ "* !a*", "a* b* !a?*", false, false },
		{ "* !a*", "a* b* !a*", true, false },
		{ "dev-*", "* !prod-*", false, false },
		{ "* !prod-*", "dev-*", true, false },
		{ "* !prod-*", "prod-x", false, true },
		{ "* !test-*", "*", false, false },
		{ "*", "!x", true, false },
		{ "?*", "!x", false, false },
		{ "a b c", "?", false, false },
		{ "?", "a b c", true, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct glob_work work = PLENTY;
		struct list one, other;

		make_list(&one, cases[i].one);
		make_list(&other, cases[i].other);
		if (!CHECK(glob_list_includes(&one.globs, &other.globs,
					      &work) == cases[i].covers) ||
		    !CHECK(glob_list_are_disjoint(&one.globs, &other.globs,
						  &work) == cases[i].apart) ||
		    !CHECK(glob_list_are_disjoint(&other.globs, &one.globs,
						  &work) == cases[i].apart))
			printf("#   '%s', '%s'\n", cases[i].one,
			       cases[i].other);
	}
}

static void a_list_is_void_or_everything_or_neither(void)
{
	static const struct {
		const char *list;
		bool is_void, is_everything;
	} cases[] = {
		{ "", false, true },	   { "*", false, true },
		{ "**", false, true },	   { "?*", false, true },
		{ "??*", false, false },   { "a *", false, true },
		{ "a", false, false },	   { "?", false, false },
		{ "a*", false, false },	   { "* !a", false, false },
		{ "!a", false, false },	   { "!*", true, false },
		{ "a !a", true, false },   { "a b !a", false, false },
		{ "a* !a", false, false }, { "a !a*", true, false },
		{ "* !**", true, false },  { "ab a? !a*", true, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct glob_work work = PLENTY;
		struct list list;

		make_list(&list, cases[i].list);
		if (!CHECK(glob_list_is_empty(&list.globs, &work) ==
			   cases[i].is_void) ||
		    !CHECK(glob_list_is_universal(&list.globs) ==
			   cases[i].is_everything))
			printf("#   '%s'\n", cases[i].list);
	}
}

static void nothing_is_proven_without_work(void)
{
	struct glob_work work = { .left = 0 };
	struct list one, other;

	make_list(&one, "a*");
	make_list(&other, "ab");
	CHECK(!glob_includes("a*", "ab", &work));
	CHECK(!glob_are_disjoint("a", "b", &work));
	CHECK(!glob_are_disjoint("a", "*b", &work));
	CHECK(!glob_list_includes(&one.globs, &other.globs, &work));
	make_list(&other, "b");
	CHECK(!glob_list_are_disjoint(&one.globs, &other.globs, &work));
	make_list(&one, "a !a");
	CHECK(!glob_list_is_empty(&one.globs, &work));
	CHECK_U64(work.left, 0);
}

/* The number of steps is bounded, for patterns of any length. */
static void work_is_counted_in_steps(void)
{
	static char wide[20001], narrow[20001];
	struct glob_work work = PLENTY;

	memset(narrow, 'a', sizeof(narrow) - 1);
	memset(wide, 'a', sizeof(wide) / 2);
	wide[0] = '*';
	wide[sizeof(wide) / 2] = 'b';
	CHECK(!glob_includes(wide, narrow, &work));
	CHECK_U64(work.left, 0);
}

static void make_random_list(struct list *list, struct prng *prng)
{
	static const char bytes[] = "aab*?";
	char text[64];
	size_t len = 0, words = 1 + prng_below(prng, 4);

	for (size_t i = 0; i < words; i++) {
		size_t bytes_left = 1 + prng_below(prng, 4);

		if (prng_below(prng, 3) == 0)
			text[len++] = '!';
		while (bytes_left--)
			text[len++] = bytes[prng_below(prng, 5)];
		text[len++] = ' ';
	}
	text[len] = '\0';
	make_list(list, text);
}

/* All texts of a, b and c with up to 5 bytes: 364. */
static bool next_text(char text[6], size_t number)
{
	size_t len = 0;

	for (size_t of_length = 1; number >= of_length; of_length *= 3, len++)
		number -= of_length;
	for (size_t i = 0; i < len; i++, number /= 3)
		text[i] = (char)('a' + number % 3);
	text[len] = '\0';
	return len <= 5;
}

static bool is_refuted(const struct list *one, const struct list *other)
{
	struct glob_work work = PLENTY;
	bool covers = glob_list_includes(&one->globs, &other->globs, &work);
	bool apart = glob_list_are_disjoint(&one->globs, &other->globs, &work);
	bool is_void = glob_list_is_empty(&one->globs, &work);
	char text[16];

	for (size_t i = 0; next_text(text, i); i++) {
		bool in_one = glob_list_matches(&one->globs, text);
		bool in_other = glob_list_matches(&other->globs, text);

		if ((covers && in_other && !in_one) ||
		    (apart && in_one && in_other) || (is_void && in_one))
			return true;
	}
	return false;
}

static void no_text_refutes_what_was_proven(void)
{
	struct prng prng = { 0x5eed };
	struct list one, other;

	for (size_t round = 0; round < 20000; round++) {
		make_random_list(&one, &prng);
		make_random_list(&other, &prng);
		if (!CHECK(!is_refuted(&one, &other)))
			return;
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_pattern_covers_what_it_can_be_proven_to),
	TAP_TEST(patterns_are_apart_where_it_can_be_proven),
	TAP_TEST(lists_are_compared_with_what_they_exclude),
	TAP_TEST(a_list_is_void_or_everything_or_neither),
	TAP_TEST(nothing_is_proven_without_work),
	TAP_TEST(work_is_counted_in_steps),
	TAP_TEST(no_text_refutes_what_was_proven),
};

TAP_MAIN(tests)
