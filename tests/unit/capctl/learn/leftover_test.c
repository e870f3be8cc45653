/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/leftover.h"

#include "tap.h"

static void a_name_has_pid_and_start_time(void)
{
	struct leftover owner = { 17, 4711 }, again = { 0 };
	char name[LEFTOVER_NAME_SIZE];

	leftover_name(&owner, name);
	CHECK_STR(name, "capctl_17_4711");
	REQUIRE(leftover_parse(name, &again));
	CHECK_U64(again.pid, 17);
	CHECK_U64(again.start, 4711);
}

/* Instances and probes of others are never removed. */
static void other_names_are_not_ours(void)
{
	static const char *const names[] = {
		"",
		"capctl",
		"capctl_",
		"capctl_17",
		"capctl_17_",
		"capctl_17_x",
		"capctl_017_1",
		"capctl_17_4711x",
		"capctl_-1_1",
		"xcapctl_1_1",
		"capctl_1_1_1",
		"capctl_99999999999_1",
		"capctl_ 1_1",
		"capctl_+1_1",
		"kprobes",
	};
	struct leftover owner;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!CHECK(!leftover_parse(names[i], &owner)))
			printf("# %s\n", names[i]);
}

static void lost_events_are_added_up(void)
{
	CHECK_U64(
		leftover_lost("entries: 5\noverrun: 3\ncommit overrun: 1\n"
			      "bytes: 7\ndropped events: 20\nread events: 9\n"),
		24);
	CHECK_U64(leftover_lost("entries: 5\noverrun: 0\ndropped events: 0\n"),
		  0);
	CHECK_U64(leftover_lost(""), 0);
	CHECK_U64(leftover_lost("overrun: 3"), 3);
}

static void a_probe_has_a_line_that_removes_it(void)
{
	char group[LEFTOVER_NAME_SIZE], removal[LEFTOVER_LINE_SIZE];
	const char *text = "p:capctl_1_2/ask cap_capable cap=%dx:s32\n"
			   "r256:capctl_1_2/answer cap_capable\n";

	REQUIRE(leftover_removal(text, group, removal));
	CHECK_STR(group, "capctl_1_2");
	CHECK_STR(removal, "-:capctl_1_2/ask");
	text = leftover_next(text);
	REQUIRE(leftover_removal(text, group, removal));
	CHECK_STR(group, "capctl_1_2");
	CHECK_STR(removal, "-:capctl_1_2/answer");
	CHECK_STR(leftover_next(text), "");
}

static void other_lines_remove_nothing(void)
{
	static const char *const lines[] = { "",       "\n",	 "p",
					     "p:",     "p:x\n/", "p:x y/z",
					     "p x:y/z" };
	char group[LEFTOVER_NAME_SIZE], removal[LEFTOVER_LINE_SIZE];
	char longest[400];

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!CHECK(!leftover_removal(lines[i], group, removal)))
			printf("# %s\n", lines[i]);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "p:a/", 4);
	longest[sizeof(longest) - 1] = '\0';
	CHECK(!leftover_removal(longest, group, removal));
	memcpy(longest, "p:xx", 4);
	longest[100] = '/';
	longest[102] = '\0';
	CHECK(!leftover_removal(longest, group, removal));
}

static const struct tap_test tests[] = {
	TAP_TEST(a_name_has_pid_and_start_time),
	TAP_TEST(other_names_are_not_ours),
	TAP_TEST(a_probe_has_a_line_that_removes_it),
	TAP_TEST(other_lines_remove_nothing),
	TAP_TEST(lost_events_are_added_up),
};

TAP_MAIN(tests)
