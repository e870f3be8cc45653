/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tap.h"

static int make(const char *text, size_t len, int lowest, struct err *err)
{
	int fd = -1;

	*err = (struct err){ 0 };
	if (exec_make_file(text, len, lowest, &fd, err) < 0)
		return -1;
	CHECK_STR(err->text, "");
	return fd;
}

static void the_file_is_readable_by_its_path_in_proc(void)
{
	char path[32], text[16] = "";
	struct err err;
	int fd CLEANUP_FD = make("a\0b", 3, 64, &err);
	int again CLEANUP_FD = -1;

	REQUIRE(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(again >= 0);
	CHECK_U64((unsigned long long)read(again, text, sizeof(text)), 3);
	CHECK(memcmp(text, "a\0b", 3) == 0);
}

static void the_file_is_sealed(void)
{
	struct err err;
	int fd CLEANUP_FD = make("text", 4, 64, &err);

	REQUIRE(fd >= 0);
	CHECK_U64((unsigned long long)fcntl(fd, F_GET_SEALS),
		  F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	CHECK(pwrite(fd, "x", 1, 0) < 0);
	CHECK(ftruncate(fd, 0) < 0);
	CHECK(ftruncate(fd, 100) < 0);
	CHECK(mmap(NULL, 4, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
}

static void the_descriptor_survives_execve_and_is_at_least_the_lowest(void)
{
	static const int lowest[] = { 3, 64, 100 };

	for (size_t i = 0; i < ARRAY_LEN(lowest); i++) {
		struct err err;
		int fd CLEANUP_FD = make("", 0, lowest[i], &err);
		int second CLEANUP_FD = make("", 0, lowest[i], &err);

		REQUIRE(fd >= lowest[i]);
		CHECK(second > fd);
		CHECK(!(fcntl(fd, F_GETFD) & FD_CLOEXEC));
	}
}

static size_t open_descriptors(void)
{
	size_t count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void only_one_descriptor_stays_open(void)
{
	size_t count = open_descriptors();
	struct err err;
	int fd CLEANUP_FD = make("text", 4, 64, &err);

	REQUIRE(fd >= 0);
	CHECK_U64(open_descriptors(), count + 1);
}

static void a_limit_on_descriptors_is_an_error_that_leaves_none_open(void)
{
	size_t count = open_descriptors();
	struct rlimit was, few;
	struct err err;

	REQUIRE(getrlimit(RLIMIT_NOFILE, &was) == 0);
	few = was;
	few.rlim_cur = 64;
	REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
	CHECK(make("text", 4, 64, &err) == -1);
	CHECK_HAS(err.text, "64");
	CHECK_HAS(err.text, "RLIMIT_NOFILE");
	CHECK(setrlimit(RLIMIT_NOFILE, &was) == 0);
	CHECK_U64(open_descriptors(), count);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_file_is_readable_by_its_path_in_proc),
	TAP_TEST(the_file_is_sealed),
	TAP_TEST(the_descriptor_survives_execve_and_is_at_least_the_lowest),
	TAP_TEST(only_one_descriptor_stays_open),
	TAP_TEST(a_limit_on_descriptors_is_an_error_that_leaves_none_open),
};

TAP_MAIN(tests)
