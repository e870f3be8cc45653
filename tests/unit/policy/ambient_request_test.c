/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "policy/ambient_request.h"

#include <sys/capability.h>

#include "annotations_of.h"
#include "tap.h"

#define BIT(name) (UINT64_C(1) << (name))

static void read_one(struct ambient_request *request,
		     const char *annotations_text, const char *container)
{
	struct annotations annotations CLEANUP_ANNOTATIONS =
		annotations_of(annotations_text);
	struct err err;

	memset(request, 0xff, sizeof(*request));
	if (!CHECK(ambient_request_read(request, &annotations, container,
					&err) == 0))
		printf("# %s\n", err.text);
}

static void check_annotations(const char *text, const char *container,
			      capmask asked, const char *unknown)
{
	struct ambient_request request;

	read_one(&request, text, container);
	if (!CHECK_U64(request.asked, asked) ||
	    !CHECK_STR(request.unknown, unknown))
		printf("# in %s for %s\n", text, container ? container : "-");
	ambient_request_free(&request);
}

/* `value` is JSON. */
static void check_value(const char *value, capmask asked, const char *unknown)
{
	char *text CLEANUP_FREE = NULL;

	REQUIRE(asprintf(&text, "{\"capruntime.io/ambient\": \"%s\"}", value) >
		0);
	check_annotations(text, NULL, asked, unknown);
	check_annotations(text, "main", asked, unknown);
}

static void no_annotation_asks_for_nothing(void)
{
	check_annotations("{}", NULL, 0, NULL);
	check_annotations("{}", "main", 0, NULL);
	check_annotations("{\"capruntime.io/Ambient\": \"KILL\", "
			  "\"capruntime.io/ambient.\": \"KILL\", "
			  "\"ambient\": \"KILL\"}",
			  "main", 0, NULL);
}

static void nothing_can_be_asked_for_in_so_many_words(void)
{
	check_value("", 0, NULL);
	check_value(" , ,\\t", 0, NULL);
	check_value("none", 0, NULL);
	check_value("None", 0, NULL);
	check_value(" NONE ,", 0, NULL);
	check_value(",none", 0, NULL);
}

static void none_among_others_is_no_capability(void)
{
	check_value("none,KILL", BIT(CAP_KILL), "none");
	check_value("KILL none", BIT(CAP_KILL), "none");
	check_value("none none", 0, "none none");
	check_value("nonesuch", 0, "nonesuch");
	check_value("non", 0, "non");
	check_value("CAP_NONE", 0, "CAP_NONE");
}

static void names_are_told_with_and_without_prefix_in_any_case(void)
{
	check_value("NET_BIND_SERVICE", BIT(CAP_NET_BIND_SERVICE), NULL);
	check_value("CAP_NET_RAW", BIT(CAP_NET_RAW), NULL);
	check_value("cap_net_raw", BIT(CAP_NET_RAW), NULL);
	check_value("Net_Raw", BIT(CAP_NET_RAW), NULL);
	check_value("cap_KILL", BIT(CAP_KILL), NULL);
}

static void commas_and_blanks_part_names(void)
{
	capmask both = BIT(CAP_KILL) | BIT(CAP_NET_RAW);

	check_value("KILL,NET_RAW", both, NULL);
	check_value("KILL NET_RAW", both, NULL);
	check_value("KILL, NET_RAW", both, NULL);
	check_value(" ,KILL ,, NET_RAW, ", both, NULL);
	check_value("KILL\\nNET_RAW\\r\\n", both, NULL);
	check_value("\\tKILL\\tNET_RAW", both, NULL);
	check_value("KILL,KILL NET_RAW KILL", both, NULL);
}

static void nothing_else_parts_names(void)
{
	check_value("KILL;NET_RAW", 0, "KILL;NET_RAW");
	check_value("KILL|NET_RAW", 0, "KILL|NET_RAW");
	check_value("KILL\\u00a0NET_RAW", 0, "KILL\xc2\xa0NET_RAW");
	check_value("KILL\\u000bNET_RAW", 0, "KILL\vNET_RAW");
	check_value("\\\"KILL\\\"", 0, "\"KILL\"");
}

static void what_is_no_capability_is_kept_in_order(void)
{
	check_value("FOO", 0, "FOO");
	check_value("b, a KILL,b", BIT(CAP_KILL), "b a b");
	check_value("CAP_", 0, "CAP_");
	check_value("CAP_CAP_KILL", 0, "CAP_CAP_KILL");
	check_value("KILL+ep", 0, "KILL+ep");
	check_value("5", 0, "5");
	check_value("CAP_5", 0, "CAP_5");
	check_value("all", 0, "all");
	check_value("*", 0, "*");
	check_value("-KILL", 0, "-KILL");
}

static void a_very_long_word_is_no_capability(void)
{
	char word[4097];

	memset(word, 'A', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	check_value(word, 0, word);
}

static void every_capability_can_be_asked_for(void)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *all CLEANUP_FREE = NULL;
	struct err err;

	capset_add_names(&buf, capset_known(), ",");
	REQUIRE(buf_take(&buf, &all, NULL, &err) == 0);
	check_value(all, capset_known(), NULL);
}

static const char forms[] = "{\"capruntime.io/ambient\": \"KILL\", "
			    "\"capruntime.io/ambient.main\": \"NET_RAW,FOO\", "
			    "\"capruntime.io/ambient.quiet\": \"none\", "
			    "\"capruntime.io/ambient.empty\": \"\"}";

static void a_containers_own_form_comes_before_the_general_one(void)
{
	check_annotations(forms, "main", BIT(CAP_NET_RAW), "FOO");
	check_annotations(forms, "quiet", 0, NULL);
	check_annotations(forms, "empty", 0, NULL);
	check_annotations(forms, "side", BIT(CAP_KILL), NULL);
	check_annotations(forms, "Main", BIT(CAP_KILL), NULL);
	check_annotations(forms, "mai", BIT(CAP_KILL), NULL);
	check_annotations(forms, "main.x", BIT(CAP_KILL), NULL);
	check_annotations(forms, "", BIT(CAP_KILL), NULL);
}

static void without_a_trusted_name_only_the_general_form_counts(void)
{
	check_annotations(forms, NULL, BIT(CAP_KILL), NULL);
	check_annotations("{\"capruntime.io/ambient.main\": \"KILL\"}", NULL, 0,
			  NULL);
}

static void another_containers_form_counts_for_nobody_else(void)
{
	check_annotations("{\"capruntime.io/ambient.side\": \"KILL\"}", "main",
			  0, NULL);
	check_annotations("{\"capruntime.io/ambient.side\": \"KILL\"}",
			  "side\n", 0, NULL);
}

static void a_value_that_cannot_be_read_is_none(void)
{
	check_annotations("{\"capruntime.io/ambient\": null}", NULL, 0, NULL);
	check_annotations("{\"capruntime.io/ambient\": \"KILL\\u0000\"}", NULL,
			  0, NULL);
	check_annotations("{\"capruntime.io/ambient.main\": null, "
			  "\"capruntime.io/ambient\": \"KILL\"}",
			  "main", BIT(CAP_KILL), NULL);
}

static void freeing_leaves_nothing_asked_for_and_may_be_done_twice(void)
{
	struct ambient_request request;

	read_one(&request, "{\"capruntime.io/ambient\": \"KILL,FOO\"}", NULL);
	CHECK_STR(request.unknown, "FOO");
	ambient_request_free(&request);
	CHECK(!request.unknown);
	CHECK_U64(request.asked, 0);
	ambient_request_free(&request);
}

static const struct tap_test tests[] = {
	TAP_TEST(no_annotation_asks_for_nothing),
	TAP_TEST(nothing_can_be_asked_for_in_so_many_words),
	TAP_TEST(none_among_others_is_no_capability),
	TAP_TEST(names_are_told_with_and_without_prefix_in_any_case),
	TAP_TEST(commas_and_blanks_part_names),
	TAP_TEST(nothing_else_parts_names),
	TAP_TEST(what_is_no_capability_is_kept_in_order),
	TAP_TEST(a_very_long_word_is_no_capability),
	TAP_TEST(every_capability_can_be_asked_for),
	TAP_TEST(a_containers_own_form_comes_before_the_general_one),
	TAP_TEST(without_a_trusted_name_only_the_general_form_counts),
	TAP_TEST(another_containers_form_counts_for_nobody_else),
	TAP_TEST(a_value_that_cannot_be_read_is_none),
	TAP_TEST(freeing_leaves_nothing_asked_for_and_may_be_done_twice),
};
TAP_MAIN(tests)
