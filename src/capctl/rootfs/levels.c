/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/levels.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "capctl/rootfs/rootfs.h"

static void close_level(struct level *level)
{
	if (level->fd >= 0)
		close(level->fd);
	level->fd = -1;
}

void levels_free(struct levels *levels)
{
	while (levels->depth)
		close_level(&levels->list[--levels->depth]);
	free(levels->list);
	buf_free(&levels->path);
	buf_free(&levels->names);
	*levels = (struct levels){ 0 };
}

struct level *levels_top(const struct levels *levels)
{
	return &levels->list[levels->depth - 1];
}

int levels_push(struct levels *levels, int fd, const struct stat *st,
		uint64_t mount, const char *name, struct err *err)
{
	int owned CLEANUP_FD = fd;
	struct level *list = alloc_room(levels->list, levels->depth,
					&levels->size, sizeof(*list));

	if (!list)
		return err_set_no_memory(err);
	levels->list = list;
	if (name) {
		buf_add_str(&levels->path, "/");
		buf_add_str(&levels->path, name);
	}
	if (levels->path.failed)
		return err_set_no_memory(err);
	if (levels->depth >= LEVELS_OPEN_MAX)
		close_level(&list[levels->depth - LEVELS_OPEN_MAX]);
	list[levels->depth++] = (struct level){
		.fd = TAKE_FD(owned),
		.path_len = levels->path.len,
		.names_start = levels->names.len,
		.device = st->st_dev,
		.inode = st->st_ino,
		.mount = mount,
	};
	return 0;
}

void levels_pop(struct levels *levels)
{
	close_level(levels_top(levels));
	levels->depth--;
	levels->path.len = levels->depth ? levels_top(levels)->path_len : 0;
}

/* The last part of a level's path. The caller frees. */
static char *level_name(const struct levels *levels, size_t index)
{
	size_t start = levels->list[index - 1].path_len + 1;

	return strndup(levels->path.text + start,
		       levels->list[index].path_len - start);
}

static int reopen_level(struct levels *levels, size_t index, int root)
{
	struct level *level = &levels->list[index];
	char *name CLEANUP_FREE =
		index ? level_name(levels, index) : strdup(".");
	int parent = index ? levels->list[index - 1].fd : root;
	int fd CLEANUP_FD = -1;
	struct stat st;

	if (!name)
		return -1;
	fd = rootfs_open_in(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != level->device ||
	    st.st_ino != level->inode)
		return -1;
	level->fd = TAKE_FD(fd);
	return 0;
}

/* From the deepest directory that is still open, or from the root, down. */
int levels_reopen(struct levels *levels, int root)
{
	size_t last = levels->depth - 1, index = last;

	while (index && levels->list[index].fd < 0)
		index--;
	if (levels->list[index].fd >= 0)
		index++;
	for (; index <= last; index++) {
		if (reopen_level(levels, index, root) < 0)
			return -1;
		if (index >= LEVELS_OPEN_MAX)
			close_level(&levels->list[index - LEVELS_OPEN_MAX]);
	}
	return 0;
}

const char *levels_path(struct levels *levels, const char *name)
{
	size_t len = levels->path.len;

	if (name || !len)
		buf_add_str(&levels->path, "/");
	buf_add_str(&levels->path, name ? name : "");
	buf_add(&levels->path, "", 1);
	levels->path.len = len;
	return levels->path.failed ? NULL : levels->path.text;
}

int levels_add_name(struct levels *levels, const char *name, struct err *err)
{
	buf_add(&levels->names, name, strlen(name) + 1);
	return levels->names.failed ? err_set_no_memory(err) : 0;
}

bool levels_has_name(const struct levels *levels)
{
	return levels->names.len > levels_top(levels)->names_start;
}

char *levels_take_name(struct levels *levels)
{
	size_t start = levels_top(levels)->names_start;
	size_t at = levels->names.len - 1;

	while (at > start && levels->names.text[at - 1])
		at--;
	levels->names.len = at;
	return strdup(levels->names.text + at);
}

void levels_drop_names(struct levels *levels)
{
	levels->names.len = levels_top(levels)->names_start;
}
