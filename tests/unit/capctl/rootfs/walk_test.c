/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/levels.h"
#include "capctl/rootfs/walk.h"

#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "own_mounts.h"

#define NOT_ROOT "only root can do that"
#define NOBODY 65534
#define NAME_LEN 255
/* Of the kernel's names for what setcap cap_net_bind_service=ep writes. */
static const unsigned char net_bind_service[] = {
	1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
};

/* What a walk reported, sorted: "PATH\n" and "PATH: REASON\n". */
struct seen {
	const struct tempdir *dir;
	char *lines[16];
	size_t count;
	size_t found;
	size_t unreadable;
	char reason[64]; /* the last one */
	size_t progress;
	/* Called once: after `at` entries or, if `at` is 0, at the first file. */
	void (*meddle)(const struct tempdir *dir);
	uint64_t at;
};

static void keep(struct seen *seen, char *line)
{
	if (seen->count < ARRAY_LEN(seen->lines))
		seen->lines[seen->count++] = line;
	else
		free(line);
}

static void meddle(struct seen *seen)
{
	void (*action)(const struct tempdir *dir) = seen->meddle;

	seen->meddle = NULL;
	if (action)
		action(seen->dir);
}

static int take_found(void *context, const struct rootfs_file *file,
		      struct err *err)
{
	struct seen *seen = context;

	(void)err;
	CHECK(privileged_is_special(&file->program));
	seen->found++;
	keep(seen, strdup(file->path));
	if (!seen->at)
		meddle(seen);
	return 0;
}

static int take_unreadable(void *context, const char *path, const char *reason,
			   struct err *err)
{
	struct seen *seen = context;
	char *line;

	(void)err;
	seen->unreadable++;
	snprintf(seen->reason, sizeof(seen->reason), "%s", reason);
	if (asprintf(&line, "%s: %s", path, reason) >= 0)
		keep(seen, line);
	return 0;
}

static void take_progress(void *context, uint64_t entries)
{
	struct seen *seen = context;

	seen->progress++;
	if (seen->at && entries >= seen->at)
		meddle(seen);
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static void check_lines(struct seen *seen, const char *want)
{
	char text[4096] = "";

	qsort(seen->lines, seen->count, sizeof(*seen->lines), compare);
	for (size_t i = 0; i < seen->count; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "%.*s\n", 200,
			 seen->lines[i]);
	}
	CHECK_STR(text, want);
}

static void forget(struct seen *seen)
{
	for (size_t i = 0; i < seen->count; i++)
		free(seen->lines[i]);
	seen->count = 0;
}

/* Fills in `seen`. */
static int walk(struct seen *seen, const struct tempdir *dir,
		const struct stat *without, uint64_t *ret_entries)
{
	struct rootfs_visitor visitor = { take_found, take_unreadable,
					  take_progress, seen, without };
	struct rootfs rootfs CLEANUP_ROOTFS = ROOTFS_INIT;
	struct err err = { 0 };
	int status = -1;

	seen->dir = dir;
	if (CHECK(rootfs_open(&rootfs, dir->path, &err) == 0))
		status = rootfs_walk(&rootfs, &visitor, ret_entries, &err);
	CHECK((status < 0) == (*err.text != '\0'));
	return status;
}

static void check_walk(struct seen *seen, const struct tempdir *dir,
		       const char *want)
{
	uint64_t entries;

	CHECK(walk(seen, dir, NULL, &entries) == 0);
	check_lines(seen, want);
	forget(seen);
}

static void make_dir(const struct tempdir *dir, const char *name)
{
	CHECK(mkdirat(dir->fd, name, 0755) == 0);
}

static void make_file(const struct tempdir *dir, const char *name, mode_t mode)
{
	CHECK(tempdir_write_str(dir, name, "x"));
	CHECK(fchmodat(dir->fd, name, mode, 0) == 0);
}

static void only_privileged_files_are_found(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct seen seen = { 0 };
	uint64_t entries;

	make_dir(&dir, "usr");
	make_dir(&dir, "usr/bin");
	make_file(&dir, "usr/bin/plain", 0755);
	make_file(&dir, "usr/bin/setuid", 04755);
	make_file(&dir, "usr/bin/setgid", 02755);
	make_file(&dir, "usr/bin/lock", 02644);
	make_file(&dir, "usr/bin/a\nb\033[2J", 06755);
	CHECK(fchmodat(dir.fd, "usr", 07777, 0) == 0);
	CHECK(mkfifoat(dir.fd, "fifo", 0755) == 0);
	CHECK(fchmodat(dir.fd, "fifo", 06755, 0) == 0);
	CHECK(symlinkat("usr/bin/setuid", dir.fd, "link") == 0);
	CHECK(symlinkat("usr", dir.fd, "links") == 0);
	CHECK(symlinkat("/", dir.fd, "out") == 0);
	CHECK(symlinkat("loop", dir.fd, "loop") == 0);

	CHECK(walk(&seen, &dir, NULL, &entries) == 0);
	check_lines(&seen, "/usr/bin/a\nb\033[2J\n/usr/bin/setgid\n"
			   "/usr/bin/setuid\n");
	forget(&seen);
	CHECK_U64(entries, 12);
	CHECK(seen.progress >= 3);
}

static void devices_are_not_opened(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct seen seen = { 0 };

	/* No driver has this number: opening it would fail and be reported. */
	if (mknodat(dir.fd, "device", S_IFCHR | 0755, makedev(511, 77)) < 0)
		SKIP(NOT_ROOT);
	CHECK(fchmodat(dir.fd, "device", 06755, 0) == 0);
	check_walk(&seen, &dir, "");
}

static void capabilities_are_found(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "app");
	struct seen seen = { 0 };

	make_file(&dir, "app", 0755);
	if (setxattr(path, VFSCAP_NAME, net_bind_service,
		     sizeof(net_bind_service), 0) < 0)
		SKIP(NOT_ROOT);
	check_walk(&seen, &dir, "/app\n");
}

static void each_hard_link_is_reported(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct seen seen = { 0 };

	make_file(&dir, "one", 04755);
	make_dir(&dir, "other");
	CHECK(linkat(dir.fd, "one", dir.fd, "other/two", 0) == 0);
	check_walk(&seen, &dir, "/one\n/other/two\n");
}

static void a_directory_can_be_skipped(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct seen seen = { 0 };
	struct stat st;
	uint64_t entries;

	make_dir(&dir, "rootfs");
	make_file(&dir, "rootfs/app", 04755);
	make_file(&dir, "tool", 04755);
	CHECK(fstatat(dir.fd, "rootfs", &st, 0) == 0);
	CHECK(walk(&seen, &dir, &st, &entries) == 0);
	check_lines(&seen, "/tool\n");
	forget(&seen);
}

static int stop(void *context, const struct rootfs_file *file, struct err *err)
{
	(void)context;
	return err_set(err, "enough of %s", file->path);
}

static void a_visitor_stops_the_walk(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct rootfs_visitor visitor = { stop, take_unreadable, NULL, NULL,
					  NULL };
	struct rootfs rootfs CLEANUP_ROOTFS = ROOTFS_INIT;
	struct err err = { 0 };
	uint64_t entries;

	make_file(&dir, "app", 04755);
	REQUIRE(rootfs_open(&rootfs, dir.path, &err) == 0);
	CHECK(rootfs_walk(&rootfs, &visitor, &entries, &err) < 0);
	CHECK_STR(err.text, "enough of /app");
}

/* Ends seteuid(2) when the declaration goes out of scope. */
static void be_root_again(const bool *other)
{
	if (*other)
		CHECK(seteuid(0) == 0);
}

static void unreadable_directories_are_reported(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	bool other __attribute__((cleanup(be_root_again))) = false;
	struct seen seen = { 0 };
	uint64_t entries;

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	make_dir(&dir, "closed");
	make_dir(&dir, "list");
	make_dir(&dir, "open");
	make_file(&dir, "closed/app", 04755);
	make_file(&dir, "list/app", 04755);
	make_file(&dir, "open/app", 04755);
	CHECK(chmod(dir.path, 0755) == 0);
	CHECK(fchmodat(dir.fd, "closed", 0700, 0) == 0);
	CHECK(fchmodat(dir.fd, "list", 0744, 0) == 0);
	other = seteuid(NOBODY) == 0;
	REQUIRE(other);
	check_walk(&seen, &dir,
		   "/closed: access refused\n/list: access refused\n"
		   "/open/app\n");

	CHECK(seteuid(0) == 0 && chmod(dir.path, 0711) == 0);
	CHECK(seteuid(NOBODY) == 0);
	CHECK(walk(&seen, &dir, NULL, &entries) < 0);
}

/* Nested directories of one name; each also has the directory `beside`. */
static void make_chain(const struct tempdir *dir, const char *name,
		       size_t levels, const char *beside)
{
	int fd = dup(dir->fd), next;

	for (size_t i = 0; i < levels; i++) {
		CHECK(mkdirat(fd, name, 0755) == 0);
		next = openat(fd, name, O_RDONLY | O_CLOEXEC);
		close(fd);
		fd = next;
		if (beside && mkdirat(fd, beside, 0755) == 0) {
			next = openat(fd, beside, O_RDONLY | O_CLOEXEC);
			close(openat(next, "app", O_CREAT | O_CLOEXEC, 0755));
			CHECK(fchmodat(next, "app", 04755, 0) == 0);
			close(next);
		}
	}
	close(fd);
}

static void remove_chain(const struct tempdir *dir, const char *name,
			 size_t levels, const char *beside)
{
	int fd = dup(dir->fd), next;

	for (size_t i = 0; i < levels; i++) {
		next = openat(fd, name, O_RDONLY | O_CLOEXEC);
		close(fd);
		fd = next;
	}
	for (size_t i = 0; i < levels; i++) {
		if (beside) {
			next = openat(fd, beside, O_RDONLY | O_CLOEXEC);
			unlinkat(next, "app", 0);
			close(next);
			unlinkat(fd, beside, AT_REMOVEDIR);
		}
		next = openat(fd, "..", O_RDONLY | O_CLOEXEC);
		close(fd);
		fd = next;
		CHECK(unlinkat(fd, name, AT_REMOVEDIR) == 0);
	}
	close(fd);
}

static void longest_name(char name[NAME_LEN + 1])
{
	memset(name, 'n', NAME_LEN);
	name[NAME_LEN] = '\0';
}

/* Every level has a directory left to read when the deepest is done. */
static void deep_trees_need_few_descriptors(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct rlimit old, few = { LEVELS_OPEN_MAX + 16, 0 };
	char name[NAME_LEN + 1];
	struct seen seen = { 0 };
	uint64_t entries;

	longest_name(name);
	make_chain(&dir, name, 4000, "beside");
	CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
	few.rlim_max = old.rlim_max;
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	CHECK(walk(&seen, &dir, NULL, &entries) == 0);
	CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
	CHECK_U64(seen.found, 4000);
	CHECK_U64(seen.unreadable, 0);
	CHECK_U64(entries, 12000);
	forget(&seen);
	remove_chain(&dir, name, 4000, "beside");
}

static void a_tree_that_is_too_deep_is_reported(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct seen seen = { 0 };
	uint64_t entries;

	make_chain(&dir, "d", ROOTFS_DEPTH_MAX + 2, NULL);
	CHECK(walk(&seen, &dir, NULL, &entries) == 0);
	CHECK_U64(seen.unreadable, 1);
	CHECK_U64(entries, ROOTFS_DEPTH_MAX);
	CHECK_STR(seen.reason, "nested too deeply");
	forget(&seen);
	remove_chain(&dir, "d", ROOTFS_DEPTH_MAX + 2, NULL);
}

static void wide_directories_are_read_to_the_end(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct seen seen = { 0 };
	char name[NAME_LEN + 1];
	uint64_t entries;

	make_dir(&dir, "wide");
	longest_name(name);
	for (unsigned int i = 0; i < 3000; i++) {
		int len = snprintf(name, sizeof(name), "wide/%u-", i);

		name[len] = 'n';
		if (i % 3 == 0)
			make_dir(&dir, name);
		else
			make_file(&dir, name, i % 3 == 1 ? 0755 : 04755);
	}
	CHECK(walk(&seen, &dir, NULL, &entries) == 0);
	CHECK_U64(seen.found, 1000);
	CHECK_U64(seen.unreadable, 0);
	CHECK_U64(entries, 3001);
	forget(&seen);
}

static void replace_by_link(const struct tempdir *dir)
{
	CHECK(renameat(dir->fd, "root/a", dir->fd, "a") == 0);
	CHECK(symlinkat("../a", dir->fd, "root/a") == 0);
}

static void move_away(const struct tempdir *dir)
{
	CHECK(renameat(dir->fd, "root/a", dir->fd, "a") == 0);
}

/* Changes dir/root/a after dir/root was read and before `a` is. */
static void check_exchange(void (*action)(const struct tempdir *dir),
			   const char *want)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct tempdir root = dir;
	char *path CLEANUP_FREE = tempdir_path(&dir, "root");
	struct seen seen = { .meddle = action, .at = 1 };
	struct rootfs_visitor visitor = { take_found, take_unreadable,
					  take_progress, &seen, NULL };
	struct rootfs rootfs CLEANUP_ROOTFS = ROOTFS_INIT;
	struct err err = { 0 };
	uint64_t entries;

	make_dir(&dir, "root");
	make_dir(&dir, "root/a");
	make_file(&dir, "root/a/app", 04755);
	seen.dir = &root;
	REQUIRE(rootfs_open(&rootfs, path, &err) == 0);
	CHECK(rootfs_walk(&rootfs, &visitor, &entries, &err) == 0);
	check_lines(&seen, want);
	forget(&seen);
}

static void changes_during_the_walk_are_reported(void)
{
	check_exchange(replace_by_link, "/a: changed during the scan\n");
	check_exchange(move_away, "");
	check_exchange(NULL, "/a/app\n");
}

static void rename_the_first(const struct tempdir *dir)
{
	CHECK(renameat(dir->fd, "d", dir->fd, "moved") == 0);
}

/* On the way up the walk opens directories again that have moved. */
static void a_moved_directory_is_not_followed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	size_t levels = 3 * LEVELS_OPEN_MAX;
	struct seen seen = { .meddle = rename_the_first, .at = levels + 1 };
	uint64_t entries;

	make_chain(&dir, "d", levels, "b");
	CHECK(walk(&seen, &dir, NULL, &entries) == 0);
	CHECK(seen.found < levels);
	CHECK(seen.unreadable > 0);
	CHECK_STR(seen.reason, "changed during the scan");
	forget(&seen);
	CHECK(renameat(dir.fd, "moved", dir.fd, "d") == 0);
	remove_chain(&dir, "d", levels, "b");
}

static size_t count_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void descriptors_and_working_directory_are_restored(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *before CLEANUP_FREE = getcwd(NULL, 0), *after CLEANUP_FREE = NULL;
	size_t count = count_descriptors();
	struct seen seen = { 0 };

	make_dir(&dir, "a");
	check_walk(&seen, &dir, "");
	after = getcwd(NULL, 0);
	CHECK_STR(after, before);
	CHECK_U64(count_descriptors(), count);
}

static bool facts[2]; /* nosuid of /suid and of /mounted/nosuid */

static int take_facts(void *context, const struct rootfs_file *file,
		      struct err *err)
{
	(void)context;
	(void)err;
	facts[strcmp(file->path, "/mounted/nosuid") == 0] =
		file->program.file.nosuid;
	return 0;
}

static void mount_and_walk(const struct tempdir *dir)
{
	struct rootfs_visitor visitor = { take_facts, take_unreadable, NULL,
					  &(struct seen){ 0 }, NULL };
	struct rootfs rootfs CLEANUP_ROOTFS = ROOTFS_INIT;
	char *path CLEANUP_FREE = tempdir_path(dir, "mounted");
	char *proc CLEANUP_FREE = tempdir_path(dir, "proc");
	struct err err = { 0 };
	uint64_t entries;

	REQUIRE(mount("test", path, "tmpfs", MS_NOSUID, NULL) == 0);
	REQUIRE(mount("/proc", proc, NULL, MS_BIND, NULL) == 0);
	REQUIRE(chdir(path) == 0);
	make_file(&(struct tempdir){ .fd = AT_FDCWD }, "nosuid", 04755);
	REQUIRE(rootfs_open(&rootfs, dir->path, &err) == 0);
	facts[0] = true;
	CHECK(rootfs_walk(&rootfs, &visitor, &entries, &err) == 0);
	CHECK(!facts[0] && facts[1]);
	CHECK_U64(entries, 4);
}

static void mounts_are_entered_except_pseudo_file_systems(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	make_dir(&dir, "mounted");
	make_dir(&dir, "proc");
	make_file(&dir, "suid", 04755);
	with_own_mounts(&dir, mount_and_walk);
}

static const struct tap_test tests[] = {
	TAP_TEST(only_privileged_files_are_found),
	TAP_TEST(devices_are_not_opened),
	TAP_TEST(capabilities_are_found),
	TAP_TEST(each_hard_link_is_reported),
	TAP_TEST(a_directory_can_be_skipped),
	TAP_TEST(a_visitor_stops_the_walk),
	TAP_TEST(unreadable_directories_are_reported),
	TAP_TEST(deep_trees_need_few_descriptors),
	TAP_TEST(a_tree_that_is_too_deep_is_reported),
	TAP_TEST(wide_directories_are_read_to_the_end),
	TAP_TEST(changes_during_the_walk_are_reported),
	TAP_TEST(a_moved_directory_is_not_followed),
	TAP_TEST(descriptors_and_working_directory_are_restored),
	TAP_TEST(mounts_are_entered_except_pseudo_file_systems),
};

TAP_MAIN(tests)
