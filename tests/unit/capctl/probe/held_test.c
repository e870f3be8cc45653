/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/held.h"

#include <string.h>

#include "tap.h"

#define KILL UINT64_C(0x20)
#define BIND UINT64_C(0x400)

static const struct held model = {
	.uid = 1000,
	.no_new_privs = true,
	.sets = { .set = { [CAPSET_EFFECTIVE] = BIND,
			   [CAPSET_BOUNDING] = BIND | KILL,
			   [CAPSET_AMBIENT] = UINT64_MAX } },
};

#define MODEL "uid=1000 no_new_privs=1" SETS
#define SETS                                                                   \
	" effective=0000000000000400 "                                         \
	"bounding=0000000000000420 inheritable=0000000000000000 "              \
	"permitted=0000000000000000 ambient=ffffffffffffffff"

static void a_line_has_all_and_is_read_again(void)
{
	char *line CLEANUP_FREE = held_line(&model);
	struct held held;

	CHECK_STR(line, MODEL);
	REQUIRE(held_parse(&held, line));
	CHECK_U64(held.uid, 1000);
	CHECK(held.no_new_privs);
	CHECK(memcmp(&held.sets, &model.sets, sizeof(held.sets)) == 0);
	CHECK(held_parse(&held, MODEL "\n"));
	CHECK(held_parse(&held, "\"" MODEL "\"\n"));
}

static void anything_else_is_no_such_line(void)
{
	static const char *const texts[] = {
		"",
		"\n",
		"uid=1000",
		MODEL "0",
		MODEL " ",
		MODEL "\n\n",
		MODEL "\"",
		"\"" MODEL,
		"\"" MODEL "x",
		" " MODEL,
		"uid=4294967296 no_new_privs=1" SETS,
		"uid= no_new_privs=1" SETS,
		"uid=a no_new_privs=1" SETS,
		"uid:1000 no_new_privs=1" SETS,
		"uid=1000 no_new_privs=2" SETS,
	};
	struct held held;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!CHECK(!held_parse(&held, texts[i])))
			printf("# '%s'\n", texts[i]);
}

/* Every text that the line begins with is cut somewhere. */
static void a_cut_line_is_no_line(void)
{
	struct held held;

	for (size_t len = 0; len < strlen(MODEL) - 16; len++) {
		char *cut CLEANUP_FREE = strndup(MODEL, len);

		if (!CHECK(!held_parse(&held, cut)))
			printf("# '%s'\n", cut);
	}
}

static void check_difference(const struct held *got, const char *text)
{
	char *difference CLEANUP_FREE = held_difference(&model, got);

	CHECK_STR(difference, text);
}

static void a_difference_names_what_differs(void)
{
	struct held got = model;

	check_difference(&got, "");
	got.sets.set[CAPSET_EFFECTIVE] = 0;
	check_difference(&got,
			 "effective is none, expected CAP_NET_BIND_SERVICE");
	got.no_new_privs = false;
	got.uid = 0;
	got.sets.set[CAPSET_EFFECTIVE] = BIND;
	got.sets.set[CAPSET_AMBIENT] = KILL;
	check_difference(
		&got, "uid is 0, expected 1000; no_new_privs is 0, expected 1; "
		      "ambient is CAP_KILL, expected ffffffffffffffff");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_line_has_all_and_is_read_again),
	TAP_TEST(anything_else_is_no_such_line),
	TAP_TEST(a_cut_line_is_no_line),
	TAP_TEST(a_difference_names_what_differs),
};

TAP_MAIN(tests)
