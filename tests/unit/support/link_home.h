/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of links of a user without any, and links in it. */
#ifndef CAPRUNTIME_LINK_HOME_H
#define CAPRUNTIME_LINK_HOME_H

#include <dirent.h>

#include "capruntime/exec_link.h"
#include "tap.h"
#include "tempdir.h"

/* Root's links would be those of this machine, so tests use another user. */
#define SOMEBODY 4711

#define LINKS "capruntime"
#define RECORD "/nowhere/.capruntime.json"

struct home {
	struct tempdir dir;
	bool was_root;
};

#define CLEANUP_HOME __attribute__((cleanup(home_leave)))

static inline void home_leave(struct home *home)
{
	if (home->was_root)
		CHECK(seteuid(0) == 0);
	unsetenv("XDG_RUNTIME_DIR");
	tempdir_remove(&home->dir);
}

static inline struct home home_enter(void)
{
	struct home home = { .dir = tempdir_make(),
			     .was_root = geteuid() == 0 };

	setenv("XDG_RUNTIME_DIR", home.dir.path, 1);
	if (home.was_root)
		CHECK(fchown(home.dir.fd, SOMEBODY, (gid_t)-1) == 0 &&
		      seteuid(SOMEBODY) == 0);
	return home;
}

static inline size_t count_links(const struct home *home)
{
	char *path CLEANUP_FREE = tempdir_path(&home->dir, LINKS);
	DIR *entries = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	while (entries && (entry = readdir(entries)))
		count += *entry->d_name != '.';
	if (entries)
		closedir(entries);
	return count;
}

static inline void check_made(const struct exec_key *key, const char *record)
{
	struct err err = { 0 };

	if (!CHECK(exec_link_make(key, record, false, &err) == 0))
		printf("#   %s\n", err.text);
}

static inline void check_released(const struct exec_key *key)
{
	struct err err = { 0 };

	if (!CHECK(exec_link_release(key, &err) == 0))
		printf("#   %s\n", err.text);
}

/* NULL: there is no link. */
static inline void check_read(const struct exec_key *key, const char *want)
{
	struct exec_link link;
	struct err err = { 0 };

	if (!CHECK(exec_link_read(key, &link, &err) == 0))
		printf("#   %s\n", err.text);
	CHECK_STR(link.record, want);
	CHECK(!link.narrows);
	free(link.record);
}

static inline struct exec_key key_of(const char *root, const char *id)
{
	struct exec_key made = { .id = id };

	snprintf(made.root, sizeof(made.root), "%s", root);
	return made;
}

/* No machine has this root: a sweep looks into it. */
static const struct exec_key key = { .root = "/nowhere/runc", .id = "web" };

static inline void write_record(const struct tempdir *dir, const char *name,
				const char *root, const char *id, pid_t pid)
{
	struct record record = { .about = { .id = (char *)(uintptr_t)id,
					    .root = (char *)(uintptr_t)root,
					    .rule = (char *)(uintptr_t) "web",
					    .pid = (uint32_t)pid } };
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	CHECK(record_print(&record, &text, &err) == 0);
	CHECK(tempdir_write_str(dir, name, text));
}

/* A record in `dir` of this container, and a link of `of` to it. */
static inline void make_link_of_process(const struct tempdir *dir,
					const char *name,
					const struct exec_key *of,
					const char *root, const char *id,
					pid_t pid)
{
	char *path CLEANUP_FREE = tempdir_path(dir, name);

	write_record(dir, name, root, id, pid);
	check_made(of, path);
}

static inline void make_link(const struct tempdir *dir, const char *name,
			     const struct exec_key *of, const char *root,
			     const char *id)
{
	make_link_of_process(dir, name, of, root, id, 0);
}

static inline bool has_link(const struct exec_key *of)
{
	struct exec_link link = { 0 };
	struct err err = { 0 };

	CHECK(exec_link_read(of, &link, &err) == 0);
	free(link.record);
	return link.record;
}

#endif
