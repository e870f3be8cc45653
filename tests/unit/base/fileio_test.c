/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fileio.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>

#include "openat_hook.h"
#include "own_mounts.h"
#include "tap.h"
#include "tempdir.h"

#define LEFTOVER "file.capruntime-new"

static size_t writev_most = SIZE_MAX;
static int writev_error;
static unsigned int writev_calls;

/* In place of the C library's: fails, or writes less, as the kernel may. */
ssize_t writev(int fd, const struct iovec *list, int count)
{
	size_t left = writev_most;
	ssize_t put = 0;

	writev_calls++;
	if (writev_error) {
		errno = writev_error;
		return -1;
	}
	for (int i = 0; i < count && left; i++) {
		size_t len = list[i].iov_len < left ? list[i].iov_len : left;

		put += write(fd, list[i].iov_base, len);
		left -= len;
	}
	return put;
}

static int read_file(const struct tempdir *dir, const char *name, size_t max,
		     char **ret_text, size_t *ret_len, struct err *err)
{
	int fd CLEANUP_FD = fileio_open(dir->fd, name, O_RDONLY, 0);

	return fd < 0 ? -1 : fileio_read(fd, name, max, ret_text, ret_len, err);
}

/* Runs with descriptors 0 to 2 closed; an engine may call us like that. */
static int open_without_standard_streams(const struct tempdir *dir,
					 const char *name)
{
	int kept[3], fd;

	for (int i = 0; i < 3; i++) {
		kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
		close(i);
	}
	fd = fileio_open(dir->fd, name, O_RDONLY, 0);
	for (int i = 0; i < 3; i++) {
		if (kept[i] >= 0)
			dup2(kept[i], i);
		close(kept[i]);
	}
	return fd;
}

static void the_standard_streams_are_never_opened(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int fd CLEANUP_FD = -1;

	REQUIRE(tempdir_write_str(&dir, "file", "x"));
	fflush(stdout);
	fd = open_without_standard_streams(&dir, "file");
	CHECK(fd >= 3);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void an_opened_file_is_close_on_exec(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int fd CLEANUP_FD = fileio_open(dir.fd, ".", O_RDONLY, 0);

	REQUIRE(fd >= 3);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static int seen_flags;

static void see_flags(const char *name, int flags)
{
	(void)name;
	seen_flags = flags;
}

static void a_terminal_does_not_become_the_controlling_one(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int fd CLEANUP_FD = -1;

	before_openat = see_flags;
	fd = fileio_open(dir.fd, ".", O_RDONLY | O_DIRECTORY, 0);
	before_openat = NULL;
	CHECK(seen_flags & O_NOCTTY && seen_flags & O_DIRECTORY);
}

/* A FIFO that takes the file's place would block. */
static void a_regular_file_is_opened_without_waiting(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };
	struct stat st;
	int fd CLEANUP_FD = -1;

	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	before_openat = see_flags;
	fd = fileio_open_regular(dir.fd, "file", 0, "file", &st, &err);
	before_openat = NULL;
	CHECK(fd >= 0);
	CHECK(seen_flags & O_NONBLOCK);
}

static void a_file_that_is_missing_leaves_errno(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	CHECK(fileio_open(dir.fd, "missing", O_RDONLY, 0) == -1);
	CHECK(errno == ENOENT);
}

static void only_regular_files_are_opened_as_such(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int fd CLEANUP_FD = -1;
	struct stat st;
	struct err err;

	REQUIRE(tempdir_write_str(&dir, "file", "x") &&
		mkfifoat(dir.fd, "fifo", 0600) == 0);
	CHECK(fileio_open_regular(dir.fd, "fifo", 0, "a/fifo", &st, &err) ==
	      -1);
	CHECK_STR(err.text, "'a/fifo' is not a regular file");
	CHECK(fileio_open_regular(dir.fd, ".", 0, "a", &st, &err) == -1);
	CHECK_STR(err.text, "'a' is not a regular file");
	CHECK(fileio_open_regular(dir.fd, "none", 0, "a/none", &st, &err) ==
	      -1);
	CHECK_STR(err.text, "open 'a/none': is missing");
	CHECK(err.number == ENOENT);
	REQUIRE(symlinkat("file", dir.fd, "link") == 0);
	fd = fileio_open_regular(dir.fd, "link", 0, "a/link", &st, &err);
	CHECK(fd >= 3 && close(fd) == 0);
	CHECK(fileio_open_regular(dir.fd, "link", O_NOFOLLOW, "a/link", &st,
				  &err) == -1);
	CHECK_STR(err.text, "'a/link' is not a regular file");
	CHECK(err.number == 0);
	fd = fileio_open_regular(dir.fd, "file", 0, "a/file", &st, &err);
	CHECK(fd >= 3);
	CHECK_U64((uint64_t)st.st_size, 1);
}

static void entries_take_the_descriptor_over(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int fd = fileio_open(dir.fd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *entries = fileio_entries(fd);

	REQUIRE(entries && dirfd(entries) == fd);
	CHECK(closedir(entries) == 0);

	REQUIRE(tempdir_write_str(&dir, "file", "x"));
	fd = fileio_open(dir.fd, "file", O_RDONLY, 0);
	CHECK(!fileio_entries(fd) && errno == ENOTDIR);
	CHECK(fcntl(fd, F_GETFD) == -1);

	errno = ENOENT;
	CHECK(!fileio_entries(-1) && errno == ENOENT);
}

static void a_file_is_read_whole(void)
{
	static const size_t sizes[] = {
		0, 1, 16382, 16383, 16384, 32766, 60001
	};
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char big[60001];

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i % 251);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *text CLEANUP_FREE = NULL;
		struct err err = { 0 };
		size_t len;

		REQUIRE(tempdir_write(&dir, "file", big, sizes[i]));
		REQUIRE(read_file(&dir, "file", 1 << 20, &text, &len, &err) ==
			0);
		CHECK_U64(len, sizes[i]);
		CHECK(memcmp(text, big, len) == 0 && text[len] == '\0');
	}
}

static void a_file_of_just_the_limit_is_read(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	REQUIRE(tempdir_write_str(&dir, "file", "12345"));
	REQUIRE(read_file(&dir, "file", 5, &text, &len, &err) == 0);
	CHECK_STR(text, "12345");
	CHECK_U64(len, 5);
}

static void a_file_over_the_limit_is_refused_by_name(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	REQUIRE(tempdir_write_str(&dir, "file", "123456"));
	CHECK(read_file(&dir, "file", 5, &text, &len, &err) == -1);
	CHECK_STR(err.text, "'file' is larger than 5 bytes");
	CHECK(text == NULL);
	CHECK(read_file(&dir, "file", 0, &text, &len, &err) == -1);
}

static void an_endless_file_is_read_no_further_than_the_limit(void)
{
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, "/dev/zero", O_RDONLY, 0);
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	REQUIRE(fd >= 0);
	CHECK(fileio_read(fd, "zero", 100000, &text, &len, &err) == -1);
	CHECK_HAS(err.text, "larger than 100000 bytes");
}

static void what_cannot_be_read_says_why(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	CHECK(fileio_read(dir.fd, "name", 5, &text, &len, &err) == -1);
	CHECK_STR(err.text, "read 'name': is a directory");
}

static void a_new_file_is_its_owners_alone(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	struct stat st;

	REQUIRE(fileio_replace(dir.fd, "file", -1, PIECES_OF("new", 3), &err) ==
		0);
	text = tempdir_read(&dir, "file");
	CHECK_STR(text, "new");
	REQUIRE(fstatat(dir.fd, "file", &st, 0) == 0);
	CHECK_U64(st.st_mode, S_IFREG | 0600);
	CHECK(!tempdir_has(&dir, LEFTOVER));
}

static void a_write_that_ends_early_is_continued(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	for (writev_most = 0; writev_most <= 6; writev_most++) {
		struct piece list[20];
		struct pieces pieces = { .list = list };
		char *text CLEANUP_FREE = NULL;
		struct err err = { 0 };

		pieces_add(&pieces, "ab", 2);
		pieces_add(&pieces, "c", 1);
		pieces_add(&pieces, "def", 3);
		for (int i = 0; i < 17; i++)
			pieces_add(&pieces, "g", 1);
		REQUIRE(fileio_replace(dir.fd, "file", -1, &pieces, &err) == 0);
		text = tempdir_read(&dir, "file");
		CHECK_STR(text, "abcdefggggggggggggggggg");
	}
	writev_most = SIZE_MAX;
}

static void all_pieces_are_written_by_one_call(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	writev_calls = 0;
	REQUIRE(fileio_replace(dir.fd, "file", -1, PIECES_OF("new", 3), &err) ==
		0);
	CHECK_U64(writev_calls, 1);
	writev_error = EIO;
	CHECK(fileio_replace(dir.fd, "file", -1, PIECES_OF("x", 1), &err) ==
	      -1);
	CHECK_STR(err.text, "cannot be replaced: input or output error");
	writev_error = 0;
}

/* In place of the C library's: no test waits. */
int nanosleep(const struct timespec *time, struct timespec *ret_left)
{
	(void)time;
	(void)ret_left;
	return 0;
}

static void a_lock_that_another_holds_is_an_error_in_the_end(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };
	int first CLEANUP_FD = -1, second CLEANUP_FD = -1;

	REQUIRE(tempdir_write_str(&dir, "file", "x"));
	first = fileio_open(dir.fd, "file", O_RDONLY, 0);
	second = fileio_open(dir.fd, "file", O_RDONLY, 0);
	CHECK(fileio_lock(first, LOCK_EX, "file", &err) == 0);
	CHECK(fileio_lock(second, LOCK_SH, "file", &err) == -1);
	CHECK_STR(err.text, "'file' is locked by another process");
	CHECK(fileio_lock(-1, LOCK_SH, "file", &err) == -1);
	CHECK_HAS(err.text, "lock 'file': ");
}

/* A file `name` with all attributes that are copied from a model. */
static int make_model(const struct tempdir *dir, const char *name)
{
	int fd = fileio_open(dir->fd, name, O_RDWR | O_CREAT, 0600);

	if (geteuid() == 0 && fchown(fd, 1000, 1001) < 0)
		return -1;
	if (fsetxattr(fd, "user.capruntime", "value", 5, 0) < 0 &&
	    errno != ENOTSUP)
		return -1;
	return fchmod(fd, 0640) < 0 ? -1 : fd;
}

static void a_replaced_file_keeps_mode_owner_and_attributes(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int model CLEANUP_FD = make_model(&dir, "file");
	char *text CLEANUP_FREE = NULL;
	char a[16] = "", b[16] = "";
	struct stat before, after;
	struct err err = { 0 };
	int fd CLEANUP_FD = -1;

	REQUIRE(model >= 0 && fstat(model, &before) == 0);
	REQUIRE(fileio_replace(dir.fd, "file", model, PIECES_OF("new", 3),
			       &err) == 0);
	text = tempdir_read(&dir, "file");
	CHECK_STR(text, "new");
	fd = fileio_open(dir.fd, "file", O_RDONLY, 0);
	REQUIRE(fd >= 0 && fstat(fd, &after) == 0);
	CHECK(before.st_ino != after.st_ino);
	CHECK_U64(after.st_mode, before.st_mode);
	CHECK_U64(after.st_uid, before.st_uid);
	CHECK_U64(after.st_gid, before.st_gid);
	CHECK(fgetxattr(model, "user.capruntime", a, sizeof(a)) ==
	      fgetxattr(fd, "user.capruntime", b, sizeof(b)));
	CHECK_STR(b, a);
}

/* Attributes that the calls below have in place of the file system's. */
static struct {
	const char *names; /* NULL: the file system's */
	size_t len;
	int list_error;
	bool only_size; /* list_error, except for the size of the list */
	const char *gone; /* between the list and its reading */
	const char *unreadable;
	const char *refused;
	char copied[64];
} attributes;

ssize_t list_attributes(int fd, char *ret_names,
			size_t size) __asm__("flistxattr");
ssize_t get_attribute(int fd, const char *name, void *ret_value,
		      size_t size) __asm__("fgetxattr");
int set_attribute(int fd, const char *name, const void *value, size_t len,
		  int flags) __asm__("fsetxattr");

ssize_t list_attributes(int fd, char *ret_names, size_t size)
{
	if (!attributes.names)
		return syscall(SYS_flistxattr, fd, ret_names, size);
	if (attributes.list_error && (size || !attributes.only_size)) {
		errno = attributes.list_error;
		return -1;
	}
	if (size)
		memcpy(ret_names, attributes.names, attributes.len);
	return (ssize_t)attributes.len;
}

static bool is_named(const char *name, const char *other)
{
	return other && strcmp(name, other) == 0;
}

ssize_t get_attribute(int fd, const char *name, void *ret_value, size_t size)
{
	if (!attributes.names)
		return syscall(SYS_fgetxattr, fd, name, ret_value, size);
	errno = is_named(name, attributes.gone) ? ENODATA : EIO;
	if (is_named(name, attributes.gone) ||
	    is_named(name, attributes.unreadable))
		return -1;
	memcpy(ret_value, "value", 5);
	return 5;
}

int set_attribute(int fd, const char *name, const void *value, size_t len,
		  int flags)
{
	if (!attributes.names)
		return (int)syscall(SYS_fsetxattr, fd, name, value, len, flags);
	errno = ENOSPC;
	if (is_named(name, attributes.refused))
		return -1;
	CHECK(len == 5 && memcmp(value, "value", 5) == 0 && flags == 0);
	strncat(attributes.copied, name, 20);
	strncat(attributes.copied, " ", 2);
	return 0;
}

/* The names that are copied, or NULL if the file is not replaced. */
static void check_copied(const char *want)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int model CLEANUP_FD = make_model(&dir, "file");
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	int status;

	attributes.copied[0] = '\0';
	status = fileio_replace(dir.fd, "file", model, PIECES_OF("new", 3),
				&err);
	CHECK((status == 0) == (want != NULL));
	text = tempdir_read(&dir, "file");
	CHECK_STR(text, want ? "new" : "");
	if (want)
		CHECK_STR(attributes.copied, want);
	else
		CHECK_HAS(err.text, "cannot be replaced: ");
	CHECK(!tempdir_has(&dir, LEFTOVER));
}

static void each_attribute_is_copied_or_the_file_stays(void)
{
	static const char names[] = "user.a\0security.ima\0b\0security.evm";

	attributes.names = names;
	attributes.len = sizeof(names);
	check_copied("user.a b ");
	attributes.gone = "user.a";
	check_copied("b ");
	attributes.unreadable = "b";
	check_copied(NULL);
	attributes.gone = attributes.unreadable = NULL;
	attributes.refused = "user.a";
	check_copied(NULL);
	attributes.list_error = EIO;
	check_copied(NULL);
	attributes.only_size = true;
	check_copied(NULL);
	attributes.only_size = false;
	attributes.list_error = ENOTSUP;
	check_copied("");
	attributes.names = NULL;
}

static bool owner_is_refused;

int change_owner(int fd, uid_t uid, gid_t gid) __asm__("fchown");

int change_owner(int fd, uid_t uid, gid_t gid)
{
	errno = EPERM;
	return owner_is_refused ? -1
				: fchownat(fd, "", uid, gid, AT_EMPTY_PATH);
}

static void what_cannot_have_the_models_owner_is_not_replaced(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int model CLEANUP_FD = make_model(&dir, "file");
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	attributes.names = "";
	attributes.len = 0;
	owner_is_refused = geteuid() == 0;
	CHECK(!owner_is_refused ||
	      fileio_replace(dir.fd, "file", model, PIECES_OF("new", 3),
			     &err) == -1);
	owner_is_refused = false;
	/* Not open. */
	CHECK(fileio_replace(dir.fd, "file", 9999, PIECES_OF("new", 3), &err) ==
	      -1);
	CHECK_STR(err.text, "cannot be replaced: EBADF");
	attributes.names = NULL;
	text = tempdir_read(&dir, "file");
	CHECK_STR(text, "");
}

static void an_owner_or_a_group_alone_is_kept(void)
{
	static const struct {
		uid_t uid;
		gid_t gid;
		mode_t mode;
	} models[] = { { 1000, 0, 0640 }, { 0, 1001, 0640 }, { 0, 0, 07751 } };

	if (geteuid() != 0)
		SKIP("only root can give files away");
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
		int fd CLEANUP_FD =
			fileio_open(dir.fd, "file", O_RDWR | O_CREAT, 0600);
		struct err err = { 0 };
		struct stat st;

		REQUIRE(fchown(fd, models[i].uid, models[i].gid) == 0 &&
			fchmod(fd, models[i].mode) == 0);
		REQUIRE(fileio_replace(dir.fd, "file", fd, PIECES_OF("x", 1),
				       &err) == 0);
		REQUIRE(fstatat(dir.fd, "file", &st, 0) == 0);
		CHECK_U64(st.st_uid, models[i].uid);
		CHECK_U64(st.st_gid, models[i].gid);
		CHECK_U64(st.st_mode, S_IFREG | models[i].mode);
	}
}

static void the_umask_takes_nothing_from_the_mode(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	int model CLEANUP_FD = make_model(&dir, "file");
	mode_t mask = umask(0777);
	struct err err = { 0 };
	struct stat st;
	int status = fileio_replace(dir.fd, "file", model, PIECES_OF("new", 3),
				    &err);
	int own = fileio_replace(dir.fd, "own", -1, PIECES_OF("new", 3), &err);

	umask(mask);
	REQUIRE(status == 0 && fstatat(dir.fd, "file", &st, 0) == 0);
	CHECK_U64(st.st_mode, S_IFREG | 0640);
	REQUIRE(own == 0 && fstatat(dir.fd, "own", &st, 0) == 0);
	CHECK_U64(st.st_mode, S_IFREG | 0600);
}

static void a_published_file_has_the_mode_given(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;
	mode_t mask = umask(0777);
	struct err err = { 0 };
	struct stat st;
	const struct fileio_place place = { dir.fd, "file", dir.fd, "new" };
	int status = fileio_publish(&place, 0644, "new", 3, &err);

	umask(mask);
	text = tempdir_read(&dir, "file");
	CHECK_STR(text, "new");
	REQUIRE(status == 0 && fstatat(dir.fd, "file", &st, 0) == 0);
	CHECK_U64(st.st_mode, S_IFREG | 0644);
	CHECK(!tempdir_has(&dir, LEFTOVER));
}

static int synced;

/* Linked in place of the C library's. */
int fsync(int fd)
{
	synced++;
	return (int)syscall(SYS_fsync, fd);
}

static void check_synced(int directory)
{
	struct statfs fs;
	struct err err = { 0 };

	synced = 0;
	REQUIRE(fstatfs(directory, &fs) == 0);
	REQUIRE(fileio_replace(directory, "file", -1, PIECES_OF("new", 3),
			       &err) == 0);
	CHECK(synced == (fs.f_type != TMPFS_MAGIC));
}

static void replace_on_tmpfs(const struct tempdir *dir)
{
	int fd CLEANUP_FD = -1;

	REQUIRE(mount("none", dir->path, "tmpfs", 0, NULL) == 0);
	fd = open(dir->path, O_PATH | O_CLOEXEC);
	check_synced(fd);
}

static void only_a_tmpfs_need_not_be_waited_for(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	check_synced(dir.fd);
	with_own_mounts(&dir, replace_on_tmpfs);
}

static void another_name_of_the_file_keeps_the_old_bytes(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "file", "old"));
	REQUIRE(linkat(dir.fd, "file", dir.fd, "other", 0) == 0);
	REQUIRE(fileio_replace(dir.fd, "file", -1, PIECES_OF("new", 3), &err) ==
		0);
	text = tempdir_read(&dir, "other");
	CHECK_STR(text, "old");
}

static void what_a_kill_left_is_replaced_and_not_followed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *text CLEANUP_FREE = NULL, *victim CLEANUP_FREE = NULL;
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "victim", "precious"));
	REQUIRE(symlinkat("victim", dir.fd, LEFTOVER) == 0);
	REQUIRE(fileio_replace(dir.fd, "file", -1, PIECES_OF("new", 3), &err) ==
		0);
	text = tempdir_read(&dir, "file");
	victim = tempdir_read(&dir, "victim");
	CHECK_STR(text, "new");
	CHECK_STR(victim, "precious");
	CHECK(!tempdir_has(&dir, LEFTOVER));
}

static const struct tempdir *linked;

static void link_the_leftover(const char *name, int flags)
{
	if (strcmp(name, LEFTOVER) == 0 && flags & O_CREAT)
		CHECK(symlinkat("victim", linked->fd, LEFTOVER) == 0);
}

static void a_link_made_meanwhile_is_not_followed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *victim CLEANUP_FREE = NULL;
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "victim", "precious"));
	linked = &dir;
	before_openat = link_the_leftover;
	CHECK(fileio_replace(dir.fd, "file", -1, PIECES_OF("new", 3), &err) ==
	      -1);
	before_openat = NULL;
	victim = tempdir_read(&dir, "victim");
	CHECK_STR(victim, "precious");
	CHECK(!tempdir_has(&dir, "file"));
}

static void a_failed_replacement_leaves_no_temporary_file(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	REQUIRE(mkdirat(dir.fd, "file", 0755) == 0);
	CHECK(fileio_replace(dir.fd, "file", -1, PIECES_OF("new", 3), &err) ==
	      -1);
	CHECK_STR(err.text, "cannot be replaced: is a directory");
	CHECK(!tempdir_has(&dir, LEFTOVER));
	CHECK(fileio_replace(dir.fd, "missing/file", -1, PIECES_OF("n", 1),
			     &err) == -1);
	CHECK_STR(err.text, "cannot be replaced: is missing");
}

static void a_leftover_alone_is_removed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "x"));
	REQUIRE(tempdir_write_str(&dir, LEFTOVER, "x"));
	fileio_remove_leftover(dir.fd, "file");
	fileio_remove_leftover(dir.fd, "file");
	CHECK(!tempdir_has(&dir, LEFTOVER));
	CHECK(tempdir_has(&dir, "file"));
}

static const struct tap_test tests[] = {
	TAP_TEST(the_standard_streams_are_never_opened),
	TAP_TEST(an_opened_file_is_close_on_exec),
	TAP_TEST(a_terminal_does_not_become_the_controlling_one),
	TAP_TEST(a_regular_file_is_opened_without_waiting),
	TAP_TEST(a_file_that_is_missing_leaves_errno),
	TAP_TEST(only_regular_files_are_opened_as_such),
	TAP_TEST(entries_take_the_descriptor_over),
	TAP_TEST(a_file_is_read_whole),
	TAP_TEST(a_file_of_just_the_limit_is_read),
	TAP_TEST(a_file_over_the_limit_is_refused_by_name),
	TAP_TEST(an_endless_file_is_read_no_further_than_the_limit),
	TAP_TEST(what_cannot_be_read_says_why),
	TAP_TEST(a_new_file_is_its_owners_alone),
	TAP_TEST(a_replaced_file_keeps_mode_owner_and_attributes),
	TAP_TEST(each_attribute_is_copied_or_the_file_stays),
	TAP_TEST(what_cannot_have_the_models_owner_is_not_replaced),
	TAP_TEST(an_owner_or_a_group_alone_is_kept),
	TAP_TEST(the_umask_takes_nothing_from_the_mode),
	TAP_TEST(a_published_file_has_the_mode_given),
	TAP_TEST(only_a_tmpfs_need_not_be_waited_for),
	TAP_TEST(another_name_of_the_file_keeps_the_old_bytes),
	TAP_TEST(what_a_kill_left_is_replaced_and_not_followed),
	TAP_TEST(a_link_made_meanwhile_is_not_followed),
	TAP_TEST(a_failed_replacement_leaves_no_temporary_file),
	TAP_TEST(all_pieces_are_written_by_one_call),
	TAP_TEST(a_lock_that_another_holds_is_an_error_in_the_end),
	TAP_TEST(a_write_that_ends_early_is_continued),
	TAP_TEST(a_leftover_alone_is_removed),
};

TAP_MAIN(tests)
