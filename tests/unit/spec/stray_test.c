/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/stray.h"

#include "tap.h"
#include "testdata.h"

#define KILL (UINT64_C(1) << 5)
#define RAW (UINT64_C(1) << 13)

static struct stray stray_of(const char *bounding, capmask mask)
{
	char text[512];
	struct testdata data CLEANUP_TESTDATA = { 0 };
	struct spec spec CLEANUP_SPEC = { 0 };
	struct stray none = { .meant = 0 };
	struct err err;

	snprintf(text, sizeof(text),
		 "{\"process\":{\"capabilities\":{\"effective\":[\"KILL\"],"
		 "\"bounding\":%s}}}",
		 bounding);
	data = testdata_of(text);
	if (!CHECK(json_check(&data.doc, &err) == 0) ||
	    !CHECK(spec_read(&spec, &data.doc, RUNTIME_RUNC, &err) == 0))
		return none;
	return stray_find(&data.doc, &spec, mask);
}

static void misspelt_words_are_found(void)
{
	static const char *const words[] = {
		"KILL",	    "kill",	    "cap_kill",	    "CAP_kill",
		"Cap_Kill", "CAP_CAP_KILL", "cap_CAP_KILL", "CAP_CAP_CAP_KILL",
	};
	char list[64];

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct stray stray;

		snprintf(list, sizeof(list), "[\"CAP_CHOWN\",\"%s\"]",
			 words[i]);
		stray = stray_of(list, KILL | RAW);
		CHECK_U64(stray.meant, KILL);
		CHECK_STR(stray.word, words[i]);
		CHECK_U64(stray_of(list, RAW).meant, 0);
	}
	CHECK_STR(stray_of("[\"CAP_\\u0063AP_KILL\"]", KILL).word,
		  "CAP_cAP_KILL");
}

static void the_first_that_is_wanted_counts(void)
{
	static const char list[] = "[\"kill\",\"NET_RAW\",\"net_raw\"]";

	CHECK_STR(stray_of(list, RAW).word, "NET_RAW");
	CHECK_STR(stray_of(list, RAW | KILL).word, "kill");
}

static void other_words_mean_nothing(void)
{
	static const char *const lists[] = {
		"[]",
		"null",
		"[\"CAP_KILL\"]",
		"[\"CAP_\",\"CAP_CAP_\",\"\",\"CAP\",\"5\",\"KILL \"]",
		"[\"CAP_KILL\\u0000\",\"KILL\\u0000\",\"CAP_KILLS\"]",
		"[null,\"CAP_KILL,foo\"]",
		"[\"CAP_CAP_CAP_CAP_CAP_CAP_CAP_CAP_NET_ADMIN\"]",
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		CHECK_U64(stray_of(lists[i], UINT64_MAX).meant, 0);
}

static void the_longest_word_has_room(void)
{
	struct stray stray = stray_of(
		"[\"CAP_CAP_CAP_CAP_CAP_CAP_NET_BIND_SERVICE\"]", UINT64_MAX);
	char text[STRAY_TEXT_MAX];

	CHECK_U64(strlen(stray.word), STRAY_WORD_MAX);
	CHECK_U64(stray.meant, UINT64_C(1) << 10);
	stray_text(&stray, text);
	CHECK_STR(
		text,
		"the bounding set has 'CAP_CAP_CAP_CAP_CAP_CAP_NET_BIND_SERVICE' instead, which is no capability: write NET_BIND_SERVICE in capabilities.add");
}

static const struct tap_test tests[] = {
	TAP_TEST(misspelt_words_are_found),
	TAP_TEST(the_first_that_is_wanted_counts),
	TAP_TEST(other_words_mean_nothing),
	TAP_TEST(the_longest_word_has_room),
};

TAP_MAIN(tests)
