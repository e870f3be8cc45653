/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a config.json. Every mount's destination is absolute and
 * normalized, and a path below it is on that mount; ID mappings are reversible.
 */
#include "config.h"

#include "capctl/rootfs/tree.h"

#include <string.h>

#include "fuzz.h"

#define INPUT_MAX 65536

static void check_destination(const char *path)
{
	size_t len = strlen(path);

	MUST(*path == '/');
	MUST(len == 1 || path[len - 1] != '/');
	MUST(!strstr(path, "//") && !strstr(path, "/./"));
	MUST(!strstr(path, "/../"));
	MUST(len < 2 || strcmp(path + len - 2, "/.") != 0);
	MUST(len < 3 || strcmp(path + len - 3, "/..") != 0);
}

static void check_mounts(const struct spec_tree *tree)
{
	for (size_t i = 0; i < tree->mounts_count; i++) {
		const struct spec_mount *mount = &tree->mounts[i];

		check_destination(mount->destination);
		mount = spec_tree_mount(tree, mount->destination);
		MUST(mount && mount >= &tree->mounts[i]);
	}
}

static void check_map(const struct spec_map *map)
{
	uint32_t outside, inside;

	for (size_t i = 0; i < map->count; i++) {
		const struct spec_range *range = &map->ranges[i];

		if (!range->size)
			continue;
		MUST(spec_map_outside(map, range->inside, &outside));
		MUST(spec_map_inside(map, range->outside, &inside));
		if (i == 0) {
			MUST(outside == range->outside);
			MUST(inside == range->inside);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_doc doc = { .name = "config.json",
				.text = (const char *)data,
				.len = size };
	struct spec_tree tree CLEANUP_SPEC_TREE = { 0 };
	struct err err = { 0 };

	if (size > INPUT_MAX || json_check(&doc, &err) < 0)
		return 0;
	if (spec_tree_read(&tree, &doc, &err) < 0) {
		MUST(*err.text);
		return 0;
	}
	MUST(!*err.text);
	check_mounts(&tree);
	check_map(&tree.users);
	check_map(&tree.groups);
	return 0;
}
