/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/patch.h"

#include "patch_properties.h"
#include "prng.h"
#include "tap.h"
#include "testdata.h"

#define CHOWN ((capmask)1 << 0)
#define KILL ((capmask)1 << 5)
#define NBS ((capmask)1 << 10)

/* The caller frees. */
static char *patched(const char *text, const char *key, const char *value)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct err err = { 0 };
	char *result = NULL;
	size_t len = 0;

	CHECK(patch_apply_member(&data.doc, key, value, &result, &len, &err) ==
	      0);
	CHECK(result && strlen(result) == len);
	return result;
}

static void a_member_is_put_in_replaced_and_taken_out(void)
{
	static const struct {
		const char *text, *key, *value, *want;
	} cases[] = {
		/* Inserted after the last member. */
		{ "{\"process\":{}}", "a", "1", "{\"process\":{\"a\":1}}" },
		{ "{\"process\":{ \n}}", "a", "1",
		  "{\"process\":{\"a\":1 \n}}" },
		{ "{\"process\":{\"b\":2}}", "a", "1",
		  "{\"process\":{\"b\":2,\"a\":1}}" },
		{ "{\"process\":{\n \"b\" : {\"a\":3} \n}}", "a", "[]",
		  "{\"process\":{\n \"b\" : {\"a\":3},\"a\":[] \n}}" },
		{ "{\"a\":0,\"process\":{\"c\":\"a\"},\"b\":0}", "a", "1",
		  "{\"a\":0,\"process\":{\"c\":\"a\",\"a\":1},\"b\":0}" },
		/* Replaced in place. */
		{ "{\"process\":{\"a\":1,\"b\":2}}", "a", "null",
		  "{\"process\":{\"a\":null,\"b\":2}}" },
		{ "{\"process\":{\"b\":2,\"\\u0061\" :\t[1] }}", "a", "{}",
		  "{\"process\":{\"b\":2,\"\\u0061\" :\t{} }}" },
		{ "{\"process\":{\"a\":\"x\"}} ", "a", "true",
		  "{\"process\":{\"a\":true}} " },
		/* The first of two, which only a refused text has. */
		{ "{\"process\":{\"a\":1,\"a\":2}}", "a", "3",
		  "{\"process\":{\"a\":3,\"a\":2}}" },
		/* Removed. */
		{ "{\"process\":{\"a\":1}}", "a", NULL, "{\"process\":{}}" },
		{ "{\"process\":{ \"a\" : 1 }}", "a", NULL,
		  "{\"process\":{ }}" },
		{ "{\"process\":{\"a\":1,\"b\":2}}", "a", NULL,
		  "{\"process\":{\"b\":2}}" },
		{ "{\"process\":{\n\"a\":[1,2] ,\n\"b\":2}}", "a", NULL,
		  "{\"process\":{\n\"b\":2}}" },
		{ "{\"process\":{\"b\":2, \"a\":1, \"c\":3}}", "a", NULL,
		  "{\"process\":{\"b\":2, \"c\":3}}" },
		{ "{\"process\":{\"b\":2 , \"a\" : 1 }}", "a", NULL,
		  "{\"process\":{\"b\":2 }}" },
		{ "{\"process\":{\"b\":2}}", "a", NULL,
		  "{\"process\":{\"b\":2}}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got CLEANUP_FREE =
			patched(cases[i].text, cases[i].key, cases[i].value);

		CHECK_STR(got, cases[i].want);
	}
}

/* "KEY=VALUE" sets a member, "KEY" removes it; `members` ends with NULL. */
static char *patched_all(const char *text, const char *const members[])
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	char *copies[4] = { NULL }, *result = NULL;
	struct edits edits CLEANUP_EDITS = { 0 };
	struct patch_member list[4];
	struct err err = { 0 };
	size_t count = 0, len;

	for (; members[count]; count++) {
		copies[count] = strdup(members[count]);
		list[count].key = strtok(copies[count], "=");
		list[count].value = strtok(NULL, "");
	}
	CHECK(patch_members(&edits, &data.doc, json_root(&data.doc), list,
			    count, &err) == 0);
	CHECK(edits_apply(&edits, &data.doc, &result, &len, &err) == 0);
	CHECK((edits.count == 0) == (strcmp(result, text) == 0));
	while (count)
		free(copies[--count]);
	return result;
}

static void several_members_are_changed_at_once(void)
{
	static const struct {
		const char *text;
		const char *members[4];
		const char *want;
	} cases[] = {
		{ "{}", { "a=1", "b=2" }, "{\"a\":1,\"b\":2}" },
		{ "{\"c\":3 }",
		  { "a=1", "b=2" },
		  "{\"c\":3,\"a\":1,\"b\":2 }" },
		{ "{\"a\":1,\"b\":2}", { "a", "b" }, "{}" },
		{ "{ \"b\":2 , \"a\":1 }", { "a", "b" }, "{ }" },
		{ "{\"a\":1 ,\"b\":2, \"c\":3}", { "a", "b" }, "{ \"c\":3}" },
		{ "{\"c\":3,\"a\":1,\"b\":2}", { "a", "b" }, "{\"c\":3}" },
		{ "{\"a\":1,\"c\":3,\"b\":2}", { "a", "b" }, "{\"c\":3}" },
		{ "{\"c\":3,\"a\":1,\"d\":4,\"b\":2}",
		  { "a", "b" },
		  "{\"c\":3,\"d\":4}" },
		{ "{\"a\":1,\"b\":2}", { "a", "b=3" }, "{\"b\":3}" },
		{ "{\"a\":1,\"b\":2}", { "a=3", "b" }, "{\"a\":3}" },
		{ "{\"a\":1}", { "a", "b=2" }, "{\"b\":2}" },
		{ "{\"c\":3,\"a\":1}", { "a", "b=2" }, "{\"c\":3,\"b\":2}" },
		{ "{\"a\":1,\"c\":3}", { "a", "b=2" }, "{\"c\":3,\"b\":2}" },
		/* No change needs no edit. */
		{ "{\"a\":1}", { "a=1", "b" }, "{\"a\":1}" },
		{ "{\"a\":1}", { NULL }, "{\"a\":1}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got CLEANUP_FREE =
			patched_all(cases[i].text, cases[i].members);

		CHECK_STR(got, cases[i].want);
	}
}

static struct capsets sets_of(capmask e, capmask b, capmask i, capmask p,
			      capmask a)
{
	return (struct capsets){ { [CAPSET_EFFECTIVE] = e,
				   [CAPSET_BOUNDING] = b,
				   [CAPSET_INHERITABLE] = i,
				   [CAPSET_PERMITTED] = p,
				   [CAPSET_AMBIENT] = a } };
}

static void sets_are_written_where_they_differ(void)
{
	const struct {
		const char *text;
		struct capsets after;
		bool drop_unknown;
		const char *want;
	} cases[] = {
		{ "{}", sets_of(0, 0, 0, 0, 0), false, "{}" },
		{ "{ }", sets_of(0, 0, NBS, 0, NBS), false,
		  "{\"inheritable\":[\"CAP_NET_BIND_SERVICE\"],\"ambient\":[\"CAP_NET_BIND_SERVICE\"] }" },
		{ "{\"x\":1 }", sets_of(0, 0, 0, 0, KILL | CHOWN), false,
		  "{\"x\":1,\"ambient\":[\"CAP_CHOWN\",\"CAP_KILL\"] }" },
		/* Order, blanks and duplicates of kept names are unchanged. */
		{ "{\"bounding\":[ \"CAP_KILL\",\n\"CAP_CHOWN\", \"CAP_KILL\" ]}",
		  sets_of(0, KILL | CHOWN, 0, 0, 0), false,
		  "{\"bounding\":[ \"CAP_KILL\",\n\"CAP_CHOWN\", \"CAP_KILL\" ]}" },
		{ "{\"bounding\" : [ \"CAP_KILL\",\n\"CAP_CHOWN\" ] }",
		  sets_of(0, KILL | CHOWN | NBS, 0, 0, 0), false,
		  "{\"bounding\" : [\"CAP_CHOWN\",\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"] }" },
		{ "{\"bounding\":[\"CAP_\\u004bILL\"]}",
		  sets_of(0, KILL, 0, 0, 0), false,
		  "{\"bounding\":[\"CAP_\\u004bILL\"]}" },
		/* Null and empty lists are unchanged if nothing is inserted. */
		{ "{\"ambient\":null,\"permitted\":[ ]}",
		  sets_of(0, 0, 0, 0, 0), false,
		  "{\"ambient\":null,\"permitted\":[ ]}" },
		{ "{\"ambient\":null,\"permitted\":[ ]}",
		  sets_of(0, 0, 0, KILL, NBS), false,
		  "{\"ambient\":[\"CAP_NET_BIND_SERVICE\"],\"permitted\":[\"CAP_KILL\"]}" },
		{ "{\"ambient\":[\"CAP_KILL\"]}", sets_of(0, 0, 0, 0, 0), false,
		  "{\"ambient\":[]}" },
		/* Unknown names are kept unchanged, after the known ones. */
		{ "{\"ambient\":[\"X\", \"CAP_KILL\" ,\"cap\\u005fkill\",null]}",
		  sets_of(0, 0, 0, 0, CHOWN), false,
		  "{\"ambient\":[\"CAP_CHOWN\",\"X\",\"cap\\u005fkill\",null]}" },
		{ "{\"ambient\":[\"X\", \"CAP_KILL\"]}", sets_of(0, 0, 0, 0, 0),
		  false, "{\"ambient\":[\"X\"]}" },
		{ "{\"ambient\":[\"X\", \"CAP_KILL\"]}",
		  sets_of(0, 0, 0, 0, KILL), false,
		  "{\"ambient\":[\"X\", \"CAP_KILL\"]}" },
		{ "{\"ambient\":[\"X\", \"CAP_KILL\"],\"bounding\":[ \"CAP_KILL\" ]}",
		  sets_of(0, KILL, 0, 0, KILL), true,
		  "{\"ambient\":[\"CAP_KILL\"],\"bounding\":[ \"CAP_KILL\" ]}" },
		{ "{\"ambient\":[\"X\"]}", sets_of(0, 0, 0, 0, 0), true,
		  "{\"ambient\":[]}" },
		/* Unknown members, and keys with escapes. */
		{ "{\"Ambient\":[\"X\"],\"\\u0061mbient\":[],\"y\":{\"ambient\":[]}}",
		  sets_of(0, 0, 0, 0, KILL), false,
		  "{\"Ambient\":[\"X\"],\"\\u0061mbient\":[\"CAP_KILL\"],\"y\":{\"ambient\":[]}}" },
		{ "{\"permitted\":[],\"bounding\":[\"CAP_KILL\"],\"effective\":[]}",
		  sets_of(KILL, KILL, KILL, KILL, KILL), false,
		  "{\"permitted\":[\"CAP_KILL\"],\"bounding\":[\"CAP_KILL\"],\"effective\":[\"CAP_KILL\"],\"inheritable\":[\"CAP_KILL\"],\"ambient\":[\"CAP_KILL\"]}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct testdata data CLEANUP_TESTDATA =
			testdata_of(cases[i].text);
		char *got CLEANUP_FREE = NULL;
		struct err err;

		REQUIRE(patch_apply_sets(&data.doc, json_root(&data.doc),
					 &cases[i].after, cases[i].drop_unknown,
					 &got, &err) == 0);
		CHECK_STR(got, cases[i].want);
	}
}

static char *value_of(const char *text)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct err err;
	char *value = NULL;

	CHECK(patch_capabilities_value(&data.doc, json_root(&data.doc), &value,
				       &err) == 0);
	return value;
}

static void values_are_equal_as_sets_of_names(void)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} pairs[] = {
		{ "{}", "{ \"x\": [\"CAP_KILL\"] }", true },
		{ "{\"ambient\":[\"CAP_KILL\",\"CAP_CHOWN\"]}",
		  "{ \"\\u0061mbient\" : [ \"CAP_CHOWN\", \"CAP_\\u004bILL\", \"CAP_KILL\" ] }",
		  true },
		{ "{\"ambient\":[],\"bounding\":[]}",
		  "{\"bounding\":[ ],\"ambient\":[\t]}", true },
		{ "{\"ambient\":null}", "{}", true },
		{ "{\"ambient\":[\"X\",\"CAP_KILL\",\"Y\",\"X\"]}",
		  "{\"ambient\":[\"Y\",\"X\",\"CAP_KILL\"]}", true },
		{ "{\"ambient\":[]}", "{}", false },
		{ "{\"ambient\":[]}", "{\"ambient\":null}", false },
		{ "{\"ambient\":[]}", "{\"bounding\":[]}", false },
		{ "{\"ambient\":[\"CAP_KILL\"]}", "{\"ambient\":[]}", false },
		{ "{\"ambient\":[\"CAP_KILL\"]}",
		  "{\"bounding\":[\"CAP_KILL\"]}", false },
		{ "{\"ambient\":[\"CAP_KILL\"]}",
		  "{\"ambient\":[\"cap_kill\"]}", false },
		{ "{\"ambient\":[\"CAP_KILL\"]}",
		  "{\"ambient\":[\"CAP_KILL\",\"X\"]}", false },
		{ "{\"ambient\":[\"X\"]}", "{\"ambient\":[\"Y\"]}", false },
		{ "{\"ambient\":[\"X\",\"Y\"]}", "{\"ambient\":[\"XY\"]}",
		  false },
		{ "{\"ambient\":[null]}", "{\"ambient\":[\"null\"]}", false },
		{ "{\"ambient\":[null]}", "{\"ambient\":[]}", false },
		{ "{\"ambient\":[\"CAP_KILL\"],\"bounding\":[]}",
		  "{\"ambient\":[],\"bounding\":[\"CAP_KILL\"]}", false },
		{ "{\"ambient\":[\"];[\"]}", "{\"ambient\":[],\"x\":[]}",
		  false },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char *a CLEANUP_FREE = value_of(pairs[i].a);
		char *b CLEANUP_FREE = value_of(pairs[i].b);

		if (!CHECK((strcmp(a, b) == 0) == pairs[i].equal))
			printf("#   %s\n#   %s\n", pairs[i].a, pairs[i].b);
	}
}

static struct prng prng = { 0x7061746368 };

static capmask some_capabilities(void)
{
	capmask mask = prng_next(&prng) & capset_known();

	return prng_below(&prng, 2) ? mask & prng_next(&prng) : mask;
}

/* Mostly a few changes to the current sets. */
static struct capsets some_sets(const struct spec *spec)
{
	struct capsets sets = spec->sets;

	for (int which = 0; which < CAPSET_COUNT; which++) {
		switch (prng_below(&prng, 4)) {
		case 0:
			sets.set[which] = some_capabilities();
			break;
		case 1:
			sets.set[which] ^= UINT64_C(1) << prng_below(&prng, 41);
			break;
		case 2:
			sets.set[which] = 0;
			break;
		default:
			break;
		}
	}
	return sets;
}

/* The same JSON with blanks between the tokens. */
static struct testdata with_blanks(const struct json_doc *doc)
{
	char *text CLEANUP_FREE = malloc(doc->len * 3);
	bool in_string = false;
	size_t len = 0;

	for (size_t i = 0; i < doc->len; i++) {
		char byte = doc->text[i];
		bool token = !in_string && strchr("{}[]:,", byte);

		if (token && prng_below(&prng, 4) == 0)
			text[len++] = " \t\r\n"[prng_below(&prng, 4)];
		text[len++] = byte;
		if (token && prng_below(&prng, 4) == 0)
			text[len++] = " \t\r\n"[prng_below(&prng, 4)];
		if (in_string && byte == '\\')
			text[len++] = doc->text[++i];
		else if (byte == '"')
			in_string = !in_string;
	}
	return testdata_copy("t", text, len);
}

static void check_properties(const char *path, const struct json_doc *doc)
{
	struct spec spec CLEANUP_SPEC = { 0 };
	struct err err;

	REQUIRE(json_check(doc, &err) == 0 &&
		spec_read(&spec, doc, RUNTIME_RUNC, &err) == 0);
	struct capsets sets = some_sets(&spec);
	const char *broken = patch_broken(doc, &sets, prng_below(&prng, 2));

	if (!CHECK(!broken))
		printf("#   %s: %s\n", path, broken);
}

static void check_fixture(const char *path, const struct json_doc *doc)
{
	check_properties(path, doc);
	for (int i = 0; i < 8; i++) {
		struct testdata data CLEANUP_TESTDATA = with_blanks(doc);

		check_properties(path, &data.doc);
	}
}

static void what_engines_wrote_changes_only_where_it_must(void)
{
	printf("# seed %#llx\n", (unsigned long long)prng.state);
	CHECK_U64(testdata_each("fixtures", "config.json", check_fixture), 37);
}

static const char *pick(const char *const *from, size_t count)
{
	return from[prng_below(&prng, count)];
}

static void add_random_list(struct buf *buf)
{
	static const char *const names[] = {
		"\"CAP_KILL\"",
		"\"CAP_NET_BIND_SERVICE\"",
		"\"CAP_\\u004bILL\"",
		"\"CAP_NO_SUCH\"",
		"\"cap_kill\"",
		"\"],[\"",
		"null",
		"\"CAP_CHECKPOINT_RESTORE\"",
	};
	size_t count = prng_below(&prng, 5);

	buf_add_str(buf, "[");
	for (size_t i = 0; i < count; i++) {
		buf_add_str(buf, i ? "," : "");
		buf_add_str(buf, pick(names, ARRAY_LEN(names)));
	}
	buf_add_str(buf, "]");
}

static void add_random_capabilities(struct buf *buf)
{
	static const char *const others[] = { "null", "[ ]",
					      "{\"ambient\":[]}" };
	static const char *const keys[] = {
		"effective", "bounding", "inheritable",	    "permitted",
		"ambient",   "ambient2", "\\u0061mbient2x",
	};
	size_t from = prng_below(&prng, 7), count = prng_below(&prng, 6);

	buf_add_str(buf, "{");
	for (size_t i = 0; i < count; i++) {
		size_t which = (from + i) % 7;

		buf_add_str(buf, i ? ",\"" : "\"");
		buf_add_str(buf, keys[which]);
		buf_add_str(buf, "\":");
		if (which < 5 && prng_below(&prng, 5))
			add_random_list(buf);
		else
			buf_add_str(buf, pick(others, which < 5 ? 2 : 3));
	}
	buf_add_str(buf, "}");
}

static void lists_of_any_shape_change_only_where_they_must(void)
{
	for (int i = 0; i < 10000; i++) {
		struct buf buf CLEANUP_BUF = { 0 };
		struct err err;
		char *text CLEANUP_FREE = NULL;

		buf_add_str(&buf,
			    "{\"process\":{\"user\":{},\"capabilities\":");
		add_random_capabilities(&buf);
		buf_add_str(&buf, ",\"cwd\":\"/\"}}");
		REQUIRE(buf_take(&buf, &text, NULL, &err) == 0);
		struct testdata plain CLEANUP_TESTDATA = testdata_of(text);
		struct testdata data CLEANUP_TESTDATA = with_blanks(&plain.doc);

		check_properties(text, &data.doc);
		if (tap_failed)
			return;
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_member_is_put_in_replaced_and_taken_out),
	TAP_TEST(several_members_are_changed_at_once),
	TAP_TEST(sets_are_written_where_they_differ),
	TAP_TEST(values_are_equal_as_sets_of_names),
	TAP_TEST(what_engines_wrote_changes_only_where_it_must),
	TAP_TEST(lists_of_any_shape_change_only_where_they_must),
};

TAP_MAIN(tests)
