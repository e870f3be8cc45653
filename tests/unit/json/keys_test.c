/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/keys.h"

#include <time.h>

#include "base/buf.h"
#include "prng.h"
#include "tap.h"
#include "testdata.h"

static const char *const names[] = { "uid", "ks", "K", "additionalGids", NULL };

/* Both return the error; its text is "" if there is none. */
static struct err check_unique(const char *text)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct err err = { 0 };
	int status =
		json_keys_check_unique(&data.doc, json_root(&data.doc), &err);

	CHECK(status == (err.text[0] ? -1 : 0));
	return err;
}

static struct err check_names(const char *text)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct err err = { 0 };
	int status =
		json_keys_check(&data.doc, json_root(&data.doc), names, &err);

	CHECK(status == (err.text[0] ? -1 : 0));
	return err;
}

static void keys_that_differ_are_unique(void)
{
	static const char *const texts[] = {
		"{}",
		"{\"a\":1}",
		"{\"a\":1,\"b\":1,\"ab\":1,\"\":1,\"A\":1}",
		"{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":1}]}",
		"{\"a\\u0000\":1,\"a\":1,\"a\\u0000b\":1}",
		"{\"a\\\\u0061\":1,\"aa\":1}",
		"{\"\\u00e4\":1,\"a\\u0308\":1}",
		"{\"s\":1,\"\\u017f\":1,\"S\":1,\"k\":1,\"\\u212a\":1}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK_STR(check_unique(texts[i]).text, "");
}

static void a_duplicate_key_is_refused_at_its_second_place(void)
{
	static const struct {
		const char *text, *place, *key;
	} cases[] = {
		{ "{\"a\":1,\"a\":1}", "1:8", "a" },
		{ "{\"a\":1,\n \"a\":1}", "2:2", "a" },
		{ "{\"\":1,\"\":2}", "1:7", "" },
		{ "{\"b\":1,\"a\":1,\"b\":1,\"a\":1}", "1:14", "b" },
		{ "{\"a\":1,\"a\":1,\"a\":1}", "1:8", "a" },
		{ "{\"a\":1,\"\\u0061\":1}", "1:8", "a" },
		{ "{\"\\u0061b\":1,\"a\\u0062\":1}", "1:14", "ab" },
		{ "{\"\\/\":1,\"/\":1}", "1:9", "/" },
		{ "{\"\\u00e4\":1,\"\xc3\xa4\":1}", "1:13", "\xc3\xa4" },
		{ "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":1}", "1:19",
		  "\xf0\x9f\x98\x80" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char want[ERR_TEXT_MAX];

		snprintf(
			want, sizeof(want),
			"'t':%s: duplicate key '%s': readers differ on which one counts, keep one",
			cases[i].place, cases[i].key);
		CHECK_STR(check_unique(cases[i].text).text, want);
	}
}

static void add_key(struct buf *buf, size_t number, bool escaped)
{
	char key[64];

	snprintf(key, sizeof(key), "%s\"%s%zu\":0", buf->len ? "," : "{",
		 escaped ? "\\u006b" : "k", number);
	buf_add_str(buf, key);
}

static void check_many(size_t count, size_t twice)
{
	struct prng prng = { 1 };
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc = { .name = "t" };
	struct err err = { 0 };
	clock_t before = clock();

	/* Each number once: 7919 is prime to the count. */
	for (size_t i = 0; i < count; i++)
		add_key(&buf, i * 7919 % count, prng_below(&prng, 8) == 0);
	if (twice)
		add_key(&buf, twice, true);
	buf_add_str(&buf, "}");
	REQUIRE(buf_take(&buf, &text, &doc.len, &err) == 0);
	doc.text = text;
	CHECK(json_keys_check(&doc, json_root(&doc), names, &err) ==
	      (twice ? -1 : 0));
	/* Comparing all pairs would take minutes. */
	CHECK((clock() - before) / CLOCKS_PER_SEC < 20);
}

/* Few keys are compared with each other, more are sorted. */
static void any_number_of_keys_is_checked(void)
{
	for (size_t count = 2; count <= 130; count++)
		for (size_t twice = 0; twice < count; twice += 13)
			check_many(count, twice);
}

static void a_hundred_thousand_keys_take_no_time(void)
{
	check_many(100000, 0);
	check_many(100000, 54321);
}

static void a_name_and_what_no_reader_takes_for_it_pass(void)
{
	static const char *const texts[] = {
		"{}",
		"{\"uid\":1,\"ks\":1,\"K\":1,\"additionalGids\":[]}",
		"{\"\\u0075id\":1}",
		"{\"uidx\":1,\"ui\":1,\"u id\":1,\"\":1,\"u-id\":1}",
		"{\"UID \":1,\"xUID\":1,\"u\\\\u0069d\":1}",
		"{\"\xc3\x9cid\":1,\"\xc4\xb0uid\":1}",
		"{\"\xc5\xbf\":1,\"\xe2\x84\xaa\xe2\x84\xaas\":1}",
		"{\"k\xc5\xbe\":1,\"\xe2\x84\xab\":1}",
		"{\"ui\xc4\x90\":1,\"u\xef\xbc\xa9\xef\xbc\xa4\":1}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK_STR(check_names(texts[i]).text, "");
}

static void a_key_that_folds_to_a_name_is_refused_even_alone(void)
{
	static const struct {
		const char *text, *place, *key, *name;
	} cases[] = {
		{ "{\"UID\":1}", "1:2", "UID", "uid" },
		{ "{\"x\":1,\"Uid\":1}", "1:8", "Uid", "uid" },
		{ "{\"uid\":1,\"uiD\":1}", "1:10", "uiD", "uid" },
		{ "{\"\\u0055id\":1}", "1:2", "Uid", "uid" },
		{ "{\"k\":1}", "1:2", "k", "K" },
		{ "{\"k\xc5\xbf\":1}", "1:2", "k\xc5\xbf", "ks" },
		{ "{\"\xe2\x84\xaaS\":1}", "1:2", "\xe2\x84\xaaS", "ks" },
		{ "{\"\xe2\x84\xaa\xc5\xbf\":1}", "1:2", "\xe2\x84\xaa\xc5\xbf",
		  "ks" },
		{ "{\"\\u212a\\u017F\":1}", "1:2", "\xe2\x84\xaa\xc5\xbf",
		  "ks" },
		{ "{\"\\u212a\":1}", "1:2", "\xe2\x84\xaa", "K" },
		{ "{\"additionalgids\":1}", "1:2", "additionalgids",
		  "additionalGids" },
		{ "{\"additionalGid\xc5\xbf\":1}", "1:2",
		  "additionalGid\xc5\xbf", "additionalGids" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char want[ERR_TEXT_MAX];

		snprintf(
			want, sizeof(want),
			"'t':%s: key '%s' is '%s' to some readers and unknown to others: write '%s'",
			cases[i].place, cases[i].key, cases[i].name,
			cases[i].name);
		CHECK_STR(check_names(cases[i].text).text, want);
	}
}

static void a_nul_in_a_key_is_refused(void)
{
	static const char *const texts[] = { "{\"uid\\u0000\":1}",
					     "{\"\\u0000\":1}",
					     "{\"x\\u0000y\":1}",
					     "{\"uid\":1,\"a\\u0000\":1}" };
	static const char *const places[] = { "1:2", "1:2", "1:2", "1:10" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char want[ERR_TEXT_MAX];

		snprintf(
			want, sizeof(want),
			"'t':%s: a key contains \\u0000: readers differ on where it ends, remove it",
			places[i]);
		CHECK_STR(check_names(texts[i]).text, want);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(keys_that_differ_are_unique),
	TAP_TEST(a_duplicate_key_is_refused_at_its_second_place),
	TAP_TEST(any_number_of_keys_is_checked),
	TAP_TEST(a_hundred_thousand_keys_take_no_time),
	TAP_TEST(a_name_and_what_no_reader_takes_for_it_pass),
	TAP_TEST(a_key_that_folds_to_a_name_is_refused_even_alone),
	TAP_TEST(a_nul_in_a_key_is_refused),
};

TAP_MAIN(tests)
