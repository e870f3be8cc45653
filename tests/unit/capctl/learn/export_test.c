/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/export.h"

#include <linux/capability.h>
#include <string.h>

#include "tap.h"

static void check_form(enum learn_form form, capmask ambient, bool nnp,
		       const char *expected)
{
	const struct learn_subject subject = {
		.uid = 1000,
		.gid = 100,
		.no_new_privileges = nnp,
	};
	const struct learn_rule rule = {
		.ambient = ambient,
		.exact = true,
		.comment = "why",
		.subject = &subject,
	};
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	REQUIRE(learn_export(form, &rule, &text, &len, &err) == 0);
	CHECK_U64(strlen(text), len);
	CHECK_STR(text, expected);
}

static const capmask two = 1 << CAP_CHOWN | 1 << CAP_NET_RAW;

static void every_form_has_a_word(void)
{
	enum learn_form form;

	CHECK(learn_form_parse("rule", &form) && form == LEARN_FORM_RULE);
	CHECK(learn_form_parse("scc", &form) && form == LEARN_FORM_SCC);
	CHECK(!learn_form_parse("SCC", &form));
	CHECK(!learn_form_parse("", &form));
}

static void podman_raises_what_is_added(void)
{
	check_form(LEARN_FORM_PODMAN, two, false,
		   "--user=1000:100 --cap-drop=ALL --cap-add=CHOWN "
		   "--cap-add=NET_RAW\n");
	check_form(LEARN_FORM_PODMAN, 0, true,
		   "--user=1000:100 --cap-drop=ALL "
		   "--security-opt=no-new-privileges\n");
}

static void a_unit_has_both_sets(void)
{
	check_form(LEARN_FORM_SYSTEMD, two, true,
		   "[Service]\n"
		   "User=1000\n"
		   "Group=100\n"
		   "AmbientCapabilities=CAP_CHOWN CAP_NET_RAW\n"
		   "CapabilityBoundingSet=CAP_CHOWN CAP_NET_RAW\n"
		   "NoNewPrivileges=yes\n");
	check_form(LEARN_FORM_SYSTEMD, 0, false,
		   "[Service]\n"
		   "User=1000\n"
		   "Group=100\n"
		   "AmbientCapabilities=\n"
		   "CapabilityBoundingSet=\n"
		   "NoNewPrivileges=no\n");
}

static void a_pod_comes_with_the_rule(void)
{
	check_form(
		LEARN_FORM_SECURITY_CONTEXT, two, true,
		"securityContext:\n"
		"  runAsNonRoot: true\n"
		"  runAsUser: 1000\n"
		"  runAsGroup: 100\n"
		"  allowPrivilegeEscalation: false\n"
		"  capabilities:\n"
		"    drop: [ALL]\n"
		"    add: [CHOWN, NET_RAW]\n"
		"# A pod needs runtimeClassName: capruntime, and its node "
		"this policy:\n"
		"# {\n"
		"#   \"version\": 1,\n"
		"#   \"rules\": [\n"
		"#     {\n"
		"#       \"name\": \"learned\",\n"
		"#       \"comment\": \"why\",\n"
		"#       \"match\": { \"id\": \"put/the/containers/here\" },\n"
		"#       \"ambient\": [\"CHOWN\", \"NET_RAW\"],\n"
		"#       \"require\": true,\n"
		"#       \"drop\": \"others\"\n"
		"#     }\n"
		"#   ]\n"
		"# }\n");
}

static const struct tap_test tests[] = {
	TAP_TEST(every_form_has_a_word),
	TAP_TEST(podman_raises_what_is_added),
	TAP_TEST(a_unit_has_both_sets),
	TAP_TEST(a_pod_comes_with_the_rule),
};

TAP_MAIN(tests)
