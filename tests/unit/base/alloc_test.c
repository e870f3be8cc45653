/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

/* By default AddressSanitizer ends the program when an allocation fails. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void a_text_is_put_together(void)
{
	char *text CLEANUP_FREE = alloc_text("%s/%.*s%d", "a", 2, "bcd", 7);

	CHECK_STR(text, "a/bc7");
	free(text);
	text = alloc_text("%s", "");
	CHECK_STR(text, "");
}

static void check_path(const char *directory, const char *path,
		       const char *want)
{
	char *got CLEANUP_FREE = alloc_path(directory, path);

	CHECK_STR(got, want);
}

static void a_path_is_seen_from_its_directory(void)
{
	check_path("/a", "b", "/a/b");
	check_path("/a/", "b", "/a/b");
	check_path("a", "./b/", "a/./b/");
	check_path("/", "b", "/b");
	check_path("", "b", "/b");
	check_path("/a", "", "/a/");
	check_path("/a", "/b", "/b");
	check_path("", "/b", "/b");
}

static void a_list_grows_and_keeps_what_it_holds(void)
{
	uint32_t *list CLEANUP_FREE = NULL, *grown;
	size_t size = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		grown = alloc_room(list, i, &size, sizeof(*list));
		if (!CHECK(grown && size > i))
			return;
		list = grown;
		list[i] = i;
	}
	CHECK(size < 2000);
	for (uint32_t i = 0; i < 1000; i++)
		CHECK_U64(list[i], i);
}

static void a_list_stays_where_there_is_room(void)
{
	char list[2];
	size_t size = sizeof(list);

	CHECK(alloc_room(list, 1, &size, 1) == list);
	CHECK_U64(size, sizeof(list));
}

static void what_cannot_be_had_leaves_the_list_as_it_is(void)
{
	char *list CLEANUP_FREE = strdup("x");
	size_t size = SIZE_MAX / 4;

	CHECK(!alloc_room(list, size, &size, 8));
	CHECK_U64(size, SIZE_MAX / 4);
	CHECK_STR(list, "x");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_text_is_put_together),
	TAP_TEST(a_path_is_seen_from_its_directory),
	TAP_TEST(a_list_grows_and_keeps_what_it_holds),
	TAP_TEST(a_list_stays_where_there_is_room),
	TAP_TEST(what_cannot_be_had_leaves_the_list_as_it_is),
};

TAP_MAIN(tests)
