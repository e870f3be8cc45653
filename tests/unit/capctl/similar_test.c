/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/similar.h"

#include "tap.h"

static void check_text(const char *word, const char *wanted)
{
	static const char *const words[] = { "explain", "require", "json",
					     "uid",	"gid",	   "id" };
	struct similar similar = similar_to(word, strlen(word));
	char text[SIMILAR_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		similar_offer(&similar, words[i], strlen(words[i]));
	similar_text(&similar, "", text);
	CHECK_STR(text, wanted);
}

static void the_nearest_word_is_offered(void)
{
	check_text("explan", " (did you mean 'explain'?)");
	check_text("exlpain", " (did you mean 'explain'?)");
	check_text("requires", " (did you mean 'require'?)");
	check_text("REQUIRE", " (did you mean 'require'?)");
	check_text("jsno", " (did you mean 'json'?)");
	check_text("uidd", " (did you mean 'uid'?)");
	check_text("idd", " (did you mean 'id'?)");
}

static void what_is_far_is_not_offered(void)
{
	check_text("", "");
	check_text("x", "");
	check_text("xy", "");
	check_text("xplan it", "");
	check_text("exxxxin", "");
	check_text("0123456789012345678901234567890123456789", "");
}

static void check_capability(const char *word, const char *wanted)
{
	struct similar similar = similar_to(word, strlen(word));
	char text[SIMILAR_TEXT_MAX];

	similar_offer_capabilities(&similar);
	similar_text(&similar, "", text);
	CHECK_STR(text, wanted);
}

static void capabilities_are_compared_without_prefix(void)
{
	check_capability("CAP_NET_RWA", " (did you mean 'NET_RAW'?)");
	check_capability("net_bnd_service",
			 " (did you mean 'NET_BIND_SERVICE'?)");
	check_capability("CAP_CAP_KILL", " (did you mean 'KILL'?)");
	check_capability("CAP_", "");
	check_capability("CAP_CHECKPOINT_RESTOR",
			 " (did you mean 'CHECKPOINT_RESTORE'?)");
	check_capability("all", "");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_nearest_word_is_offered),
	TAP_TEST(what_is_far_is_not_offered),
	TAP_TEST(capabilities_are_compared_without_prefix),
};

TAP_MAIN(tests)
