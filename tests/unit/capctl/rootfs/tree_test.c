/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/tree.h"

#include "capctl/execve/predict.h"
#include "tap.h"

/* The caller frees. */
static struct spec_tree read_tree(const char *text, struct err *err)
{
	struct json_doc doc = { .name = "config.json",
				.text = text,
				.len = strlen(text) };
	struct spec_tree tree = { 0 };

	*err = (struct err){ 0 };
	if (CHECK(json_check(&doc, err) == 0))
		CHECK((spec_tree_read(&tree, &doc, err) < 0) ==
		      (*err->text != '\0'));
	return tree;
}

static void check_error(const char *text, const char *message)
{
	struct err err;
	struct spec_tree tree = read_tree(text, &err);

	CHECK_STR(err.text, message);
	spec_tree_free(&tree);
}

static void the_root_is_read_as_it_stands(void)
{
	struct err err;
	struct spec_tree tree CLEANUP_SPEC_TREE = read_tree(
		"{\"root\":{\"readonly\":true,\"path\":\"a/../b\"}}", &err);
	struct spec_tree writable CLEANUP_SPEC_TREE =
		read_tree("{\"root\":{\"readonly\":false}}", &err);
	struct spec_tree none CLEANUP_SPEC_TREE = read_tree(
		"{\"root\":null,\"mounts\":null,\"linux\":null}", &err);

	CHECK_STR(tree.root, "a/../b");
	CHECK(tree.readonly);
	CHECK(!writable.readonly && !none.readonly);
	CHECK_STR(none.root, NULL);
	CHECK_STR(err.text, "");
}

static const char mounts[] =
	"{\"mounts\":["
	"{\"destination\":\"/tmp\",\"type\":\"tmpfs\","
	" \"options\":[\"nosuid\",\"noexec\",\"nosuid \",\"mode=1777\"]},"
	"{\"destination\":\"//data/./x/../y/\",\"type\":\"bind\","
	" \"source\":\"/srv/data\",\"options\":[\"nosuid\",\"suid\"]},"
	"{\"destination\":\"rel/../../etc\",\"options\":[\"rbind\","
	" \"noexec\",\"exec\",\"rnosuid\"]},"
	"{\"destination\":\"/tmp/open\",\"source\":null,\"options\":null}]}";

static void mounts_are_read_with_the_last_option_of_two(void)
{
	struct err err;
	struct spec_tree tree CLEANUP_SPEC_TREE = read_tree(mounts, &err);
	const struct spec_mount *list = tree.mounts;

	REQUIRE(tree.mounts_count == 4);
	CHECK_STR(list[0].destination, "/tmp");
	CHECK(list[0].nosuid && list[0].noexec && !list[0].bind);
	CHECK_STR(list[0].source, NULL);
	CHECK_STR(list[1].destination, "/data/y");
	CHECK_STR(list[1].source, "/srv/data");
	CHECK(!list[1].nosuid && !list[1].noexec && list[1].bind);
	CHECK_STR(list[2].destination, "/etc");
	CHECK(list[2].nosuid && !list[2].noexec && list[2].bind);
	CHECK(!list[3].nosuid && !list[3].bind);
}

static void check_mount(const struct spec_tree *tree, const char *path,
			const char *destination)
{
	const struct spec_mount *mount = spec_tree_mount(tree, path);

	CHECK_STR(mount ? mount->destination : NULL, destination);
}

static void a_path_is_on_the_last_mount_above_it(void)
{
	struct err err;
	struct spec_tree tree CLEANUP_SPEC_TREE = read_tree(mounts, &err);
	struct spec_tree all CLEANUP_SPEC_TREE =
		read_tree("{\"mounts\":[{\"destination\":\"/\"}]}", &err);

	check_mount(&tree, "/tmp", "/tmp");
	check_mount(&tree, "/tmp/a", "/tmp");
	check_mount(&tree, "/tmp/open/a", "/tmp/open");
	check_mount(&tree, "/tmp/opened", "/tmp");
	check_mount(&tree, "/tmpfile", NULL);
	check_mount(&tree, "/data", NULL);
	check_mount(&tree, "/data/y/z", "/data/y");
	check_mount(&tree, "/", NULL);
	check_mount(&all, "/usr", "/");
}

static void numbers_are_mapped_both_ways(void)
{
	struct err err;
	struct spec_tree tree CLEANUP_SPEC_TREE = read_tree(
		"{\"linux\":{\"uidMappings\":["
		"{\"containerID\":0,\"hostID\":1000,\"size\":1},"
		"{\"containerID\":1,\"hostID\":100000,\"size\":65535}],"
		"\"gidMappings\":["
		"{\"containerID\":0,\"hostID\":0,\"size\":4294967295}]}}",
		&err);
	uint32_t id = 7;

	REQUIRE(tree.users.count == 2 && tree.groups.count == 1);
	CHECK(spec_map_inside(&tree.users, 1000, &id) && id == 0);
	CHECK(spec_map_inside(&tree.users, 100004, &id) && id == 5);
	CHECK(spec_map_inside(&tree.users, 165534, &id) && id == 65535);
	id = 7;
	CHECK(!spec_map_inside(&tree.users, 165535, &id) && id == 7);
	CHECK(!spec_map_inside(&tree.users, 0, &id));
	CHECK(spec_map_outside(&tree.users, 0, &id) && id == 1000);
	CHECK(spec_map_outside(&tree.users, 2, &id) && id == 100001);
	CHECK(!spec_map_outside(&tree.users, 65536, &id));
	CHECK(spec_map_inside(&tree.groups, 4294967294u, &id) &&
	      id == 4294967294u);
	CHECK(!spec_map_inside(&tree.groups, 4294967295u, &id));

	CHECK_U64(spec_map_outer(&tree.users, true, 2), 100001);
	CHECK_U64(spec_map_outer(&tree.users, true, 65536), EXECVE_NO_ROOT);
	CHECK_U64(spec_map_outer(&tree.users, false, 65536), 65536);
	CHECK(spec_tree_has_owner(&tree, true, 1000, 5));
	CHECK(!spec_tree_has_owner(&tree, true, 5, 5));
	CHECK(!spec_tree_has_owner(&tree, true, 1000, 4294967295u));
	CHECK(spec_tree_has_owner(&tree, false, 5, 4294967295u));
}

static void what_is_of_another_type_is_refused_with_its_place(void)
{
	check_error("[]", "'config.json':1:1: expected an object, not a list");
	check_error(
		"{\"root\":1}",
		"'config.json':1:9: 'root' must be an object, not a number");
	check_error("{\"root\":{\"path\":[]}}",
		    "'config.json':1:17: 'path' must be a string, not a list");
	check_error("{\"root\":{\"path\":\"a\\u0000b\"}}",
		    "'config.json':1:17: 'path' must not contain \\u0000");
	check_error(
		"{\"mounts\":{}}",
		"'config.json':1:11: 'mounts' must be a list, not an object");
	check_error("{\"mounts\":[1]}",
		    "'config.json':1:12: expected an object, not a number");
	check_error("{\"mounts\":[{}]}",
		    "'config.json':1:12: 'destination' is missing");
	check_error("{\"mounts\":[{\"destination\":\"/\",\"options\":[1]}]}",
		    "'config.json':1:42: expected a string, not a number");
	check_error("{\"linux\":{\"uidMappings\":[{}]}}",
		    "'config.json':1:26: 'containerID' is missing");
	check_error(
		"{\"linux\":{\"gidMappings\":[{\"containerID\":-1}]}}",
		"'config.json':1:41: 'containerID' must be a whole number from 0 to 4294967295 in plain digits");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_root_is_read_as_it_stands),
	TAP_TEST(mounts_are_read_with_the_last_option_of_two),
	TAP_TEST(a_path_is_on_the_last_mount_above_it),
	TAP_TEST(numbers_are_mapped_both_ways),
	TAP_TEST(what_is_of_another_type_is_refused_with_its_place),
};

TAP_MAIN(tests)
