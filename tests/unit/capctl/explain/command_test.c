/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/command.h"

#include "tap.h"
#include "testdata.h"
#include "json/check.h"

/* The caller frees. */
static struct command read_command(const char *process)
{
	char *text CLEANUP_FREE = NULL;
	struct testdata data CLEANUP_TESTDATA = { 0 };
	struct command command = { 0 };
	struct err err = { 0 };

	if (asprintf(&text, "{\"process\":%s}", process) < 0)
		abort();
	data = testdata_of(text);
	CHECK(json_check(&data.doc, &err) == 0);
	CHECK(command_read(&command, &data.doc, &err) == 0);
	CHECK_STR(err.text, "");
	return command;
}

static void check_program(const char *process, const char *program)
{
	struct command command CLEANUP_COMMAND = read_command(process);

	CHECK_STR(command.program, program);
}

static void check_search(const char *process, const char *search)
{
	struct command command CLEANUP_COMMAND = read_command(process);

	CHECK_STR(command.search, search);
}

static void check_cwd(const char *process, const char *cwd)
{
	struct command command CLEANUP_COMMAND = read_command(process);

	CHECK_STR(command.cwd, cwd);
}

static void check_groups(const char *process, size_t count, uint32_t first,
			 uint32_t last)
{
	struct command command CLEANUP_COMMAND = read_command(process);

	CHECK_U64(command.groups_count, count);
	if (!count || command.groups_count != count)
		return;
	CHECK_U64(command.groups[0], first);
	CHECK_U64(command.groups[count - 1], last);
}

static void the_program_is_the_first_word(void)
{
	check_program("{\"args\":[\"/bin/app\",\"-x\"]}", "/bin/app");
	check_program("{\"args\":[\"\\u002fbin\\/\\u00e9\"]}", "/bin/\xc3\xa9");
	check_program("{\"args\":[\"\"]}", "");
	check_program("{\"\\u0061rgs\":[\"a\"]}", "a");
}

static void without_a_first_word_there_is_none(void)
{
	static const char *const cases[] = {
		"{}",
		"{\"args\":null}",
		"{\"args\":[]}",
		"{\"args\":\"sh\"}",
		"{\"args\":{\"0\":\"sh\"}}",
		"{\"args\":[null,\"sh\"]}",
		"{\"args\":[7]}",
		"{\"args\":[[\"sh\"]]}",
		"{\"args\":[\"sh\\u0000x\"]}",
		"{\"Args\":[\"sh\"]}",
		"{\"env\":[\"args=sh\"],\"user\":{\"args\":[\"sh\"]}}",
		"null",
		"[]",
		"\"args\"",
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_program(cases[i], NULL);
}

static void the_last_path_of_the_environment_counts(void)
{
	check_search("{\"env\":[\"A=1\",\"PATH=/bin:/sbin\",\"B=2\"]}",
		     "/bin:/sbin");
	check_search("{\"env\":[\"PATH=/a\",\"PATH=/b\",\"PATHS=/c\"]}", "/b");
	check_search("{\"env\":[\"PATH=/a\",\"PATH=\"]}", "");
	check_search("{\"env\":[\"PATH=a=b\"]}", "a=b");
	check_search("{\"env\":[\"XPATH=/a\",\"path=/b\",\" PATH=/c\"]}", NULL);
	check_search("{\"env\":[\"PATH\"]}", NULL);
	check_search("{\"env\":[\"PATH=/a\\u0000b\"]}", NULL);
	check_search("{\"env\":[1,null,[\"PATH=/b\"],\"PATH=/a\"]}", "/a");
	check_search("{\"env\":\"PATH=/a\"}", NULL);
	check_search("{\"env\":null}", NULL);
}

static void the_directory_is_read_as_it_stands(void)
{
	check_cwd("{\"cwd\":\"/srv/../x\"}", "/srv/../x");
	check_cwd("{\"cwd\":\"\"}", "");
	check_cwd("{\"cwd\":null}", NULL);
	check_cwd("{\"cwd\":1}", NULL);
	check_cwd("{\"cwd\":\"/\\u0000\"}", NULL);
	check_cwd("{\"args\":[\"cwd\"]}", NULL);
}

static void further_groups_are_numbers_of_users(void)
{
	check_groups("{\"user\":{\"additionalGids\":[7,0,4294967294]}}", 3, 7,
		     4294967294u);
	check_groups("{\"user\":{\"additionalGids\":[5,5]}}", 2, 5, 5);
}

static void what_is_no_group_is_left_out(void)
{
	check_groups("{\"user\":{\"additionalGids\":[4294967295,-1,1.5,1e1,"
		     "\"6\",null,[8],9]}}",
		     1, 9, 9);
	check_groups("{\"user\":{\"additionalGids\":[]}}", 0, 0, 0);
	check_groups("{\"user\":{\"additionalGids\":7}}", 0, 0, 0);
	check_groups("{\"user\":[{\"additionalGids\":[7]}]}", 0, 0, 0);
	check_groups("{\"additionalGids\":[7]}", 0, 0, 0);
}

static void many_groups_are_all_read(void)
{
	char text[70000] = "{\"user\":{\"additionalGids\":[0";
	size_t len = strlen(text);

	for (int i = 1; i < 10000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, ",%d",
					i);
	snprintf(text + len, sizeof(text) - len, "]}}");
	check_groups(text, 10000, 0, 9999);
}

static void freeing_leaves_nothing(void)
{
	struct command command = read_command(
		"{\"args\":[\"a\"],\"cwd\":\"/\",\"env\":[\"PATH=/\"],"
		"\"user\":{\"additionalGids\":[1]}}");

	command_free(&command);
	CHECK(!command.program && !command.cwd && !command.search);
	CHECK(!command.groups && !command.groups_count);
	command_free(&command);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_program_is_the_first_word),
	TAP_TEST(without_a_first_word_there_is_none),
	TAP_TEST(the_last_path_of_the_environment_counts),
	TAP_TEST(the_directory_is_read_as_it_stands),
	TAP_TEST(further_groups_are_numbers_of_users),
	TAP_TEST(what_is_no_group_is_left_out),
	TAP_TEST(many_groups_are_all_read),
	TAP_TEST(freeing_leaves_nothing),
};

TAP_MAIN(tests)
