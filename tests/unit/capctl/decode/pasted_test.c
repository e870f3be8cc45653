/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode/decode.h"

#include <inttypes.h>

#include "tap.h"

/* "mask=20 number=20 …"; a set and the origin are before the form. */
static void describe_list(const struct decode_list *list, char text[512])
{
	static const char *const forms[] = { "mask", "number", "names",
					     "text" };
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < list->count && len < 512; i++) {
		const struct decoded *entry = &list->entries[i];

		len += (size_t)snprintf(
			text + len, 512 - len, "%s%s%s%s%s%s=%" PRIx64,
			i ? " " : "", entry->of ? entry->of : "",
			entry->of ? "/" : "", entry->set ? entry->set : "",
			entry->set ? "/" : "", forms[entry->form], entry->mask);
	}
}

static void check_read(const char *text, bool numbers, const char *wanted)
{
	struct decode_list list CLEANUP_DECODE_LIST = { 0 };
	struct err err = { 0 };
	char seen[512];

	CHECK(decode_pasted(&list, text, numbers, &err) == 0);
	CHECK(decode_finish(&list, &err) == 0);
	CHECK_STR(err.text, "");
	describe_list(&list, seen);
	CHECK_STR(seen, wanted);
}

static void check_error(const char *text, const char *reason)
{
	struct decode_list list CLEANUP_DECODE_LIST = { 0 };
	struct err err = { 0 };

	CHECK(decode_pasted(&list, text, false, &err) < 0);
	CHECK_HAS(err.text, reason);
}

static void words_are_masks_and_names(void)
{
	check_read("0x20,400\tfff", false, "mask=20 mask=400 mask=fff");
	check_read("kill 0400 cap_chown", false, "mask=400 names=21");
}

static void a_small_number_is_both(void)
{
	check_read("13", false, "mask=13 number=2000");
	check_read("0 63", false,
		   "mask=0 number=1 mask=63 number=8000000000000000");
	check_read("64 05 00 1f", false, "mask=64 mask=5 mask=0 mask=1f");
	check_read("13 0x13", true, "number=2000 mask=13");
	check_read("CapEff: 13", false, "effective/mask=13");
}

static void of_a_status_only_the_sets_count(void)
{
	check_read("Name:\tsh\nCapEff:\t0400\nSeccomp:\t2\nCapAmb:\t20\n",
		   false, "effective/mask=400 ambient/mask=20");
	check_read("CapBnd: 1 CapInh: 2", false,
		   "bounding/mask=1 inheritable/mask=2");
}

static void texts_have_their_origin(void)
{
	check_read("/a b cap_kill=p [rootid=7]\n2: cap_chown=i\n", false,
		   "/a b [rootid=7]/effective/text=0 "
		   "/a b [rootid=7]/permitted/text=20 "
		   "/a b [rootid=7]/inheritable/text=0 "
		   "2/effective/text=0 2/permitted/text=0 "
		   "2/inheritable/text=1");
	check_read("/a cap_kill=e 0400", false,
		   "/a/effective/text=20 /a/permitted/text=0 "
		   "/a/inheritable/text=0 mask=400");
}

static void an_audit_message_has_a_number(void)
{
	check_read("pid=7 capability=13  capname=\"net_raw\"", false,
		   "number=2000");
}

static void errors_name_the_word(void)
{
	check_error("", "'' is neither");
	check_error(" ,\n", "is neither");
	check_error("+x", "'+x' is neither");
	check_error("kil", "unknown capability 'kil'");
	check_error("11111111111111111", "more than 16 digits");
	check_error("CapEff:", "no mask for the effective set");
	check_error("CapEff:\nCapPrm: 1", "no mask for the effective set");
	check_error("CapEff: kill", "no mask for the effective set");
	check_error("capability=99", "'99' is not a capability's number");
}

static const struct tap_test tests[] = {
	TAP_TEST(words_are_masks_and_names),
	TAP_TEST(a_small_number_is_both),
	TAP_TEST(of_a_status_only_the_sets_count),
	TAP_TEST(texts_have_their_origin),
	TAP_TEST(an_audit_message_has_a_number),
	TAP_TEST(errors_name_the_word),
};

TAP_MAIN(tests)
