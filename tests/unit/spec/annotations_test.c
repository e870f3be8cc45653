/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/annotations.h"

#include "annotations_of.h"
#include "base/buf.h"
#include "prng.h"
#include "tap.h"

static void every_key_is_found_whatever_the_order(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS = annotations_of(
		"{\"m\": \"1\", \"z\": \"2\", \"a\": \"3\", \"mm\": \"4\"}");

	CHECK_U64(annotations.count, 4);
	CHECK_STR(annotations_find(&annotations, "m"), "1");
	CHECK_STR(annotations_find(&annotations, "z"), "2");
	CHECK_STR(annotations_find(&annotations, "a"), "3");
	CHECK_STR(annotations_find(&annotations, "mm"), "4");
}

static void what_is_not_there_is_not_found(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of("{\"io.x/key\": \"value\", \"b\": \"\"}");

	CHECK(!annotations_find(&annotations, ""));
	CHECK(!annotations_find(&annotations, "io.x/ke"));
	CHECK(!annotations_find(&annotations, "io.x/key "));
	CHECK(!annotations_find(&annotations, "IO.x/key"));
	CHECK(!annotations_find(&annotations, "value"));
	CHECK(!annotations_find(&annotations, "zz"));
}

static void an_empty_object_has_none(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of("{ }");

	CHECK_U64(annotations.count, 0);
	CHECK(!annotations_find(&annotations, ""));
	CHECK(!annotations_find(&annotations, "a"));
}

static void an_empty_key_and_an_empty_value_are_found(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of("{\"\": \"nameless\", \"a\": \"\"}");

	CHECK_STR(annotations_find(&annotations, ""), "nameless");
	CHECK_STR(annotations_find(&annotations, "a"), "");
}

static void escapes_are_resolved_in_keys_and_values(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of("{\"\\u0069o\\u002ex\\/k\": \"a\\\"b\\n\\u00e9"
			       "\\ud83d\\ude00\", \"\\u00e9\": \"\xc3\xa9\"}");

	CHECK_STR(annotations_find(&annotations, "io.x/k"),
		  "a\"b\n\xc3\xa9\xf0\x9f\x98\x80");
	CHECK_STR(annotations_find(&annotations, "\xc3\xa9"), "\xc3\xa9");
}

static void a_key_or_a_value_with_a_nul_is_left_out(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of("{\"a\\u0000\": \"1\", \"b\": \"x\\u0000\", "
			       "\"\\u0000\": \"3\", \"c\": \"\\u0000\", "
			       "\"d\": \"kept\"}");

	CHECK_U64(annotations.count, 1);
	CHECK(!annotations_find(&annotations, "a"));
	CHECK(!annotations_find(&annotations, "b"));
	CHECK(!annotations_find(&annotations, ""));
	CHECK(!annotations_find(&annotations, "c"));
	CHECK_STR(annotations_find(&annotations, "d"), "kept");
}

static void a_nul_behind_a_key_hides_no_true_one(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of("{\"ns\\u0000\": \"forged\", \"ns\": \"true\", "
			       "\"ns\\u0000x\": \"forged\"}");

	CHECK_STR(annotations_find(&annotations, "ns"), "true");
}

static void null_values_are_left_out(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of("{\"a\": null, \"b\": \"null\"}");

	CHECK_U64(annotations.count, 1);
	CHECK(!annotations_find(&annotations, "a"));
	CHECK_STR(annotations_find(&annotations, "b"), "null");
}

static void keys_that_differ_in_case_are_two(void)
{
	struct annotations annotations CLEANUP_ANNOTATIONS = annotations_of(
		"{\"io.K\": \"1\", \"io.k\": \"2\", \"IO.K\": \"3\"}");

	CHECK_STR(annotations_find(&annotations, "io.K"), "1");
	CHECK_STR(annotations_find(&annotations, "io.k"), "2");
	CHECK_STR(annotations_find(&annotations, "IO.K"), "3");
}

static void add_random_key(struct buf *buf, struct prng *prng, unsigned number)
{
	char key[64];

	/* Also bytes above 0x7f, for which signed and unsigned order differ. */
	snprintf(key, sizeof(key), "%s\"%s%c%u\": \"%u\"", number ? "," : "",
		 prng_below(prng, 2) ? "\xc3\xa9" : "k",
		 (char)('a' + prng_below(prng, 26)), number, number);
	buf_add_str(buf, key);
}

static void check_all(const struct annotations *annotations, size_t count)
{
	bool seen[512] = { false };

	CHECK_U64(annotations->count, count);
	for (size_t i = 0; i < annotations->count; i++) {
		const struct annotation *one = &annotations->list[i];
		unsigned long number = strtoul(one->value, NULL, 10);

		REQUIRE(number < count && !seen[number]);
		seen[number] = true;
		CHECK(annotations_find(annotations, one->key) == one->value);
	}
}

static void any_number_of_them_is_found(void)
{
	struct prng prng = { .state = 4711 };

	for (unsigned count = 1; count < 200; count += 7) {
		struct annotations annotations CLEANUP_ANNOTATIONS = { 0 };
		struct buf buf CLEANUP_BUF = { 0 };
		char *text CLEANUP_FREE = NULL;
		struct err err;

		buf_add_str(&buf, "{");
		for (unsigned i = 0; i < count; i++)
			add_random_key(&buf, &prng, i);
		buf_add_str(&buf, "}");
		REQUIRE(buf_take(&buf, &text, NULL, &err) == 0);
		annotations = annotations_of(text);
		check_all(&annotations, count);
	}
}

static void freeing_leaves_none_and_may_be_done_twice(void)
{
	struct annotations annotations = annotations_of("{\"a\": \"1\"}");

	annotations_free(&annotations);
	CHECK_U64(annotations.count, 0);
	CHECK(!annotations_find(&annotations, "a"));
	annotations_free(&annotations);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_key_is_found_whatever_the_order),
	TAP_TEST(what_is_not_there_is_not_found),
	TAP_TEST(an_empty_object_has_none),
	TAP_TEST(an_empty_key_and_an_empty_value_are_found),
	TAP_TEST(escapes_are_resolved_in_keys_and_values),
	TAP_TEST(a_key_or_a_value_with_a_nul_is_left_out),
	TAP_TEST(a_nul_behind_a_key_hides_no_true_one),
	TAP_TEST(null_values_are_left_out),
	TAP_TEST(keys_that_differ_in_case_are_two),
	TAP_TEST(any_number_of_them_is_found),
	TAP_TEST(freeing_leaves_none_and_may_be_done_twice),
};
TAP_MAIN(tests)
