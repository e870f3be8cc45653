/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/rootfs.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/xattr.h>

#include "tap.h"
#include "tempdir.h"

#define NOT_ROOT "only root can give a file capabilities"

/* A tree in dir/root; dir/app must not be reachable from it. */
struct tree {
	struct tempdir dir;
	struct rootfs rootfs;
};

#define CLEANUP_TREE __attribute__((cleanup(tree_remove)))

static void tree_remove(struct tree *tree)
{
	rootfs_close(&tree->rootfs);
	tempdir_remove(&tree->dir);
}

static void make_dir(const struct tree *tree, const char *name)
{
	CHECK(mkdirat(tree->dir.fd, name, 0755) == 0);
}

static void make_file(const struct tree *tree, const char *name,
		      const char *text, mode_t mode)
{
	CHECK(tempdir_write_str(&tree->dir, name, text));
	CHECK(fchmodat(tree->dir.fd, name, mode, 0) == 0);
}

static void make_link(const struct tree *tree, const char *target,
		      const char *name)
{
	CHECK(symlinkat(target, tree->dir.fd, name) == 0);
}

static struct tree tree_make(void)
{
	struct tree tree = { .dir = tempdir_make() };
	char *root CLEANUP_FREE = tempdir_path(&tree.dir, "root");
	struct err err = { 0 };

	make_file(&tree, "app", "outside", 04755);
	make_dir(&tree, "root");
	make_dir(&tree, "root/usr");
	make_dir(&tree, "root/usr/bin");
	make_file(&tree, "root/usr/bin/app", "inside", 0755);
	make_link(&tree, "usr/bin", "root/bin");
	if (!CHECK(rootfs_open(&tree.rootfs, root, &err) == 0))
		printf("#   %s\n", err.text);
	return tree;
}

static void check_resolves(const struct tree *tree, const char *path,
			   const char *place)
{
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err err = { 0 };

	if (!CHECK(rootfs_stat(&tree->rootfs, path, &file, &err) == 0))
		printf("#   %s\n", err.text);
	CHECK_STR(file.path, place);
}

/* As the execve(2) of a container would: nothing was unreadable. */
static void check_fails(const struct tree *tree, const char *path,
			const char *message)
{
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err err = { 0 };

	CHECK(rootfs_stat(&tree->rootfs, path, &file, &err) < 0);
	CHECK_STR(err.text, message);
	CHECK(!file.unreadable);
}

static void paths_are_resolved_through_links(void)
{
	struct tree tree CLEANUP_TREE = tree_make();

	check_resolves(&tree, "/usr/bin/app", "/usr/bin/app");
	check_resolves(&tree, "usr/bin/app", "/usr/bin/app");
	check_resolves(&tree, "/bin//./app", "/usr/bin/app");
	check_resolves(&tree, "/", "/");
	check_resolves(&tree, "/bin/..", "/usr");
}

static void no_path_leaves_the_root(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	char *outside CLEANUP_FREE = tempdir_path(&tree.dir, "app");

	make_link(&tree, "../../../app", "root/usr/bin/up");
	make_link(&tree, "/../../usr/bin/app", "root/absolute");
	make_link(&tree, outside, "root/host");
	make_link(&tree, "/..", "root/dots");
	check_resolves(&tree, "/../../../usr/bin/app", "/usr/bin/app");
	check_resolves(&tree, "/absolute", "/usr/bin/app");
	check_resolves(&tree, "/dots/usr", "/usr");
	check_fails(&tree, "/usr/bin/up", "'/usr/bin/up': is missing");
	check_fails(&tree, "/host", "'/host': is missing");
	check_fails(&tree, "/../app", "'/../app': is missing");
}

static void a_path_that_no_container_has_is_not_unreadable(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	char name[NAME_MAX + 2] = "";
	struct err err = { 0 };

	check_fails(&tree, "/usr/bin/app/x",
		    "'/usr/bin/app/x': a part of the path is not a directory");
	memset(name, 'x', NAME_MAX + 1);
	CHECK(rootfs_stat(&tree.rootfs, name, &file, &err) < 0);
	CHECK_HAS(err.text, "': name too long");
	CHECK(!file.unreadable);
}

static void link_loops_and_magic_links_are_errors(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	struct rootfs host CLEANUP_ROOTFS = ROOTFS_INIT;
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err err = { 0 };

	make_link(&tree, "b", "root/a");
	make_link(&tree, "a", "root/b");
	check_fails(&tree, "/a", "'/a': too many symbolic links");
	REQUIRE(rootfs_open(&host, "/proc", &err) == 0);
	CHECK(rootfs_stat(&host, "/self/root", &file, &err) < 0);
}

static void devices_and_fifos_are_not_opened(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err err = { 0 };

	REQUIRE(mkfifoat(tree.dir.fd, "root/fifo", 0777) == 0);
	REQUIRE(fchmodat(tree.dir.fd, "root/fifo", 06777, 0) == 0);
	REQUIRE(rootfs_stat(&tree.rootfs, "/fifo", &file, &err) == 0);
	CHECK(S_ISFIFO(file.mode));
	CHECK(!privileged_is_special(&file.program));
	CHECK(!privileged_is_executable(&file.program));
}

static void modes_say_what_is_executable_and_privileged(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	static const struct {
		mode_t mode;
		bool executable, special;
	} cases[] = {
		{ 0755, true, false },	 { 0644, false, false },
		{ 04755, true, true },	 { 04644, false, true },
		{ 02755, true, true },	 { 02745, true, false },
		{ 02644, false, false }, { 06001, true, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
		struct err err = { 0 };

		make_file(&tree, "root/usr/bin/app", "x", cases[i].mode);
		CHECK(rootfs_stat(&tree.rootfs, "/bin/app", &file, &err) == 0);
		CHECK((file.mode & 07777) == cases[i].mode);
		CHECK(privileged_is_executable(&file.program) ==
		      cases[i].executable);
		CHECK(privileged_is_special(&file.program) == cases[i].special);
		CHECK((file.program.file.mode & 07777) == cases[i].mode);
		CHECK(file.program.file.uid == getuid());
		CHECK(file.links == 1);
		CHECK(!file.program.file.has_caps);
	}
}

static void check_interpreter(const struct tree *tree, const char *text,
			      bool script, const char *interpreter)
{
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err err = { 0 };

	make_file(tree, "root/usr/bin/app", text, 0755);
	CHECK(rootfs_stat(&tree->rootfs, "/bin/app", &file, &err) == 0);
	CHECK(file.program.script == script);
	CHECK_STR(file.interpreter, interpreter);
}

static void scripts_name_their_interpreter(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	char line[400] = "#!/";

	check_interpreter(&tree, "", false, "");
	check_interpreter(&tree, "#", false, "");
	check_interpreter(&tree, "# /bin/sh\n", false, "");
	check_interpreter(&tree, "\177ELF", false, "");
	check_interpreter(&tree, "#!/bin/sh\necho", true, "/bin/sh");
	check_interpreter(&tree, "#! \t/bin/sh -e\n", true, "/bin/sh");
	check_interpreter(&tree, "#!/bin/sh", true, "/bin/sh");
	check_interpreter(&tree, "#!\n/bin/sh", true, "");
	check_interpreter(&tree, "#!", true, "");
	memset(line + 3, 'a', sizeof(line) - 4);
	make_file(&tree, "root/usr/bin/app", line, 0755);
	line[ROOTFS_LINE_MAX - 1] = '\0';
	check_interpreter(&tree, line, true, line + 2);
}

static int set_caps(const struct tree *tree, const char *name,
		    const unsigned char *value, size_t len)
{
	char *path CLEANUP_FREE = tempdir_path(&tree->dir, name);

	return setxattr(path, VFSCAP_NAME, value, len, 0);
}

static void capabilities_are_read(void)
{
	static const unsigned char value[] = { 1, 0, 0, 3, 0, 4, 0, 0,
					       0, 0, 0, 0, 0, 0, 0, 0,
					       0, 0, 0, 0, 0, 4, 0, 0 };
	struct tree tree CLEANUP_TREE = tree_make();
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err err = { 0 };

	if (set_caps(&tree, "root/usr/bin/app", value, sizeof(value)) < 0)
		SKIP(NOT_ROOT);
	REQUIRE(rootfs_stat(&tree.rootfs, "/bin/app", &file, &err) == 0);
	CHECK(file.program.file.has_caps);
	CHECK(file.program.file.caps.version == 3);
	CHECK_U64(file.program.file.caps.permitted, 1u << 10);
	CHECK_U64(file.program.file.caps.root, 1024);
	CHECK(file.program.file.caps.effective);
}

static void check_program(const struct tree *tree, const char *name,
			  const char *search, const char *cwd, const char *want)
{
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	struct err err = { 0 };
	int status = rootfs_find_program(&tree->rootfs, name, search, cwd,
					 &file, &err);

	CHECK((status == 0) == (*want == '/'));
	CHECK_STR(status == 0 ? file.path : err.text, want);
}

static void programs_are_searched_for_as_runtimes_do(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	static const char nowhere[] = "'app' is not in $PATH";

	make_dir(&tree, "root/opt");
	make_dir(&tree, "root/opt/app");
	make_dir(&tree, "root/srv");
	make_file(&tree, "root/srv/app", "not executable", 0644);
	check_program(&tree, "app", "/usr/bin", "/", "/usr/bin/app");
	check_program(&tree, "app", "/none:/opt:/srv:/bin:/usr", "/srv",
		      "/usr/bin/app");
	check_program(&tree, "app", "/none:/opt:/srv", "/usr/bin", nowhere);
	check_program(&tree, "app", "", "/usr/bin", nowhere);
	check_program(&tree, "app", NULL, "/usr/bin", nowhere);
	check_program(&tree, "app", "/none::", "/usr/bin", nowhere);
	check_program(&tree, "app", ":/bin:", "/", "/usr/bin/app");
	check_program(&tree, "app", "bin", "/usr", "/usr/bin/app");
	check_program(&tree, "./app", "/none", "/usr/bin", "/usr/bin/app");
	check_program(&tree, "bin/app", NULL, "/usr", "/usr/bin/app");
	check_program(&tree, "/bin/app", NULL, "/srv", "/usr/bin/app");
	check_program(&tree, "/srv/app", "/bin", "/",
		      "'/srv/app' is not executable");
	check_program(&tree, "./app", NULL, "/opt",
		      "'/opt/./app' is not a regular file");
	check_program(&tree, "", "/bin", "/", "the program's name is empty");
}

static void a_root_must_be_a_directory(void)
{
	struct tree tree CLEANUP_TREE = tree_make();
	char *path CLEANUP_FREE = tempdir_path(&tree.dir, "app");
	struct rootfs rootfs;
	struct err err = { 0 };

	CHECK(rootfs_open(&rootfs, path, &err) < 0);
	CHECK_HAS(err.text, "/app': ");
	CHECK(rootfs_open(&rootfs, "", &err) < 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(paths_are_resolved_through_links),
	TAP_TEST(no_path_leaves_the_root),
	TAP_TEST(a_path_that_no_container_has_is_not_unreadable),
	TAP_TEST(link_loops_and_magic_links_are_errors),
	TAP_TEST(devices_and_fifos_are_not_opened),
	TAP_TEST(modes_say_what_is_executable_and_privileged),
	TAP_TEST(scripts_name_their_interpreter),
	TAP_TEST(capabilities_are_read),
	TAP_TEST(programs_are_searched_for_as_runtimes_do),
	TAP_TEST(a_root_must_be_a_directory),
};

TAP_MAIN(tests)
