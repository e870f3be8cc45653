/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/record.h"
#include "tap.h"

/* The parser's test checks that the output can be parsed. */
static void a_record_is_printed_with_its_files(void)
{
	static char id[] = "x", rule[] = "r";
	struct record record = { .about = { .id = id, .rule = rule },
				 .files = { { 7, UINT64_MAX } },
				 .file_count = 1 };
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	REQUIRE(record_print(&record, &text, &err) == 0);
	CHECK_HAS(text, "\"id\":\"x\",\"root\":null,\"rule\":\"r\",\n"
			" \"owner\":{\"pid\":0,\"start\":0},\n \"uid\":0");
	CHECK_HAS(text,
		  "\"files\":[{\"length\":7,\"digest\":18446744073709551615}]");
}

/* The format of the files that are on disk: an upgrade must read them. */
static void the_text_of_a_record_stays_the_same(void)
{
	static char id[] = "x", root[] = "/run/\"runc", was[] = "{}",
		    wrote[] = "true", again[] = "false";
	struct record record = {
		.about = { .id = id,
			   .root = root,
			   .uid = 1000,
			   .wanted = 3,
			   .ambient = 1,
			   .inheritable = 2,
			   .drop = 32,
			   .exec = true },
		.files = { { 1, 2 }, { 3, 4 } },
		.file_count = 2,
		.fields = {
			[RECORD_CAPABILITIES] = { .changed = true,
						  .was = was },
			[RECORD_NO_NEW_PRIVILEGES] = { .changed = true,
						       .wrote = { wrote, again },
						       .wrote_count = 2 },
		},
	};
	static const char start[] =
		"{\"version\":1,\n \"id\":\"x\",\"root\":\"/run/\\\"runc\","
		"\"rule\":null,";
	static const char end[] =
		"\"uid\":1000,\n"
		" \"files\":[{\"length\":1,\"digest\":2},"
		"{\"length\":3,\"digest\":4}],\n"
		" \"decided\":{\"wanted\":[\"CAP_CHOWN\","
		"\"CAP_DAC_OVERRIDE\"],\"ambient\":[\"CAP_CHOWN\"],"
		"\"inheritable\":[\"CAP_DAC_OVERRIDE\"],"
		"\"drop\":[\"CAP_KILL\"],\"no_new_privileges\":false,"
		"\"exec\":true,\"new_userns\":false},\n"
		" \"capabilities\":{\"was\":\"{}\",\n  \"wrote\":[]},\n"
		" \"noNewPrivileges\":{\"was\":null,\n"
		"  \"wrote\":[\"true\",\"false\"]}}\n";
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	REQUIRE(record_print(&record, &text, &err) == 0);
	CHECK(strncmp(text, start, sizeof(start) - 1) == 0);
	REQUIRE(strlen(text) > sizeof(end));
	CHECK_STR(text + strlen(text) + 1 - sizeof(end), end);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_text_of_a_record_stays_the_same),
	TAP_TEST(a_record_is_printed_with_its_files),
};

TAP_MAIN(tests)
