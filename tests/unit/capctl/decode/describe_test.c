/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode/describe.h"

#include <sys/capability.h>

#include "tap.h"

/* The length that fits beside number and name in two lines of 80 columns. */
#define LENGTH_MAX 108

static void every_capability_has_a_text(void)
{
	for (unsigned int i = 0; i <= CAP_CHECKPOINT_RESTORE; i++) {
		const char *text = decode_description(i);

		REQUIRE(text);
		if (!CHECK(strlen(text) > 10) ||
		    !CHECK(strlen(text) <= LENGTH_MAX) ||
		    !CHECK(!strchr(text, '\n')) ||
		    !CHECK(text[strlen(text) - 1] != '.'))
			printf("#   of %u: %s\n", i, text);
	}
}

static void no_two_texts_are_the_same(void)
{
	for (unsigned int i = 0; i <= CAP_CHECKPOINT_RESTORE; i++)
		for (unsigned int k = 0; k < i; k++)
			CHECK(strcmp(decode_description(i),
				     decode_description(k)) != 0);
}

static void a_text_belongs_to_its_number(void)
{
	CHECK_STR(decode_description(10), "listen on ports below 1024");
	CHECK_HAS(decode_description(7), "become any user");
	CHECK_HAS(decode_description(21), "nearly root");
	CHECK_HAS(decode_description(39), "BPF");
}

static void an_unknown_number_has_no_text(void)
{
	CHECK(!decode_description(CAP_CHECKPOINT_RESTORE + 1));
	CHECK(!decode_description(63));
	CHECK(!decode_description(64));
	CHECK(!decode_description(4294967295U));
}

static const struct tap_test tests[] = {
	TAP_TEST(every_capability_has_a_text),
	TAP_TEST(no_two_texts_are_the_same),
	TAP_TEST(a_text_belongs_to_its_number),
	TAP_TEST(an_unknown_number_has_no_text),
};

TAP_MAIN(tests)
