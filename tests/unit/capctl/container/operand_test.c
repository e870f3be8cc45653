/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/operand.h"

#include <string.h>

#include "tap.h"

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* Texts of a census are not freed here. */
#define ENTRY(container_id, is_running, space, of_pod, called)                 \
	{                                                                      \
		.container =                                                   \
			&(const struct container){                             \
				.id = (char[]){ container_id },                \
				.runs = (is_running)                           \
			},                                                     \
		.who = {.texts = { (char[]){ space }, (char[]){ of_pod },      \
				   (char[]){ called } },                       \
			.name = (char[]){ space "/" of_pod "/" called },       \
		}                                                              \
	}
#define NAMELESS(container_id, directory)                                      \
	{                                                                      \
		.container = &(const struct container)                         \
		{                                                              \
			.id = (char[]){ container_id },                        \
			.root = (char[]){ directory }, .runs = true            \
		}                                                              \
	}

static struct census_entry entries[] = {
	ENTRY("aaaa" SIXTY, true, "shop", "web-1", "web"),
	ENTRY("abbb" SIXTY, true, "shop", "web-1", "log"),
	ENTRY("abcc" SIXTY, false, "shop", "web-1", "log"),
	ENTRY("accc" SIXTY, false, "shop", "job", "once"),
	ENTRY("adee" SIXTY, false, "shop", "job", "once"),
	ENTRY("aeee" SIXTY, true, "bank", "twin", "x"),
	ENTRY("afff" SIXTY, true, "bank", "twin", "x"),
	NAMELESS("box", "/a"),
	NAMELESS("box", "/b"),
	NAMELESS("boxes", "/a"),
	NAMELESS("bbbb" SIXTY, "/a"),
	{ .container =
		  &(const struct container){ .id = (char[]){ "cccc" SIXTY },
					     .runs = true },
	  .who = { .texts = { [MATCH_CONTAINER] = (char[]){ "bbb" } },
		   .name = (char[]){ "bbb" } } },
	{ .container = &(const struct container){ .id = (char[]){ "veiled" },
						  .hidden = true } },
};

static const struct census census = { .list = entries,
				      .count = ARRAY_LEN(entries) };

/* The word means these entries: their places, one letter each from 'a'. */
static void means(const char *word, const char *want)
{
	struct operand operand CLEANUP_OPERAND = { 0 };
	char got[ARRAY_LEN(entries) + 1] = "";
	struct err err;

	CHECK(operand_find(&operand, &census, word, &err) == 0);
	for (size_t i = 0; i < operand.count; i++)
		got[i] = (char)('a' + (operand.list[i] - entries));
	CHECK_STR(got, want);
}

static void is_ambiguous(const char *word, const char *message)
{
	struct operand operand CLEANUP_OPERAND = { 0 };
	struct err err;

	CHECK(operand_find(&operand, &census, word, &err) < 0);
	CHECK_STR(err.text, message);
}

static void an_id_means_its_container_in_every_state_directory(void)
{
	means("aaaa" SIXTY, "a");
	means("box", "hi");
	means("boxes", "j");
}

static void a_name_means_its_container(void)
{
	means("shop/web-1/web", "a");
	means("shop/web-1/we", "");
	means("web", "");
	means("web-1/web", "");
	means("shop/web-1/web/", "");
}

static void a_pods_name_means_all_its_containers(void)
{
	means("shop/web-1", "abc");
	means("bank/twin", "fg");
	means("shop/web", "");
	means("shop/", "");
	means("shop", "");
	means("/", "");
}

static void of_one_name_the_container_that_runs_is_meant(void)
{
	means("shop/web-1/log", "b");
}

static void first_digits_mean_an_engines_container(void)
{
	means("aa", "a");
	means("aaaa0123", "a");
	means("aaaa1", "");
	means("bo", "");
	means("", "");
}

static void podmans_name_precedes_first_digits(void)
{
	means("bbb", "l");
	means("bb", "k");
}

static void an_ambiguous_word_is_an_error_with_the_candidates(void)
{
	is_ambiguous(
		"shop/job/once",
		"'shop/job/once' is ambiguous: shop/job/once accc0123456789012 (not running), shop/job/once adee0123456789012 (not running)");
	is_ambiguous(
		"ab",
		"'ab' is ambiguous: shop/web-1/log abbb01234567, shop/web-1/log abcc01234567 (not running)");
	is_ambiguous(
		"a",
		"'a' is ambiguous: shop/web-1/web aaaa01234567, shop/web-1/log abbb01234567, shop/web-1/log abcc01234567 (not running), shop/job/once accc01234567 (not running), shop/job/once adee01234567 (not running) and others");
	is_ambiguous(
		"bank/twin/x",
		"'bank/twin/x' is ambiguous: bank/twin/x aeee01234567890, bank/twin/x afff01234567890");
}

/* The word means the running container at this place. */
static void runs_as(const char *word, char want)
{
	const struct census_entry *entry;
	struct err err;

	CHECK(operand_find_running(&entry, &census, word, &err) == 0);
	CHECK(entry - entries == want - 'a');
}

static void has_none_that_runs(const char *word, const char *message)
{
	const struct census_entry *entry;
	struct err err;

	CHECK(operand_find_running(&entry, &census, word, &err) < 0);
	CHECK_STR(err.text, message);
}

static void a_word_can_mean_the_one_container_that_runs(void)
{
	runs_as("aaaa", 'a');
	runs_as("shop/web-1/log", 'b');
	/* The other one that begins so does not run. */
	runs_as("ab", 'b');
	runs_as("boxes", 'j');
	runs_as("veiled", 'm'); /* as far as is known */
	has_none_that_runs(
		"shop/web-1",
		"'shop/web-1' is ambiguous: shop/web-1/web aaaa0123456789, shop/web-1/log abbb0123456789");
	has_none_that_runs(
		"shop/job/once",
		"none of the 2 containers 'shop/job/once' is running");
	has_none_that_runs(
		"acc", "container 'shop/job/once accc01234567' is not running");
	has_none_that_runs(
		"nope",
		"no container 'nope' in the default state directories: name another with --root");
	/* In two state directories. */
	has_none_that_runs("box",
			   "'box' is ambiguous: box in '/a', box in '/b'");
}

static void a_missing_one_is_reported_with_the_way_out(void)
{
	const struct census named = { .root = "/r" };
	const struct census nameless = { .nameless =
						 "the policy has no 'engine'" };
	struct err err;

	CHECK(operand_missing(&named, "a/b", &err) < 0);
	CHECK_STR(err.text, "no container 'a/b' in '/r'");
	CHECK(operand_missing(&nameless, "a/b", &err) < 0);
	CHECK_STR(
		err.text,
		"no container 'a/b' in the default state directories: name another with --root (the policy has no 'engine')");
	CHECK(operand_missing(&nameless, "ab", &err) < 0);
	CHECK_STR(
		err.text,
		"no container 'ab' in the default state directories: name another with --root");
}

static const struct tap_test tests[] = {
	TAP_TEST(an_id_means_its_container_in_every_state_directory),
	TAP_TEST(a_name_means_its_container),
	TAP_TEST(a_pods_name_means_all_its_containers),
	TAP_TEST(of_one_name_the_container_that_runs_is_meant),
	TAP_TEST(first_digits_mean_an_engines_container),
	TAP_TEST(podmans_name_precedes_first_digits),
	TAP_TEST(an_ambiguous_word_is_an_error_with_the_candidates),
	TAP_TEST(a_word_can_mean_the_one_container_that_runs),
	TAP_TEST(a_missing_one_is_reported_with_the_way_out),
};
TAP_MAIN(tests)
