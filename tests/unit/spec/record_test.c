/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/record.h"

#include "tap.h"

#define KILL (UINT64_C(1) << 5)
#define NET_BIND_SERVICE (UINT64_C(1) << 10)
#define NET_RAW (UINT64_C(1) << 13)

static int parse(const char *text, size_t len, struct record *ret_record,
		 struct err *err)
{
	struct json_doc doc = { .name = "dir/.capruntime.json",
				.text = text,
				.len = len };

	*ret_record = (struct record){ 0 };
	return record_parse(ret_record, &doc, err);
}

static int parse_str(const char *text, struct record *ret_record,
		     struct err *err)
{
	return parse(text, strlen(text), ret_record, err);
}

/* A record with every field; nothing in it is owned. */
static struct record full_record(void)
{
	static char id[] = "a\"b\n", root[] = "/run/runc", rule[] = "web-1";
	static char was[] = "{ \"bounding\":\t[ \"CAP_KILL\" ] }";
	static char new[] = "{\"ambient\":[\"CAP_KILL\"]}", old[] = "{}";
	static char false_text[] = "false", true_text[] = "true";

	return (struct record){
		.about = { .id = id,
			   .root = root,
			   .rule = rule,
			   .pid = UINT32_MAX,
			   .start = UINT64_MAX,
			   .uid = UINT32_MAX - 1,
			   .wanted = NET_BIND_SERVICE | NET_RAW,
			   .ambient = NET_BIND_SERVICE | NET_RAW | KILL,
			   .inheritable = NET_RAW,
			   .drop = NET_BIND_SERVICE,
			   .no_new_privileges = true,
			   .exec = true,
			   .new_userns = true },
		.files = { { 7, UINT64_MAX }, { UINT64_MAX, 0 } },
		.file_count = 2,
		.fields = { [RECORD_CAPABILITIES] = { .changed = true,
						      .was = was,
						      .wrote = { new, old },
						      .wrote_count = 2 },
			    [RECORD_NO_NEW_PRIVILEGES] = { .changed = true,
							   .was = false_text,
							   .wrote = { true_text },
							   .wrote_count = 1 } },
	};
}

static char *print(const struct record *record)
{
	char *text = NULL;
	struct err err = { 0 };

	return record_print(record, &text, &err) < 0 ? NULL : text;
}

static void check_same_about(const struct record_about *got,
			     const struct record_about *want)
{
	CHECK_STR(got->id, want->id);
	CHECK_STR(got->root, want->root);
	CHECK_STR(got->rule, want->rule);
	CHECK_U64(got->pid, want->pid);
	CHECK_U64(got->start, want->start);
	CHECK_U64(got->uid, want->uid);
	CHECK_U64(got->wanted, want->wanted);
	CHECK_U64(got->ambient, want->ambient);
	CHECK_U64(got->inheritable, want->inheritable);
	CHECK_U64(got->drop, want->drop);
	CHECK(got->drop_others == want->drop_others);
	CHECK(got->no_new_privileges == want->no_new_privileges);
	CHECK(got->exec == want->exec);
	CHECK(got->new_userns == want->new_userns);
}

static void check_same(const struct record *got, const struct record *want)
{
	check_same_about(&got->about, &want->about);
	CHECK_U64(got->file_count, want->file_count);
	for (size_t i = 0; i < want->file_count; i++) {
		CHECK_U64(got->files[i].length, want->files[i].length);
		CHECK_U64(got->files[i].digest, want->files[i].digest);
	}
	for (int i = 0; i < RECORD_COUNT; i++) {
		const struct record_field *a = &got->fields[i];
		const struct record_field *b = &want->fields[i];

		CHECK(a->changed == b->changed);
		CHECK_STR(a->was, b->was);
		CHECK_U64(a->wrote_count, b->wrote_count);
		for (size_t j = 0; j < RECORD_WROTE_MAX; j++)
			CHECK_STR(a->wrote[j], b->wrote[j]);
	}
}

static void check_round_trip(const struct record *record)
{
	struct record got CLEANUP_RECORD = { 0 };
	char *text CLEANUP_FREE = print(record);
	char *again CLEANUP_FREE = NULL;
	struct err err = { 0 };

	REQUIRE(text);
	CHECK(parse_str(text, &got, &err) == 0);
	CHECK_STR(err.text, "");
	check_same(&got, record);
	again = print(&got);
	CHECK_STR(again, text);
}

static void what_was_printed_is_parsed_again(void)
{
	struct record record = full_record();

	check_round_trip(&record);
	record.about.drop_others = true;
	record.about.drop = 0;
	record.about.root = NULL;
	check_round_trip(&record);
	record.about.wanted = capset_known();
	record.about.inheritable = 0;
	record.fields[RECORD_CAPABILITIES] =
		(struct record_field){ .changed = false };
	check_round_trip(&record);
	record.fields[RECORD_NO_NEW_PRIVILEGES].was = NULL;
	check_round_trip(&record);
}

static void a_record_without_changes_is_a_record(void)
{
	struct record record = full_record();

	memset(record.fields, 0, sizeof(record.fields));
	record.file_count = 0;
	check_round_trip(&record);
}

static void only_a_record_that_changes_nothing_has_no_rule(void)
{
	struct record record = full_record();
	struct record got CLEANUP_RECORD = { 0 };
	struct err err = { 0 };
	char *text CLEANUP_FREE = NULL;

	CHECK(record_is_needed(&record));
	record.about.rule = NULL;
	text = print(&record);
	CHECK(parse_str(text, &got, &err) == -1);
	CHECK_HAS(err.text, "'rule' must be a string, not null");
	memset(record.fields, 0, sizeof(record.fields));
	record.about.exec = true;
	CHECK(record_is_needed(&record));
	free(text);
	text = print(&record);
	CHECK(parse_str(text, &got, &err) == -1);
	record.about.exec = false;
	CHECK(!record_is_needed(&record));
	check_round_trip(&record);
}

static void a_record_cut_anywhere_is_refused(void)
{
	const struct record record = full_record();
	char *text CLEANUP_FREE = print(&record);
	size_t len;

	REQUIRE(text);
	len = strlen(text);
	for (size_t cut = 0; cut < len - 1; cut++) {
		struct record got CLEANUP_RECORD = { 0 };
		char *part CLEANUP_FREE = malloc(cut ? cut : 1);
		struct err err = { 0 };

		REQUIRE(part);
		memcpy(part, text, cut);
		CHECK(parse(part, cut, &got, &err) == -1);
		CHECK_HAS(err.text, "'dir/.capruntime.json'");
		CHECK(got.about.id == NULL);
	}
}

#define ABOUT                                                                       \
	"{\"version\":1,\"id\":\"x\",\"root\":null,\"rule\":\"r\",\"uid\":0,"       \
	"\"decided\":{\"wanted\":[],\"ambient\":[],\"inheritable\":[],\"drop\":[]," \
	"\"no_new_privileges\":false,\"exec\":false,\"new_userns\":false}"
#define CAPABILITIES(fields) ABOUT ",\"capabilities\":{" fields "}}"
#define PRIVILEGES(fields) ABOUT ",\"noNewPrivileges\":{" fields "}}"

static void a_field_can_be_absent_before(void)
{
	struct record got CLEANUP_RECORD = { 0 };
	struct err err = { 0 };

	REQUIRE(parse_str(PRIVILEGES("\"was\":null,\"wrote\":[\"true\"]"), &got,
			  &err) == 0);
	CHECK(got.fields[RECORD_NO_NEW_PRIVILEGES].changed);
	CHECK(got.fields[RECORD_NO_NEW_PRIVILEGES].was == NULL);
	CHECK(!got.fields[RECORD_CAPABILITIES].changed);
}

static void a_record_of_an_early_version_has_no_files_and_owner(void)
{
	struct record got CLEANUP_RECORD = { 0 };
	struct err err = { 0 };

	REQUIRE(parse_str(ABOUT "}", &got, &err) == 0);
	CHECK_U64(got.file_count, 0);
	CHECK_U64(got.about.pid, 0);
	CHECK_U64(got.about.start, 0);
}

#define FILES(list) ABOUT ",\"files\":" list "}"

static void a_missing_number_is_named(void)
{
	struct record got CLEANUP_RECORD = { 0 };
	struct err err = { 0 };

	CHECK(parse_str(FILES("[{\"digest\":1}]"), &got, &err) == -1);
	CHECK_HAS(err.text, "'length' is missing");
}

static const char *const refused[] = {
	"",
	"[]",
	"null",
	"{}",
	"{\"version\":2}",
	"{\"version\":\"1\"}",
	"{\"version\":1}",
	"{\"version\":1,\"id\":\"x\"}",
	"{\"version\":1,\"rule\":\"x\"}",
	"{\"version\":1,\"id\":7,\"rule\":\"x\"}",
	"{\"version\":1,\"id\":\"a\\u0000b\",\"rule\":\"x\"}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\"}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":-1}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":4294967296}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1.0}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,\"decided\":[]}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,\"decided\":{}}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,"
	"\"decided\":{\"wanted\":[\"KILL\"],\"ambient\":[],\"inheritable\":[],\"drop\":[],"
	"\"no_new_privileges\":false,\"exec\":false,\"new_userns\":false}}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,"
	"\"decided\":{\"wanted\":[],\"ambient\":[],\"inheritable\":[7],\"drop\":[],"
	"\"no_new_privileges\":false,\"exec\":false,\"new_userns\":false}}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,"
	"\"decided\":{\"wanted\":[],\"ambient\":[],\"inheritable\":[],\"drop\":\"all\","
	"\"no_new_privileges\":false,\"exec\":false,\"new_userns\":false}}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,"
	"\"decided\":{\"wanted\":[],\"ambient\":[],\"inheritable\":[],\"drop\":[],"
	"\"no_new_privileges\":null,\"exec\":false,\"new_userns\":false}}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,"
	"\"decided\":{\"wanted\":[],\"ambient\":[],\"inheritable\":[],\"drop\":[],"
	"\"no_new_privileges\":false}}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,"
	"\"decided\":{\"wanted\":[],\"ambient\":[],\"inheritable\":[],\"drop\":[],"
	"\"no_new_privileges\":false,\"exec\":false}}",
	"{\"version\":1,\"id\":\"a\",\"rule\":\"x\",\"uid\":1,"
	"\"decided\":{\"wanted\":[],\"inheritable\":[],\"drop\":[],"
	"\"no_new_privileges\":false,\"exec\":false,\"new_userns\":false}}",
	ABOUT "} trailing",
	ABOUT ",\"owner\":7}",
	ABOUT ",\"owner\":{}}",
	ABOUT ",\"owner\":{\"pid\":-1,\"start\":0}}",
	ABOUT ",\"owner\":{\"pid\":1,\"start\":18446744073709551616}}",
	ABOUT ",\"owner\":{\"pid\":1,\"pid\":1,\"start\":0}}",
	ABOUT ",\"capabilities\":7}",
	CAPABILITIES(""),
	CAPABILITIES("\"was\":\"{}\""),
	CAPABILITIES("\"was\":\"{}\",\"wrote\":[]"),
	CAPABILITIES("\"was\":\"{}\",\"wrote\":\"{}\""),
	CAPABILITIES("\"was\":\"{}\",\"wrote\":[\"{}\",\"{}\",\"{}\"]"),
	CAPABILITIES("\"was\":\"{}\",\"wrote\":[\"[]\"]"),
	CAPABILITIES("\"was\":\"{}\",\"wrote\":[\"{} {}\"]"),
	CAPABILITIES("\"was\":\"{}\",\"wrote\":[{}]"),
	CAPABILITIES("\"was\":\"true\",\"wrote\":[\"{}\"]"),
	CAPABILITIES("\"was\":{},\"wrote\":[\"{}\"]"),
	CAPABILITIES("\"was\":null,\"wrote\":[\"{}\"]"),
	CAPABILITIES("\"was\":\"{}}\",\"wrote\":[\"{}\"]"),
	PRIVILEGES("\"was\":null,\"wrote\":[\"{}\"]"),
	PRIVILEGES("\"was\":\"true,\\\"x\\\":1\",\"wrote\":[\"true\"]"),
	PRIVILEGES("\"was\":true,\"wrote\":[\"true\"]"),
	FILES("{}"),
	FILES("[7]"),
	FILES("[{\"length\":1}]"),
	FILES("[{\"digest\":1}]"),
	FILES("[{\"length\":-1,\"digest\":1}]"),
	FILES("[{\"length\":1,\"digest\":18446744073709551616}]"),
	FILES("[{\"length\":1,\"digest\":1,\"length\":1}]"),
	FILES("[{\"length\":1,\"digest\":1},{\"length\":1,\"digest\":1},"
	      "{\"length\":1,\"digest\":1}]"),
	/* Duplicate keys. */
	ABOUT ",\"uid\":0}",
	ABOUT ",\"decided\":{}}",
	PRIVILEGES("\"was\":null,\"wrote\":[\"true\"],\"was\":null"),
	PRIVILEGES("\"was\":null,\"wrote\":[\"tr\\u0000ue\"]"),
};

static void what_we_never_write_is_refused_by_name(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct record got CLEANUP_RECORD = { 0 };
		struct err err = { 0 };

		if (!CHECK(parse_str(refused[i], &got, &err) == -1))
			printf("#   taken: %s\n", refused[i]);
		CHECK_HAS(err.text, "'dir/.capruntime.json'");
		CHECK(got.about.id == NULL);
	}
}

static void a_refusal_says_what_to_do(void)
{
	struct record got CLEANUP_RECORD = { 0 };
	struct err err = { 0 };

	CHECK(parse_str("{\"version\":2}", &got, &err) == -1);
	CHECK_STR(
		err.text,
		"'dir/.capruntime.json':1:1: 'version' 2 is not supported: this capruntime did not write the record: restore config.json by hand and remove the record");
}

static void freeing_twice_does_nothing(void)
{
	struct record got = { 0 };
	struct err err = { 0 };

	REQUIRE(parse_str(CAPABILITIES("\"was\":\"{}\",\"wrote\":[\"{}\"]"),
			  &got, &err) == 0);
	record_free(&got);
	record_free(&got);
	CHECK(got.about.id == NULL);
}

static void the_keys_are_those_of_config_json(void)
{
	CHECK_STR(record_key(RECORD_CAPABILITIES), "capabilities");
	CHECK_STR(record_key(RECORD_NO_NEW_PRIVILEGES), "noNewPrivileges");
}

static const struct tap_test tests[] = {
	TAP_TEST(what_was_printed_is_parsed_again),
	TAP_TEST(a_record_without_changes_is_a_record),
	TAP_TEST(only_a_record_that_changes_nothing_has_no_rule),
	TAP_TEST(a_record_cut_anywhere_is_refused),
	TAP_TEST(a_field_can_be_absent_before),
	TAP_TEST(a_record_of_an_early_version_has_no_files_and_owner),
	TAP_TEST(a_missing_number_is_named),
	TAP_TEST(what_we_never_write_is_refused_by_name),
	TAP_TEST(a_refusal_says_what_to_do),
	TAP_TEST(freeing_twice_does_nothing),
	TAP_TEST(the_keys_are_those_of_config_json),
};

TAP_MAIN(tests)
