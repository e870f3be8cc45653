/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/yaml.h"

#include "base/buf.h"
#include "tap.h"

/* The first document. The caller frees `tree`. */
static const struct yaml_value *read_text(struct yaml_tree *tree,
					  const char *text)
{
	struct err err = { 0 };

	CHECK(yaml_tree_read(tree, "f", text, strlen(text), &err) == 0);
	CHECK_STR(err.text, "");
	return tree->documents && tree->documents->items
		       ? tree->documents->items->value
		       : NULL;
}

static void check_error(const char *text, size_t len, const char *message)
{
	struct yaml_tree tree CLEANUP_YAML = { 0 };
	struct err err = { 0 };

	CHECK(yaml_tree_read(&tree, "f", text, len, &err) < 0);
	CHECK_STR(err.text, message);
}

static void values_have_kinds_and_places(void)
{
	struct yaml_tree tree CLEANUP_YAML;
	const struct yaml_value *map =
		read_text(&tree, "a: 'b'\nc:\n- d\n- {e: f}\n");
	const struct yaml_value *list;

	REQUIRE(map && map->kind == YAML_MAP);
	CHECK_U64(map->count, 2);
	REQUIRE(yaml_find(map, "a"));
	CHECK_STR(yaml_find(map, "a")->text, "b");
	CHECK(yaml_find(map, "a")->quoted);
	CHECK_U64(yaml_find(map, "a")->line, 1);
	CHECK_U64(yaml_find(map, "a")->column, 4);
	list = yaml_find(map, "c");
	REQUIRE(list && list->kind == YAML_LIST);
	CHECK_U64(list->count, 2);
	CHECK_STR(list->items->value->text, "d");
	CHECK(!list->items->value->quoted);
	CHECK_U64(list->items->next->value->line, 4);
	CHECK(!yaml_find(map, "x") && !yaml_find(list, "a") &&
	      !yaml_find(NULL, "a"));
}

static void json_is_read_too(void)
{
	struct yaml_tree tree CLEANUP_YAML;
	const struct yaml_value *map = read_text(
		&tree, "{\"a\":[1,true,null,\"\\u00e9\\/\"],\t\"b\":{}}");

	REQUIRE(map && yaml_find(map, "a"));
	CHECK_U64(yaml_find(map, "a")->count, 4);
	CHECK_STR(yaml_find(map, "a")->last->value->text, "\303\251/");
	CHECK(yaml_find(map, "b")->kind == YAML_MAP);
}

static void documents_are_counted(void)
{
	struct yaml_tree tree CLEANUP_YAML;

	read_text(&tree, "a\n---\nb\n---\n---\n{}\n");
	CHECK_U64(tree.documents->count, 4);
}

static void an_alias_is_its_anchors_value(void)
{
	struct yaml_tree tree CLEANUP_YAML;
	const struct yaml_value *map =
		read_text(&tree, "a: &x [1]\nb: *x\nc: &x 2\nd: *x\n");

	REQUIRE(map);
	CHECK(yaml_find(map, "a") == yaml_find(map, "b"));
	CHECK(yaml_find(map, "c") == yaml_find(map, "d"));
}

static void two_readers_have_one_meaning(void)
{
	static const char *const cases[][2] = {
		{ "a: 1\na: 2\n",
		  "'f':2:1: duplicate key 'a': remove one of them" },
		{ "a: 1\n\"\\x61\": 2\n",
		  "'f':2:1: duplicate key 'a': remove one of them" },
		{ "a: {<<: {b: c}}\n",
		  "'f':1:5: merge keys ('<<') are not read: write the keys themselves" },
		{ "a: !!int '1'\n",
		  "'f':1:4: a tag that changes the type: remove it" },
		{ "a: !x [1]\n",
		  "'f':1:4: a tag that changes the type: remove it" },
		{ "[a]: b\n",
		  "'f':1:1: a key that is no string: write a string" },
		{ "&k a: b\n", "'f':1:1: an anchor at a key: remove it" },
		{ "x: &x y\n*x : b\n",
		  "'f':2:1: an alias as a key: write the key itself" },
		{ "a: *b\n",
		  "'f':1:4: no complete anchor of this alias precedes it" },
		{ "a: &b [*b]\n",
		  "'f':1:8: no complete anchor of this alias precedes it" },
		{ "a: &b c\n---\na: *b\n",
		  "'f':3:4: no complete anchor of this alias precedes it" },
		{ "a: \"\\0\"\n", "'f':1:4: a NUL character: remove it" },
		{ "a: [\n",
		  "'f':2:1: invalid YAML: did not find expected node content" },
	};
	struct yaml_tree tree CLEANUP_YAML;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_error(cases[i][0], strlen(cases[i][0]), cases[i][1]);
	check_error("a: \xff", 4,
		    "'f':1:1: invalid YAML: invalid leading UTF-8 octet");
	CHECK(read_text(&tree, "'<<': a\nb: !!str 1\nc: ! 2\nd: !!map {}\n"));
}

/* `count` times `text`. The caller frees. */
static char *repeat(const char *text, size_t count)
{
	size_t len = strlen(text);
	char *all = malloc(len * count + 1);

	if (!all)
		abort();
	for (size_t i = 0; i < count; i++)
		memcpy(all + i * len, text, len);
	all[len * count] = '\0';
	return all;
}

static void size_and_depth_are_limited(void)
{
	struct yaml_tree tree CLEANUP_YAML = { 0 };
	char *deep CLEANUP_FREE = repeat("[", YAML_DEPTH_MAX + 1);
	char *many CLEANUP_FREE = repeat("- x\n", YAML_VALUES_MAX);
	char *anchors CLEANUP_FREE = repeat("- &a x\n", YAML_ANCHORS_MAX + 1);
	struct buf keys CLEANUP_BUF = { 0 };
	char key[32];

	check_error(deep, strlen(deep), "'f':1:65: too many levels");
	check_error(many, strlen(many),
		    "'f':200000:3: too many values: split the file in parts");
	check_error(anchors, strlen(anchors),
		    "'f':257:3: too many anchors: write the values out");
	for (int i = 0; i <= YAML_KEYS_MAX; i++) {
		snprintf(key, sizeof(key), "k%d: x\n", i);
		buf_add_str(&keys, key);
	}
	check_error(keys.text, keys.len,
		    "'f':4097:1: too many keys in one map");
	many[4 * (YAML_VALUES_MAX - 1)] = '\0';
	CHECK(read_text(&tree, many));
}

static const struct tap_test tests[] = {
	TAP_TEST(values_have_kinds_and_places),
	TAP_TEST(json_is_read_too),
	TAP_TEST(documents_are_counted),
	TAP_TEST(an_alias_is_its_anchors_value),
	TAP_TEST(two_readers_have_one_meaning),
	TAP_TEST(size_and_depth_are_limited),
};

TAP_MAIN(tests)
