/* SPDX-License-Identifier: Apache-2.0 */
/* The values that spec_read() finds. What it refuses: spec_test.c. */
#include "config.h"

#include "spec/spec.h"

#include "tap.h"
#include "testdata.h"

#define KILL ((capmask)1 << 5)
#define NBS ((capmask)1 << 10)
#define RAW ((capmask)1 << 13)

static struct spec read_spec(const char *text)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct err err = { 0 };
	struct spec spec;

	memset(&spec, 0xff, sizeof(spec));
	if (!CHECK(json_check(&data.doc, &err) == 0 &&
		   spec_read(&spec, &data.doc, RUNTIME_RUNC, &err) == 0))
		printf("#   %s: %s\n", text, err.text);
	return spec;
}

static void check_sets(const struct spec *spec, capmask e, capmask b, capmask i,
		       capmask p, capmask a)
{
	CHECK_U64(spec->sets.set[CAPSET_EFFECTIVE], e);
	CHECK_U64(spec->sets.set[CAPSET_BOUNDING], b);
	CHECK_U64(spec->sets.set[CAPSET_INHERITABLE], i);
	CHECK_U64(spec->sets.set[CAPSET_PERMITTED], p);
	CHECK_U64(spec->sets.set[CAPSET_AMBIENT], a);
}

static void values_are_read(void)
{
	static const char text[] =
		"{\"pr\\u006fcess\":{\"user\":{\"gid\":7,\"uid\":4294967294},"
		"\"noNewPrivileges\":true,\"capabilities\":\t{"
		"\"effective\":[\"CAP_KILL\"],\"bounding\":[\"CAP_NET_RAW\",\"CAP_KILL\"],"
		"\"inheritable\":[\"CAP_NET_\\u0052AW\"],\"permitted\":[],"
		"\"\\u0061mbient\":[\"CAP_NET_BIND_SERVICE\",\"CAP_NET_BIND_SERVICE\",null]}}}";
	struct spec spec CLEANUP_SPEC = read_spec(text);

	CHECK(spec.has_process && spec.has_capabilities);
	CHECK_U64(spec.uid, 4294967294);
	CHECK_U64(spec.gid, 7);
	CHECK(spec.no_new_privileges);
	CHECK(!spec.new_userns);
	check_sets(&spec, KILL, RAW | KILL, RAW, 0, NBS);
	CHECK_U64(spec.capabilities.kind, JSON_OBJECT);
	CHECK(text[spec.capabilities.start] == '{');
	CHECK_STR(text + spec.capabilities.end, "}}");
}

static void what_is_absent_or_null_counts_as_nothing(void)
{
	static const struct {
		const char *text;
		bool has_process, has_capabilities;
	} cases[] = {
		{ "{}", false, false },
		{ "{\"process\":null}", false, false },
		{ "{\"process\":{}}", true, false },
		{ "{\"process\":{\"user\":null,\"capabilities\":null,\"noNewPrivileges\":null},\"linux\":null,\"annotations\":null}",
		  true, false },
		{ "{\"process\":{\"user\":{},\"capabilities\":{}},\"linux\":{\"namespaces\":null},\"annotations\":{\"a\":null}}",
		  true, true },
		{ "{\"process\":{\"noNewPrivileges\":false}}", true, false },
		{ "{\"process\":{\"capabilities\":{\"bounding\":null,\"ambient\":[null]}}}",
		  true, true },
		{ "{\"process\":{\"capabilities\":{\"bounding\":[\"\",\"KILL\",\"CAP_NO_SUCH\",\"cap_kill\"]}}}",
		  true, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct spec spec CLEANUP_SPEC = read_spec(cases[i].text);

		CHECK(spec.has_process == cases[i].has_process);
		CHECK(spec.has_capabilities == cases[i].has_capabilities);
		CHECK_U64(spec.uid, 0);
		CHECK_U64(spec.gid, 0);
		CHECK(!spec.no_new_privileges && !spec.new_userns);
		check_sets(&spec, 0, 0, 0, 0, 0);
	}
}

static void only_a_user_namespace_without_a_path_is_new(void)
{
	static const struct {
		const char *text;
		bool is_new;
	} cases[] = {
		{ "[]", false },
		{ "[{}]", false },
		{ "[{\"type\":\"pid\"}]", false },
		{ "[{\"type\":\"user\"}]", true },
		{ "[{\"type\":\"us\\u0065r\"}]", true },
		{ "[{\"type\":\"User\"}]", false },
		{ "[{\"type\":\"user\",\"path\":null}]", true },
		{ "[{\"type\":\"user\",\"path\":\"\"}]", true },
		{ "[{\"path\":\"\",\"type\":\"user\"}]", true },
		{ "[{\"type\":\"user\",\"path\":\"/proc/1/ns/user\"}]", false },
		{ "[{\"path\":\"/x\",\"type\":\"user\"}]", false },
		{ "[{\"type\":\"pid\",\"path\":\"/x\"},{\"type\":\"user\"}]",
		  true },
		{ "[{\"type\":\"user\"},{\"type\":\"pid\",\"path\":\"/x\"}]",
		  true },
		{ "[{\"type\":\"user\",\"path\":\"/x\"},{\"type\":\"pid\"}]",
		  false },
		{ "[{\"type\":\"user\",\"path\":\"/x\"},{}]", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct spec spec CLEANUP_SPEC = { 0 };
		char text[256];

		snprintf(text, sizeof(text), "{\"linux\":{\"namespaces\":%s}}",
			 cases[i].text);
		spec = read_spec(text);
		CHECK(spec.new_userns == cases[i].is_new);
	}
}

static void a_name_counts_only_when_it_is_exact(void)
{
	static const struct {
		const char *text;
		capmask want;
	} cases[] = {
		{ "\"CAP_KILL\"", KILL },
		{ "\"CAP_K\\u0049LL\"", KILL },
		{ "\"cap_kill\"", 0 },
		{ "\"KILL\"", 0 },
		{ "\"CAP_KILL\\u0000\"", 0 },
		{ "\"CAP_KILL \"", 0 },
		{ "\"5\"", 0 },
		{ "\"\"", 0 },
		{ "5", 0 },
		{ "null", 0 },
		{ "[\"CAP_KILL\"]", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_of(cases[i].text);

		CHECK_U64(spec_capability(&data.doc, json_root(&data.doc)),
			  cases[i].want);
	}
}

/* The value of process.KEY; NULL: not found. The caller frees. */
static char *find(const char *text, const char *key)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct json_value value;

	if (!spec_find(&data.doc, key, &value))
		return NULL;
	return strndup(data.doc.text + value.start, value.end - value.start);
}

static void a_member_of_process_is_found_in_any_json(void)
{
	static const struct {
		const char *text, *key, *want;
	} cases[] = {
		{ "{\"process\":{\"a\":[1]}}", "a", "[1]" },
		{ "{\"process\":{\"\\u0061\":null}}", "a", "null" },
		{ "{\"process\":{\"a\":1,\"a\":2}}", "a", "1" },
		{ "{\"process\":{\"A\":1}}", "a", NULL },
		{ "{\"process\":{\"b\":{\"a\":1}}}", "a", NULL },
		{ "{\"process\":{}}", "a", NULL },
		{ "{\"process\":{\"a\":1},\"process\":{\"a\":2}}", "a", "1" },
		{ "{\"process\":[],\"process\":{\"a\":2}}", "a", NULL },
		{ "{\"process\":null}", "a", NULL },
		{ "{\"process\":\"a\"}", "a", NULL },
		{ "{\"a\":1}", "a", NULL },
		{ "{}", "a", NULL },
		{ "[\"process\"]", "a", NULL },
		{ "\"process\"", "a", NULL },
		{ "null", "a", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got CLEANUP_FREE = find(cases[i].text, cases[i].key);

		CHECK_STR(got, cases[i].want);
	}
}

static void the_process_object_is_found(void)
{
	struct testdata data CLEANUP_TESTDATA =
		testdata_of("{\"a\":{\"process\":1}, \"process\" : { }}");
	struct testdata none CLEANUP_TESTDATA = testdata_of("{\"process\":3}");
	struct json_value process;

	REQUIRE(spec_find_process(&data.doc, &process));
	CHECK_U64(process.kind, JSON_OBJECT);
	CHECK_U64(process.start, 32);
	CHECK_U64(process.end, 35);
	CHECK(!spec_find_process(&none.doc, &process));
}

static const struct tap_test tests[] = {
	TAP_TEST(values_are_read),
	TAP_TEST(what_is_absent_or_null_counts_as_nothing),
	TAP_TEST(only_a_user_namespace_without_a_path_is_new),
	TAP_TEST(a_name_counts_only_when_it_is_exact),
	TAP_TEST(a_member_of_process_is_found_in_any_json),
	TAP_TEST(the_process_object_is_found),
};

TAP_MAIN(tests)
