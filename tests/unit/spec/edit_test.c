/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/edit.h"

#include "tap.h"
#include "testdata.h"

static void bytes_outside_the_edits_stay(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of("0123456789");
	struct edits edits CLEANUP_EDITS = { 0 };
	char *got CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	/* In any order; edits at the same place are applied in their order. */
	REQUIRE(edits_add(&edits, 8, 9, "", &err) == 0);
	REQUIRE(edits_add(&edits, 2, 4, "abc", &err) == 0);
	REQUIRE(edits_add(&edits, 10, 10, "end", &err) == 0);
	REQUIRE(edits_add(&edits, 6, 6, "x", &err) == 0);
	REQUIRE(edits_add(&edits, 6, 6, "y", &err) == 0);
	REQUIRE(edits_add(&edits, 0, 1, "", &err) == 0);
	REQUIRE(edits_apply(&edits, &data.doc, &got, &len, &err) == 0);
	CHECK_STR(got, "1abc45xy679end");
	CHECK_U64(len, strlen(got));
}

static void without_an_edit_the_text_is_the_same(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of("{}");
	struct edits edits CLEANUP_EDITS = { 0 };
	char *got CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	REQUIRE(edits_apply(&edits, &data.doc, &got, &len, &err) == 0);
	CHECK_STR(got, "{}");
	CHECK_U64(len, 2);
}

static void one_value_is_returned_with_its_edits(void)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of("[[1],[2]]");
	struct json_value value = { .kind = JSON_ARRAY, .start = 1, .end = 4 };
	struct edits edits CLEANUP_EDITS = { 0 };
	char *got CLEANUP_FREE = NULL;
	struct err err;

	REQUIRE(edits_add(&edits, 3, 3, ",3", &err) == 0);
	REQUIRE(edits_apply_value(&edits, &data.doc, value, &got, NULL, &err) ==
		0);
	CHECK_STR(got, "[1,3]");
}

static void edits_that_overlap_are_refused(void)
{
	static const size_t spans[][2] = {
		{ 2, 5 }, { 3, 3 }, { 0, 2 }, { 3, 5 }
	};
	struct testdata data CLEANUP_TESTDATA = testdata_of("012345");

	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		struct edits edits CLEANUP_EDITS = { 0 };
		char *got = NULL;
		struct err err;
		size_t len;

		REQUIRE(edits_add(&edits, 1, 4, "", &err) == 0);
		REQUIRE(edits_add(&edits, spans[i][0], spans[i][1], "x",
				  &err) == 0);
		CHECK(edits_apply(&edits, &data.doc, &got, &len, &err) == -1);
		CHECK_STR(err.text, "'t': edits overlap");
		CHECK(!got);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(bytes_outside_the_edits_stay),
	TAP_TEST(without_an_edit_the_text_is_the_same),
	TAP_TEST(one_value_is_returned_with_its_edits),
	TAP_TEST(edits_that_overlap_are_refused),
};

TAP_MAIN(tests)
