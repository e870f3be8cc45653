/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/place.h"

#include <stdint.h>

#include "base/cleanup.h"
#include "tap.h"

static void a_place_behind_the_end_is_the_end(void)
{
	static const struct json_doc doc = { .name = "t",
					     .text = "a\nbc",
					     .len = 4 };
	struct json_place place = JSON_PLACE_START;

	json_place_move(&doc, &place, 4);
	CHECK(place.offset == 4 && place.line == 2 && place.column == 3);
	json_place_move(&doc, &place, SIZE_MAX);
	CHECK(place.offset == 4 && place.line == 2 && place.column == 3);
}

static void a_place_is_the_same_from_wherever_one_comes(void)
{
	static const struct json_doc doc = {
		.name = "t",
		.text = "\n\xc3\xa4\xf0\x9f\x98\x80"
			"b\n\n\r\n\tcd\xe2\x82\xac",
		.len = 18
	};

	for (size_t from = 0; from <= doc.len; from++) {
		for (size_t to = 0; to <= doc.len; to++) {
			struct json_place straight = JSON_PLACE_START;
			struct json_place round = JSON_PLACE_START;

			json_place_move(&doc, &straight, to);
			json_place_move(&doc, &round, from);
			json_place_move(&doc, &round, to);
			CHECK_U64(round.offset, to);
			CHECK_U64(round.line, straight.line);
			CHECK_U64(round.column, straight.column);
		}
	}
}

static void a_place_counts_lines_and_characters(void)
{
	static const struct json_doc doc = { .name = "t",
					     .text = "a\n\xc3\xa4\n",
					     .len = 5 };
	static const struct json_place places[] = {
		{ 0, 1, 1 }, { 1, 1, 2 }, { 2, 2, 1 }, { 4, 2, 2 }, { 5, 3, 1 },
	};
	struct json_place place = JSON_PLACE_START;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		json_place_move(&doc, &place, places[i].offset);
		CHECK_U64(place.line, places[i].line);
		CHECK_U64(place.column, places[i].column);
	}
}

static void an_error_names_the_file_its_place_and_what_is_wrong(void)
{
	static const struct json_doc doc = { .name = "/etc/x.json",
					     .text = "{}\n{",
					     .len = 4 };
	struct err err;

	CHECK(json_err(&err, &doc, 3, "no %s of %d", "such", 7) == -1);
	CHECK_STR(err.text, "'/etc/x.json':2:1: no such of 7");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_place_behind_the_end_is_the_end),
	TAP_TEST(a_place_is_the_same_from_wherever_one_comes),
	TAP_TEST(a_place_counts_lines_and_characters),
	TAP_TEST(an_error_names_the_file_its_place_and_what_is_wrong),
};

TAP_MAIN(tests)
