/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/captext.h"

#include <sys/capability.h>

#include "tap.h"

/* What fits beside number and name in two lines of 80 columns. */
#define LENGTH_MAX 108

static void every_capability_has_a_text(void)
{
	for (unsigned int i = 0; i <= CAP_CHECKPOINT_RESTORE; i++) {
		const char *text = cap_description(i);

		REQUIRE(text);
		if (!CHECK(strlen(text) > 10) ||
		    !CHECK(strlen(text) <= LENGTH_MAX) ||
		    !CHECK(!strchr(text, '\n')) ||
		    !CHECK(text[strlen(text) - 1] != '.'))
			printf("#   of %u: %s\n", i, text);
	}
}

static void no_two_have_the_same(void)
{
	for (unsigned int i = 0; i <= CAP_CHECKPOINT_RESTORE; i++)
		for (unsigned int k = 0; k < i; k++)
			CHECK(strcmp(cap_description(i), cap_description(k)) !=
			      0);
}

static void a_text_is_that_of_its_number(void)
{
	CHECK_STR(cap_description(10), "listen on ports below 1024");
	CHECK_HAS(cap_description(7), "become any user");
	CHECK_HAS(cap_description(21), "nearly root");
	CHECK_HAS(cap_description(39), "BPF");
}

static void no_text_where_there_is_no_capability(void)
{
	CHECK(!cap_description(CAP_CHECKPOINT_RESTORE + 1));
	CHECK(!cap_description(63));
	CHECK(!cap_description(64));
	CHECK(!cap_description(4294967295U));
}

static const struct tap_test tests[] = {
	TAP_TEST(every_capability_has_a_text),
	TAP_TEST(no_two_have_the_same),
	TAP_TEST(a_text_is_that_of_its_number),
	TAP_TEST(no_text_where_there_is_no_capability),
};

TAP_MAIN(tests)
