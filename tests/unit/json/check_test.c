/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/check.h"

#include "prng.h"
#include "tap.h"
#include "testdata.h"

struct text {
	const char *bytes;
	size_t len;
	const char *want; /* "LINE:COLUMN: what is wrong"; NULL: nothing */
};

/* Texts can contain NULs. */
#define BAD(text, want)                                                        \
	{                                                                      \
		text, sizeof(text) - 1, want                                   \
	}

static void check_texts(const struct text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_copy("t", texts[i].bytes, texts[i].len);
		struct err err = { 0 };
		int status = json_check(&data.doc, &err);
		char want[ERR_TEXT_MAX] = "";
		const char *place = texts[i].want;

		if (place)
			snprintf(want, sizeof(want),
				 "'t':%.*s not valid JSON%s",
				 (int)(strchr(place, ' ') - place), place,
				 strchr(place, ' ') - 1);
		CHECK(status == (place ? -1 : 0));
		if (!CHECK_STR(err.text, want))
			printf("#   of: %s\n", texts[i].bytes);
	}
}

static void check_taken(const char *const texts[])
{
	for (; *texts; texts++)
		check_texts(&(struct text){ *texts, strlen(*texts), NULL }, 1);
}

/* '^' marks the location of the error. */
static void check_refused(const char *what, const char *const marked[])
{
	for (; *marked; marked++) {
		size_t at = strcspn(*marked, "^"), len = strlen(*marked) - 1;
		struct testdata data CLEANUP_TESTDATA =
			testdata_copy("t", *marked, len);
		char want[ERR_TEXT_MAX];
		struct err err = { 0 };

		memcpy(data.owned + at, *marked + at + 1, len - at);
		snprintf(want, sizeof(want), "'t':1:%zu: not valid JSON: %s",
			 at + 1, what);
		CHECK(json_check(&data.doc, &err) == -1);
		if (!CHECK_STR(err.text, want))
			printf("#   of: %s\n", *marked);
	}
}

#define TAKEN(...) check_taken((const char *const[]){ __VA_ARGS__, NULL })
#define REFUSED(what, ...)                                                     \
	check_refused(what, (const char *const[]){ __VA_ARGS__, NULL })

static void every_form_of_rfc_8259_is_taken(void)
{
	TAKEN("{}", "[]", "null", "true", "false", "\"\"", "0",
	      " \t\r\n{ } \t\r\n",
	      "[ 1 , [ ] , { } , \"a\" , null , true , false ]",
	      "{ \"a\" : 1 , \"b\" : { \"a\" : [ { } ] } }",
	      "{\"a\":1,\"a\":2}", "{\"\":\"\"}", "[[[[[[]]]]]]",
	      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uAbCd\"",
	      "\"\x7f // , : ] } /* \"");
}

static void every_form_of_a_number_is_taken(void)
{
	TAKEN("0", "-0", "10", "-1", "0.0", "-1.5e+10", "1E5", "0e0", "1e-007",
	      "1e99999", "[1]", "{\"a\":-0.1E-2}", "[0,0]",
	      "1000000000000000000000000000000000");
}

static void other_spellings_of_numbers_are_refused(void)
{
	REFUSED("something follows the first value", "0^1", "-0^1", "1e1^.5",
		"0^x10", "1^_000", "1^f");
	REFUSED("expected ',' or ']'", "[0^0]");
	REFUSED("ends too early", "-^", "1.^", "1e^", "1e+^");
	REFUSED("expected a digit in a number", "[-^]", "-^-1", "-^Infinity",
		"[1.^]", "1.^e5", "1.^.2", "1.^-2", "[1e^]", "[1E-^]");
	REFUSED("expected a value", "^+1", "^.5", "^NaN", "^Infinity");
}

static void a_text_that_ends_too_early_is_refused(void)
{
	REFUSED("ends too early", "^", " \r \t^", "[^", "[1^", "[1,^", "[[]^",
		"{^", "{\"a^", "{\"a\"^", "{\"a\":^", "{\"a\":1^", "{\"a\":1,^",
		"\"^", "\"\\^", "\"\\\"^", "\"\\ud800^");
	REFUSED("expected four hexadecimal digits after \\u", "\"\\^u",
		"\"\\^u123");
	REFUSED("unpaired surrogate", "\"\\ud800^\\udc0");
	REFUSED("expected a value", "^nul", "^t");
}

static void what_some_readers_take_beyond_json_is_refused(void)
{
	static const struct text texts[] = {
		BAD("{}\0", "1:3: something follows the first value"),
		BAD("\0{}", "1:1: expected a value"),
	};

	REFUSED("a byte order mark: save the file without it",
		"^\xef\xbb\xbf{}");
	REFUSED("expected a value", " ^\xef\xbb\xbf{}", "^/* c */ {}",
		"^# c\n{}", "[1,^]", "^'a'", "^True", "^undefined", "^\f1",
		"^\v1",
		"^\xc2\xa0"
		"1");
	REFUSED("expected a key in double quotes", "{ ^/* c */ }",
		"{\"a\":1,^}", "{^'a':1}", "{^a:1}");
	REFUSED("something follows the first value", "{} ^// c",
		"{}\r ^garbage", "{}^{}", "{}^,", "null^l");
	check_texts(texts, ARRAY_LEN(texts));
}

static void a_bracket_comma_or_colon_amiss_is_refused(void)
{
	REFUSED("expected a value", "^]", "[^,1]", "[1,^,2]", "[^}",
		"{\"a\":^:1}", "{\"a\":^}");
	REFUSED("expected ',' or ']'", "[1 ^2]", "[1^}", "[1^:2]",
		"[true^false]", "[\"a\"^\"b\"]");
	REFUSED("something follows the first value", "[]^]");
	REFUSED("expected a key in double quotes", "{^]", "{^,}", "{^1:2}");
	REFUSED("expected ':' after a key", "{\"a\" ^1}", "{\"a\"^,1}",
		"{\"a\"^}", "{\"a\":1,\"b\"^]");
	REFUSED("expected ',' or '}'", "{\"a\":1 ^\"b\":2}", "{\"a\":1^]");
}

static void strings_have_only_the_escapes_of_json(void)
{
	static const struct text texts[] = {
		BAD("\"\\\0\"", "1:3: unknown escape in a string"),
		BAD("\"\0\"", "1:2: control character in a string"),
	};

	REFUSED("unknown escape in a string", "\"\\^x41\"", "\"\\^a\"",
		"\"\\^v\"", "\"\\^0\"", "\"\\^'\"", "\"\\^\n\"", "\"\\^U0041\"",
		"\"\\^N\"");
	REFUSED("expected four hexadecimal digits after \\u", "\"\\^u12g4\"",
		"\"\\^u 041\"", "\"\\^u-041\"", "\"\\^u00@1\"", "\"\\^u00`1\"",
		"\"\\^u{41}\"");
	REFUSED("control character in a string", "\"a^\nb\"", "\"a^\tb\"",
		"\"^\x1f\"", "{\"a^\rb\":1}");
	check_texts(texts, ARRAY_LEN(texts));
}

static void surrogates_come_in_pairs_or_not_at_all(void)
{
	TAKEN("\"\\ud83d\\ude00\"", "\"\\uD800\\uDC00\"", "\"\\udbff\\udfff\"",
	      "\"\\ud7ff\\ue000\"");
	REFUSED("unpaired surrogate", "\"\\ud800^\"", "\"\\udbff^ then more\"",
		"\"\\ud800^\\u0041\"", "\"\\ud800^\\ud800\"",
		"\"\\ud800^\\ue000\"", "\"\\ud800^\\n     \"",
		"\"\\ud800^\\nDC00\"", "\"\\^udc00\"", "\"\\^udfff\\ud800\"",
		"{\"\\ud800^\":1}");
}

static void well_formed_utf8_is_taken_up_to_its_limits(void)
{
	TAKEN("\"\xc2\x80 \xdf\xbf\"",
	      "\"\xe0\xa0\x80 \xe1\x80\x80 \xec\xbf\xbf\"",
	      "\"\xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf\"",
	      "\"\xf0\x90\x80\x80 \xf3\xbf\xbf\xbf\"", "\"\xf4\x8f\xbf\xbf\"",
	      "{\"\xc3\xa4\":\"\xef\xbb\xbf\"}");
}

static void every_kind_of_invalid_utf8_is_refused(void)
{
	static const struct {
		const char *what, *bytes[8];
	} kinds[] = {
		{ "no lead", { "\x80", "\xbf" } },
		{ "no such lead", { "\xf8\x88\x80\x80", "\xfe", "\xff" } },
		{ "overlong",
		  { "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
		    "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf" } },
		{ "a surrogate", { "\xed\xa0\x80", "\xed\xbf\xbf" } },
		{ "over U+10FFFF", { "\xf4\x90\x80\x80", "\xf5\x80\x80\x80" } },
		{ "cut", { "\xc3", "\xe2\x82", "\xf0\x9f\x98" } },
		{ "wrong second byte",
		  { "\xc3\xc3", "\xe2\x28\xa1", "\xf0\x28\x98\x80" } },
		{ "wrong third or fourth byte",
		  { "\xe2\x82\x28", "\xe2\x82\xc0", "\xf0\x9f\x28\x80",
		    "\xf0\x9f\x98\x28", "\xf0\x9f\x98\xc0" } },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (const char *const *at = kinds[i].bytes; *at; at++) {
			char closed[16], open[16];

			snprintf(closed, sizeof(closed), "\"a^%s\"", *at);
			snprintf(open, sizeof(open), "\"a^%s", *at);
			REFUSED("invalid UTF-8", closed, open);
		}
	}
}

static void places_count_lines_and_code_points(void)
{
	static const struct text texts[] = {
		BAD("{\n\t\"a\": tru\n}", "2:7: expected a value"),
		BAD("{\r\n\r\n  x", "3:3: expected a key in double quotes"),
		BAD("[\"\xc3\xa4\xc3\xb6\xc3\xbc\", x]",
		    "1:9: expected a value"),
		BAD("[\"\xe2\x82\xac\xf0\x9f\x98\x80\", x]",
		    "1:8: expected a value"),
		BAD("[\"\xf0\x9f\x98\x80\",\n\"\xf0\x9f\x98\x80\" 1]",
		    "2:5: expected ',' or ']'"),
		BAD("[1\n\n\n", "4:1: ends too early"),
	};

	check_texts(texts, ARRAY_LEN(texts));
}

static void add_times(char *text, const char *part, size_t count)
{
	size_t len = strlen(text), part_len = strlen(part);

	for (size_t i = 0; i < count; i++, len += part_len)
		memcpy(text + len, part, part_len + 1);
}

static void nesting_ends_at_its_limit(void)
{
	static const struct {
		const char *open, *inner, *close;
		const char *want;
	} forms[] = {
		{ "[", "", "]", "1:513: nested too deep" },
		{ "[", "1", "]", "1:513: nested too deep" },
		{ "{\"a\":", "{}", "}", "1:2561: nested too deep" },
		{ "[[],", "[]", "]", "1:2046: nested too deep" },
	};
	static char text[8192];

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t inner = strpbrk(forms[i].inner, "[{") != NULL;

		for (size_t extra = 0; extra < 2; extra++) {
			size_t depth = JSON_DEPTH_MAX - inner + extra;
			struct text row = { text, 0,
					    extra ? forms[i].want : NULL };

			*text = '\0';
			add_times(text, forms[i].open, depth);
			add_times(text, forms[i].inner, 1);
			add_times(text, forms[i].close, depth);
			row.len = strlen(text);
			check_texts(&row, 1);
		}
	}
}

/* Lists and objects in random order; each needs its own closing bracket. */
static void every_level_remembers_what_closes_it(void)
{
	enum { LEVELS = 200 };
	char text[LEVELS * 6 + 2] = "", closing[LEVELS];
	struct prng prng = { 2 };
	size_t from;

	for (size_t i = 0; i < LEVELS; i++) {
		bool object = prng_below(&prng, 2);

		add_times(text, object ? "{\"a\":" : "[", 1);
		closing[LEVELS - 1 - i] = object ? '}' : ']';
	}
	add_times(text, "0", 1);
	from = strlen(text);
	for (size_t i = 0; i <= LEVELS; i++) {
		struct text row = { text, from + LEVELS, NULL };
		char want[64];

		memcpy(text + from, closing, LEVELS);
		if (i < LEVELS) {
			snprintf(want, sizeof(want),
				 "1:%zu: expected ',' or '%c'", from + i + 1,
				 closing[i]);
			row.want = want;
			text[from + i] = closing[i] == ']' ? '}' : ']';
		}
		check_texts(&row, 1);
	}
}

static size_t refused;

static void check_file(const char *path, const struct json_doc *doc)
{
	struct err err = { 0 };

	if (json_check(doc, &err) == 0)
		return;
	refused++;
	printf("# %s: %s\n", path, err.text);
}

static void all_that_engines_wrote_is_taken(void)
{
	refused = 0;
	CHECK_U64(testdata_each("fixtures", ".json", check_file), 45);
	CHECK_U64(refused, 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_form_of_rfc_8259_is_taken),
	TAP_TEST(every_form_of_a_number_is_taken),
	TAP_TEST(other_spellings_of_numbers_are_refused),
	TAP_TEST(a_text_that_ends_too_early_is_refused),
	TAP_TEST(what_some_readers_take_beyond_json_is_refused),
	TAP_TEST(a_bracket_comma_or_colon_amiss_is_refused),
	TAP_TEST(strings_have_only_the_escapes_of_json),
	TAP_TEST(surrogates_come_in_pairs_or_not_at_all),
	TAP_TEST(well_formed_utf8_is_taken_up_to_its_limits),
	TAP_TEST(every_kind_of_invalid_utf8_is_refused),
	TAP_TEST(places_count_lines_and_code_points),
	TAP_TEST(nesting_ends_at_its_limit),
	TAP_TEST(every_level_remembers_what_closes_it),
	TAP_TEST(all_that_engines_wrote_is_taken),
};

TAP_MAIN(tests)
