/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/tree.h"

#include <string.h>

#include "base/buf.h"
#include "capctl/execve/predict.h"
#include "json/read.h"

struct tree_reader {
	struct json_reader json;
	struct spec_tree *tree;
};

/* A null member counts as absent, as in Go's encoding/json. */
static bool tree_find(const struct tree_reader *reader,
		      struct json_value object, const char *key,
		      struct json_value *ret_value)
{
	return json_find(reader->json.doc, object, key, ret_value) &&
	       ret_value->kind != JSON_NULL;
}

static int read_root(struct tree_reader *reader, struct json_value object)
{
	struct json_value readonly;

	if (json_want(&reader->json, "root", object, JSON_OBJECT) < 0)
		return -1;
	if (tree_find(reader, object, "readonly", &readonly))
		reader->tree->readonly = readonly.kind == JSON_TRUE;
	return json_find_text(&reader->json, object, "path",
			      JSON_STRING | JSON_NULL, &reader->tree->root);
}

/* Removes the last "/NAME". */
static void cut_mount_name(struct buf *path)
{
	while (path->len && path->text[--path->len] != '/')
		;
}

static void add_path_name(struct buf *path, const char *name, size_t len)
{
	if (!len || (len == 1 && *name == '.'))
		return;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		cut_mount_name(path);
		return;
	}
	buf_add_str(path, "/");
	buf_add(path, name, len);
}

/* Lexically; ".." at the root stays there, as in the container. */
static int clean_mount_path(char **path, struct err *err)
{
	struct buf clean CLEANUP_BUF = { 0 };
	char *text;

	for (const char *at = *path; *at; at += *at == '/') {
		size_t len = strcspn(at, "/");

		add_path_name(&clean, at, len);
		at += len;
	}
	if (!clean.len)
		buf_add_str(&clean, "/");
	if (buf_take(&clean, &text, NULL, err) < 0)
		return -1;
	free(*path);
	*path = text;
	return 0;
}

/* The last of two contradicting options wins. */
static void take_mount_option(const struct tree_reader *reader,
			      struct json_value option,
			      struct spec_mount *mount)
{
	const struct json_doc *doc = reader->json.doc;

	if (json_string_is(doc, option, "nosuid") ||
	    json_string_is(doc, option, "rnosuid"))
		mount->nosuid = true;
	else if (json_string_is(doc, option, "suid") ||
		 json_string_is(doc, option, "rsuid"))
		mount->nosuid = false;
	else if (json_string_is(doc, option, "noexec") ||
		 json_string_is(doc, option, "rnoexec"))
		mount->noexec = true;
	else if (json_string_is(doc, option, "exec") ||
		 json_string_is(doc, option, "rexec"))
		mount->noexec = false;
	else if (json_string_is(doc, option, "bind") ||
		 json_string_is(doc, option, "rbind"))
		mount->bind = true;
}

/* "idmap", "ridmap", and crun's "idmap=MAP". */
static int take_mapping(const struct tree_reader *reader,
			struct json_value option, struct spec_mount *mount)
{
	char *text CLEANUP_FREE = NULL;

	if (json_text(&reader->json, NULL, option, &text) < 0)
		return -1;
	if (strncmp(text, "idmap", 5) == 0 || strncmp(text, "ridmap", 6) == 0)
		mount->mapped = true;
	return 0;
}

static int read_mount_options(const struct tree_reader *reader,
			      struct json_value list, struct spec_mount *mount)
{
	struct json_iter iter = json_iterate(reader->json.doc, list);
	struct json_value option;

	if (json_want(&reader->json, "options", list, JSON_ARRAY) < 0)
		return -1;
	while (json_next_element(&iter, &option)) {
		if (take_mapping(reader, option, mount) < 0)
			return -1;
		take_mount_option(reader, option, mount);
	}
	return 0;
}

static int read_mount(struct tree_reader *reader, struct json_value object,
		      struct spec_mount *mount)
{
	struct json_value value;

	if (json_want(&reader->json, NULL, object, JSON_OBJECT) < 0)
		return -1;
	if (json_find_text(&reader->json, object, "destination", JSON_STRING,
			   &mount->destination) < 0 ||
	    clean_mount_path(&mount->destination, reader->json.err) < 0 ||
	    json_find_text(&reader->json, object, "source",
			   JSON_STRING | JSON_NULL, &mount->source) < 0)
		return -1;
	if (tree_find(reader, object, "type", &value))
		mount->bind = json_string_is(reader->json.doc, value, "bind");
	mount->mapped = tree_find(reader, object, "uidMappings", &value) ||
			tree_find(reader, object, "gidMappings", &value);
	return tree_find(reader, object, "options", &value)
		       ? read_mount_options(reader, value, mount)
		       : 0;
}

static size_t count_elements(const struct tree_reader *reader,
			     struct json_value list)
{
	struct json_iter iter = json_iterate(reader->json.doc, list);
	struct json_value element;
	size_t count = 0;

	while (json_next_element(&iter, &element))
		count++;
	return count;
}

static int read_mounts(struct tree_reader *reader, struct json_value list)
{
	struct spec_tree *tree = reader->tree;
	struct json_iter iter = json_iterate(reader->json.doc, list);
	struct json_value element;

	if (json_want(&reader->json, "mounts", list, JSON_ARRAY) < 0)
		return -1;
	tree->mounts =
		calloc(count_elements(reader, list) + 1, sizeof(*tree->mounts));
	if (!tree->mounts)
		return err_set_no_memory(reader->json.err);
	while (json_next_element(&iter, &element))
		if (read_mount(reader, element,
			       &tree->mounts[tree->mounts_count++]) < 0)
			return -1;
	return 0;
}

static int read_map_number(const struct tree_reader *reader,
			   struct json_value object, const char *key,
			   uint32_t *ret_number)
{
	struct json_value value;

	if (json_find_kind(&reader->json, object, key, JSON_NUMBER, &value) < 0)
		return -1;
	return json_u32(&reader->json, key, value, UINT32_MAX, ret_number);
}

static int read_map_range(const struct tree_reader *reader,
			  struct json_value object, struct spec_range *range)
{
	if (json_want(&reader->json, NULL, object, JSON_OBJECT) < 0 ||
	    read_map_number(reader, object, "containerID", &range->inside) <
		    0 ||
	    read_map_number(reader, object, "hostID", &range->outside) < 0)
		return -1;
	return read_map_number(reader, object, "size", &range->size);
}

static int read_map(struct tree_reader *reader, struct json_value list,
		    struct spec_map *map)
{
	struct json_iter iter = json_iterate(reader->json.doc, list);
	struct json_value element;

	if (json_want(&reader->json, NULL, list, JSON_ARRAY) < 0)
		return -1;
	map->ranges =
		calloc(count_elements(reader, list) + 1, sizeof(*map->ranges));
	if (!map->ranges)
		return err_set_no_memory(reader->json.err);
	while (json_next_element(&iter, &element))
		if (read_map_range(reader, element,
				   &map->ranges[map->count++]) < 0)
			return -1;
	return 0;
}

static int read_maps(struct tree_reader *reader, struct json_value object)
{
	struct json_value list;

	if (json_want(&reader->json, "linux", object, JSON_OBJECT) < 0)
		return -1;
	if (tree_find(reader, object, "uidMappings", &list) &&
	    read_map(reader, list, &reader->tree->users) < 0)
		return -1;
	return tree_find(reader, object, "gidMappings", &list)
		       ? read_map(reader, list, &reader->tree->groups)
		       : 0;
}

int spec_tree_read(struct spec_tree *ret_tree, const struct json_doc *doc,
		   struct err *err)
{
	struct tree_reader reader = { .json = { .doc = doc, .err = err },
				      .tree = ret_tree };
	struct json_value top = json_root(doc), value;

	*ret_tree = (struct spec_tree){ 0 };
	if (json_want(&reader.json, NULL, top, JSON_OBJECT) < 0)
		return -1;
	if (tree_find(&reader, top, "root", &value) &&
	    read_root(&reader, value) < 0)
		return -1;
	if (tree_find(&reader, top, "mounts", &value) &&
	    read_mounts(&reader, value) < 0)
		return -1;
	return tree_find(&reader, top, "linux", &value)
		       ? read_maps(&reader, value)
		       : 0;
}

void spec_tree_free(struct spec_tree *tree)
{
	for (size_t i = 0; i < tree->mounts_count; i++) {
		free(tree->mounts[i].destination);
		free(tree->mounts[i].source);
	}
	free(tree->mounts);
	free(tree->root);
	free(tree->users.ranges);
	free(tree->groups.ranges);
	*tree = (struct spec_tree){ 0 };
}

static bool is_below(const char *path, const char *directory)
{
	size_t len = strlen(directory);

	if (len == 1)
		return true;
	return strncmp(path, directory, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

const struct spec_mount *spec_tree_mount(const struct spec_tree *tree,
					 const char *path)
{
	for (size_t i = tree->mounts_count; i-- > 0;)
		if (is_below(path, tree->mounts[i].destination))
			return &tree->mounts[i];
	return NULL;
}

bool spec_map_inside(const struct spec_map *map, uint32_t outside,
		     uint32_t *ret_inside)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct spec_range *range = &map->ranges[i];

		if (outside < range->outside ||
		    outside - range->outside >= range->size)
			continue;
		*ret_inside = range->inside + (outside - range->outside);
		return true;
	}
	return false;
}

bool spec_map_outside(const struct spec_map *map, uint32_t inside,
		      uint32_t *ret_outside)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct spec_range *range = &map->ranges[i];

		if (inside < range->inside ||
		    inside - range->inside >= range->size)
			continue;
		*ret_outside = range->outside + (inside - range->inside);
		return true;
	}
	return false;
}

uint32_t spec_map_outer(const struct spec_map *map, bool new_userns,
			uint32_t inner)
{
	uint32_t id;

	if (!new_userns)
		return inner;
	return spec_map_outside(map, inner, &id) ? id : EXECVE_NO_ROOT;
}

bool spec_tree_has_owner(const struct spec_tree *tree, bool new_userns,
			 uint32_t uid, uint32_t gid)
{
	uint32_t id;

	return !new_userns || (spec_map_inside(&tree->users, uid, &id) &&
			       spec_map_inside(&tree->groups, gid, &id));
}
