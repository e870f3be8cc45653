/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/smallfile.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "tap.h"
#include "tempdir.h"

/* NULL: nothing is read. */
static void check_small(const struct tempdir *dir, const char *name, size_t max,
			const char *want)
{
	char *path CLEANUP_FREE = tempdir_path(dir, name);
	size_t len = 0;
	char *text CLEANUP_FREE = smallfile_read(path, max, &len);

	CHECK_STR(text, want);
	CHECK_U64(len, want ? strlen(want) : 0);
}

static void a_file_is_read_up_to_its_maximum(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	check_small(&dir, "file", 100, "text");
	check_small(&dir, "file", 4, "text");
	check_small(&dir, "file", 3, NULL);
	check_small(&dir, "missing", 100, NULL);
}

static void only_regular_files_are_read(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "file", "text"));
	REQUIRE(mkfifoat(dir.fd, "fifo", 0600) == 0 &&
		symlinkat("file", dir.fd, "link") == 0);
	check_small(&dir, "fifo", 100, NULL);
	check_small(&dir, "link", 100, NULL);
	check_small(&dir, ".", 100, NULL);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_file_is_read_up_to_its_maximum),
	TAP_TEST(only_regular_files_are_read),
};

TAP_MAIN(tests)
