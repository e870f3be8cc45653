/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode/clauses.h"

#include "tap.h"

static struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static void check_parts(const char *text, const char *before,
			const char *clauses, const char *rest)
{
	struct span line = span_of(text);
	struct span first = clauses_take_before(&line);
	struct span second = clauses_take(&line);
	struct span third = line;

	CHECK(first.len == strlen(before) &&
	      memcmp(first.at, before, first.len) == 0);
	CHECK(second.len == strlen(clauses) &&
	      memcmp(second.at, clauses, second.len) == 0);
	CHECK(third.len == strlen(rest) &&
	      memcmp(third.at, rest, third.len) == 0);
}

static void clauses_are_found_within_a_line(void)
{
	check_parts("/a b  cap_kill=ep", "/a b", "cap_kill=ep", "");
	check_parts("1: = cap_kill+ep x", "1:", "= cap_kill+ep", " x");
	check_parts("all+i", "", "all+i", "");
	check_parts("kill 1 400h=", "kill 1", "400h=", "");
	check_parts("kill x=ey --x", "kill x=ey --x", "", "");
	check_parts("", "", "", "");
}

static void check_sets(const char *text, capmask effective, capmask permitted,
		       capmask inheritable)
{
	struct capsets sets;
	struct err err = { 0 };

	CHECK(clauses_parse(span_of(text), &sets, &err) == 0);
	CHECK_U64(sets.set[CAPSET_EFFECTIVE], effective);
	CHECK_U64(sets.set[CAPSET_PERMITTED], permitted);
	CHECK_U64(sets.set[CAPSET_INHERITABLE], inheritable);
	CHECK_U64(sets.set[CAPSET_BOUNDING] | sets.set[CAPSET_AMBIENT], 0);
}

static void sets_are_what_libcap_reads(void)
{
	check_sets("cap_kill=ep", 0x20, 0x20, 0);
	check_sets("KILL,5,cap_chown=ip Cap_Chown-i", 0, 0x21, 0x20);
	check_sets("= cap_kill+i", 0, 0, 0x20);
	check_sets("cap_kill=", 0, 0, 0);
}

static void check_error(const char *text, const char *reason)
{
	struct capsets sets;
	struct err err = { 0 };

	CHECK(clauses_parse(span_of(text), &sets, &err) < 0);
	CHECK_HAS(err.text, reason);
}

static void errors_name_the_word(void)
{
	check_error("cap_kil=ep", "unknown capability 'cap_kil'");
	check_error("64=ep", "unknown capability '64'");
	check_error("cap_kill=ep +-", "'cap_kill=ep +-' is neither");
}

static const struct tap_test tests[] = {
	TAP_TEST(clauses_are_found_within_a_line),
	TAP_TEST(sets_are_what_libcap_reads),
	TAP_TEST(errors_name_the_word),
};

TAP_MAIN(tests)
