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
	CHECK_HAS(text, "\"id\":\"x\",\"root\":null,\"rule\":\"r\",\"uid\":0");
	CHECK_HAS(text,
		  "\"files\":[{\"length\":7,\"digest\":18446744073709551615}]");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_record_is_printed_with_its_files),
};

TAP_MAIN(tests)
