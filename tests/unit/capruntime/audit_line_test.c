/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/audit_line.h"

#include <json.h>
#include <sys/capability.h>

#include "prng.h"
#include "tap.h"
#include "testdata.h"

#define BIT(name) (UINT64_C(1) << (name))
#define TIME "2026-11-23T11:01:47Z"

static char rule_name[] = "web";
static const struct policy_rule rule = {
	.name = rule_name, .file = "/etc/capruntime/policy.json"
};
static const struct capsets before = {
	.set = { 0x400, 0x401, 0, 0x401, 0 },
};
static const struct decision decision = {
	.sets = { .set = { 0x400, 0x400, 0x400, 0x400, 0x400 } },
	.no_new_privileges = true,
	.wanted = BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_NET_RAW),
	.raised = BIT(CAP_NET_BIND_SERVICE),
	.missing = BIT(CAP_NET_RAW) | BIT(CAP_KILL),
};
static const struct match_subject subject = {
	.texts = { [MATCH_NAMESPACE] = "ns",
		   [MATCH_POD] = "pod",
		   [MATCH_CONTAINER] = "main",
		   [MATCH_IMAGE] = "registry.example/image:1",
		   [MATCH_ID] = "not from here",
		   [MATCH_HANDLER] = "not from here" },
	.numbers = { [MATCH_UID] = 1000, [MATCH_GID] = 77 },
};

static struct audit_event full_event(void)
{
	return (struct audit_event){ .outcome = AUDIT_APPLIED,
				     .verb = "create",
				     .runtime = "/usr/sbin/runc",
				     .mode = POLICY_ENFORCE,
				     .engine = ENGINE_CRIO,
				     .subject = &subject,
				     .rule = &rule,
				     .before = &before,
				     .decision = &decision,
				     .unknown = "FOO bar",
				     .reason = "because",
				     .id = "0123abc",
				     .handler = "capruntime" };
}

/* The caller frees. */
static char *make(const struct audit_event *event)
{
	struct err err = { 0 };
	char *line = NULL;

	if (!CHECK(audit_line_make(event, TIME, &line, &err) == 0)) {
		printf("# %s\n", err.text);
		return strdup("");
	}
	return line;
}

/* One line of strict JSON within the limit; the caller frees. */
static struct json_object *make_object(const struct audit_event *event)
{
	char *line CLEANUP_FREE = make(event);
	size_t len = strlen(line);
	struct json_doc doc = { .name = "line", .text = line, .len = len };
	struct err err = { 0 };

	CHECK(len > 0 && len <= AUDIT_LINE_MAX);
	CHECK(strchr(line, '\n') == line + len - 1);
	if (!CHECK(json_check(&doc, &err) == 0))
		printf("# %s\n# %s\n", err.text, line);
	return json_tokener_parse(line);
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value)
		       ? json_object_get_string(value)
		       : NULL;
}

static void a_whole_line_is_as_the_manual_says(void)
{
	struct audit_event event = full_event();
	char *line CLEANUP_FREE = make(&event);

	CHECK_STR(line,
		  "{\"time\":\"" TIME "\",\"outcome\":\"applied\","
		  "\"mode\":\"enforce\",\"verb\":\"create\",\"id\":\"0123abc\","
		  "\"handler\":\"capruntime\",\"engine\":\"cri-o\","
		  "\"namespace\":\"ns\",\"pod\":\"pod\",\"container\":\"main\","
		  "\"image\":\"registry.example/image:1\",\"uid\":1000,"
		  "\"rule\":\"web\",\"file\":\"/etc/capruntime/policy.json\","
		  "\"before\":{\"effective\":\"0000000000000400\","
		  "\"bounding\":\"0000000000000401\","
		  "\"inheritable\":\"0000000000000000\","
		  "\"permitted\":\"0000000000000401\","
		  "\"ambient\":\"0000000000000000\"},"
		  "\"after\":{\"effective\":\"0000000000000400\","
		  "\"bounding\":\"0000000000000400\","
		  "\"inheritable\":\"0000000000000400\","
		  "\"permitted\":\"0000000000000400\","
		  "\"ambient\":\"0000000000000400\"},"
		  "\"no_new_privileges\":true,"
		  "\"raised\":[\"CAP_NET_BIND_SERVICE\"],"
		  "\"missing\":[\"CAP_KILL\",\"CAP_NET_RAW\",\"FOO bar\"],"
		  "\"runtime\":\"/usr/sbin/runc\",\"reason\":\"because\"}\n");
}

static void what_is_not_known_is_left_out(void)
{
	const struct audit_event event = { .outcome = AUDIT_REFUSED,
					   .verb = "run",
					   .runtime = "/usr/bin/crun",
					   .reason = "load policy",
					   .id = "x",
					   .handler = "capruntime" };
	char *line CLEANUP_FREE = make(&event);

	CHECK_STR(line, "{\"time\":\"" TIME "\",\"outcome\":\"refused\","
			"\"mode\":\"enforce\",\"verb\":\"run\",\"id\":\"x\","
			"\"handler\":\"capruntime\",\"engine\":\"none\","
			"\"runtime\":\"/usr/bin/crun\","
			"\"reason\":\"load policy\"}\n");
}

static void a_container_without_trusted_names_has_none(void)
{
	const struct match_subject nameless = { .numbers = { [MATCH_UID] =
								     0 } };
	struct audit_event event = full_event();
	struct json_object *object;

	event.subject = &nameless;
	event.reason = NULL;
	object = make_object(&event);
	CHECK(!text_of(object, "namespace") && !text_of(object, "pod") &&
	      !text_of(object, "container") && !text_of(object, "image") &&
	      !text_of(object, "reason"));
	CHECK_STR(text_of(object, "uid"), "0");
	json_object_put(object);
}

static void every_outcome_mode_and_engine_has_its_word(void)
{
	static const char *const outcomes[] = {
		[AUDIT_APPLIED] = "applied",
		[AUDIT_NO_RULE] = "no_rule",
		[AUDIT_REFUSED] = "refused",
		[AUDIT_WOULD_APPLY] = "would_apply",
		[AUDIT_WOULD_REFUSE] = "would_refuse",
	};
	static const char *const engines[] = { "none", "cri-o", "containerd" };

	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		struct audit_event event = full_event();
		struct json_object *object;

		event.outcome = (enum audit_outcome)i;
		event.mode = i % 2 ? POLICY_AUDIT : POLICY_ENFORCE;
		event.engine = (enum engine)(i % 3);
		object = make_object(&event);
		CHECK_STR(text_of(object, "outcome"), outcomes[i]);
		CHECK_STR(text_of(object, "mode"), i % 2 ? "audit" : "enforce");
		CHECK_STR(text_of(object, "engine"), engines[i % 3]);
		json_object_put(object);
	}
}

static void an_exec_session_is_told_without_what_a_policy_says(void)
{
	const struct policy_rule name_alone = { .name = rule_name };
	const struct audit_event event = { .outcome = AUDIT_EXEC_UNTOUCHED,
					   .verb = "exec",
					   .runtime = "/usr/sbin/runc",
					   .rule = &name_alone,
					   .reason = "because",
					   .id = "x",
					   .handler = "capruntime" };
	char *line CLEANUP_FREE = make(&event);

	CHECK_STR(line, "{\"time\":\"" TIME "\",\"outcome\":\"exec_untouched\","
			"\"verb\":\"exec\",\"id\":\"x\","
			"\"handler\":\"capruntime\",\"rule\":\"web\","
			"\"runtime\":\"/usr/sbin/runc\","
			"\"reason\":\"because\"}\n");
}

static void uids_over_two_to_the_31_are_positive(void)
{
	struct match_subject large = subject;
	struct audit_event event = full_event();
	struct json_object *object;

	large.numbers[MATCH_UID] = UINT32_MAX - 1;
	event.subject = &large;
	object = make_object(&event);
	CHECK_STR(text_of(object, "uid"), "4294967294");
	json_object_put(object);
}

static void check_missing(capmask missing, const char *unknown,
			  const char *want)
{
	struct decision some = decision;
	struct audit_event event = full_event();
	struct json_object *object;

	some.raised = 0;
	some.missing = missing;
	event.decision = &some;
	event.unknown = unknown;
	object = make_object(&event);
	CHECK_STR(text_of(object, "raised"), "[ ]");
	CHECK_STR(text_of(object, "missing"), want);
	json_object_put(object);
}

static void missing_lists_names_and_then_what_is_none(void)
{
	check_missing(0, NULL, "[ ]");
	check_missing(BIT(CAP_KILL), NULL, "[ \"CAP_KILL\" ]");
	check_missing(0, "FOO", "[ \"FOO\" ]");
	check_missing(BIT(CAP_KILL), "a \"b\"",
		      "[ \"CAP_KILL\", \"a \\\"b\\\"\" ]");
}

static void what_others_wrote_stays_inside_its_string(void)
{
	static const char *const evil[] = {
		"\",\"outcome\":\"applied\",\"x\":\"",
		"a\nb\r\n{\"time\":\"forged\"}\n",
		"\\",
		"\\\"",
		"\x01\x1f\x7f\t\b",
		"\xff\xfe",
		"\xc3",
		"\xed\xa0\x80",
		"\xe2\x80\xa8\xc2\x85",
	};

	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		struct match_subject forged = subject;
		struct audit_event event = full_event();
		struct json_object *object;

		forged.texts[MATCH_POD] = evil[i];
		event.subject = &forged;
		event.outcome = AUDIT_REFUSED;
		event.id = event.reason = event.unknown = evil[i];
		object = make_object(&event);
		CHECK_STR(text_of(object, "outcome"), "refused");
		CHECK_STR(text_of(object, "time"), TIME);
		CHECK_STR(text_of(object, "container"), "main");
		CHECK(!text_of(object, "x"));
		CHECK(json_object_object_length(object) == 21);
		json_object_put(object);
	}
}

static void a_string_that_is_cut_ends_in_a_mark(void)
{
	struct audit_event event = full_event();
	struct json_object *object;
	char reason[2000];
	const char *got;

	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	event.reason = reason;
	object = make_object(&event);
	got = text_of(object, "reason");
	CHECK(strlen(got) >= 512 && strlen(got) < sizeof(reason) - 1);
	CHECK_STR(got + strlen(got) - 4, "r...");
	json_object_put(object);
}

static void an_id_of_64_digits_is_not_cut(void)
{
	static const char id[] = "0123456789abcdef0123456789abcdef"
				 "0123456789abcdef0123456789abcdef";
	struct audit_event event = full_event();
	struct json_object *object;

	event.id = id;
	object = make_object(&event);
	CHECK_STR(text_of(object, "id"), id);
	json_object_put(object);
}

/* Bytes that JSON keeps, escapes or, as invalid UTF-8, replaces. */
static void fill(char *text, size_t size, unsigned kind)
{
	static const char *const patterns[] = { "\x01", "a", "\xff", "\"",
						"\xf0\x9f\x98\x80" };
	const char *pattern = patterns[kind % ARRAY_LEN(patterns)];
	size_t len = strlen(pattern);

	for (size_t i = 0; i < size - 1; i++)
		text[i] = pattern[i % len];
	text[size - 1] = '\0';
}

static void check_longest(unsigned kind, capmask raised, capmask missing)
{
	char text[9000], name[POLICY_NAME_MAX + 1];
	struct policy_rule long_rule = { .name = name, .file = text };
	struct decision everything = { .raised = raised, .missing = missing };
	struct match_subject all = { .numbers = { UINT32_MAX, UINT32_MAX } };
	struct audit_event event = full_event();

	fill(text, sizeof(text), kind);
	fill(name, sizeof(name), 1);
	for (size_t i = 0; i < MATCH_TEXT_COUNT; i++)
		all.texts[i] = text;
	event.outcome = AUDIT_WOULD_REFUSE;
	event.engine = ENGINE_CONTAINERD;
	event.rule = &long_rule;
	event.subject = &all;
	event.decision = &everything;
	event.unknown = event.reason = event.id = text;
	event.handler = event.runtime = text;
	json_object_put(make_object(&event));
}

static void the_longest_line_stays_within_the_limit(void)
{
	for (unsigned kind = 0; kind < 5; kind++) {
		check_longest(kind, capset_known(), 0);
		check_longest(kind, 0, capset_known());
		check_longest(kind, capset_known() & 0x5555555555,
			      capset_known() & ~UINT64_C(0x5555555555));
	}
}

static void random_strings_make_lines_all_the_same(void)
{
	struct prng prng = { .state = 99 };

	for (int round = 0; round < 2000; round++) {
		struct audit_event event = full_event();
		char text[400];
		size_t len = prng_below(&prng, sizeof(text));

		for (size_t i = 0; i < len; i++)
			text[i] = (char)(1 + prng_below(&prng, 255));
		text[len] = '\0';
		event.reason = event.unknown = event.id = text;
		event.handler = event.runtime = text;
		json_object_put(make_object(&event));
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_whole_line_is_as_the_manual_says),
	TAP_TEST(what_is_not_known_is_left_out),
	TAP_TEST(a_container_without_trusted_names_has_none),
	TAP_TEST(every_outcome_mode_and_engine_has_its_word),
	TAP_TEST(an_exec_session_is_told_without_what_a_policy_says),
	TAP_TEST(uids_over_two_to_the_31_are_positive),
	TAP_TEST(missing_lists_names_and_then_what_is_none),
	TAP_TEST(what_others_wrote_stays_inside_its_string),
	TAP_TEST(a_string_that_is_cut_ends_in_a_mark),
	TAP_TEST(an_id_of_64_digits_is_not_cut),
	TAP_TEST(the_longest_line_stays_within_the_limit),
	TAP_TEST(random_strings_make_lines_all_the_same),
};
TAP_MAIN(tests)
