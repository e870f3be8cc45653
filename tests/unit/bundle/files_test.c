/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "bundle/files.h"

#include <errno.h>

#include "tap.h"
#include "tempdir.h"

#define RECORD ".capruntime.json"

static struct runtime_args args_of(const struct tempdir *dir)
{
	return (struct runtime_args){ .verb = RUNTIME_CREATE,
				      .bundle = dir->path };
}

static int carry_out(struct bundle *bundle, const struct undo_plan *plan,
		     struct err *err)
{
	if (bundle_write_record(bundle, plan, err) < 0)
		return -1;
	return bundle_write_config(bundle, plan, err);
}

static void check_open_refused(const struct runtime_args *args, bool missing,
			       const char *reason)
{
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct err err = { 0 };

	CHECK(bundle_open(&bundle, args, &err) == -1);
	CHECK(bundle.is_missing == missing);
	CHECK_HAS(err.text, reason);
}

/* Opens the bundle and calls `read`; -1 with the error. */
static int read_bundle(const struct tempdir *dir,
		       int (*read)(struct bundle *bundle, struct err *err),
		       struct err *err)
{
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(dir);

	*err = (struct err){ 0 };
	if (bundle_open(&bundle, &args, err) < 0)
		return -1;
	return read(&bundle, err);
}

static void check_record_refused(const struct tempdir *dir, const char *reason)
{
	struct err err = { 0 };

	CHECK(read_bundle(dir, bundle_read_record, &err) == -1);
	CHECK_HAS(err.text, "/" RECORD "'");
	CHECK_HAS(err.text, reason);
}

static void check_config_refused(const struct tempdir *dir, const char *reason)
{
	struct err err = { 0 };

	CHECK(read_bundle(dir, bundle_read_config, &err) == -1);
	CHECK_HAS(err.text, "/config.json'");
	CHECK_HAS(err.text, reason);
}

static void check_names(const struct runtime_args *args, const char *directory,
			const char *config, const char *record)
{
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct err err = { 0 };
	char path[256];
	const char *slash = directory[strlen(directory) - 1] == '/' ? "" : "/";

	REQUIRE(bundle_open(&bundle, args, &err) == 0);
	CHECK_STR(bundle.config_name, config);
	CHECK_STR(bundle.record_name, record);
	snprintf(path, sizeof(path), "%s%s%s", directory, slash, config);
	CHECK_STR(bundle.config_path, path);
	snprintf(path, sizeof(path), "%s%s%s", directory, slash, record);
	CHECK_STR(bundle.record_path, path);
	CHECK(bundle.directory >= 3);
}

static void the_files_are_where_the_runtime_looks(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct runtime_args args = args_of(&dir);

	check_names(&args, dir.path, "config.json", RECORD);
	args.bundle = NULL;
	check_names(&args, ".", "config.json", RECORD);
	args.bundle = "";
	check_names(&args, ".", "config.json", RECORD);
}

/* crun's --config is relative to the caller's directory, not the bundle's. */
static void a_config_named_by_itself_has_its_own_record(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *other CLEANUP_FREE = tempdir_path(&dir, "other.json");
	char *usual CLEANUP_FREE = tempdir_path(&dir, "config.json");
	struct runtime_args args = args_of(&dir);
	char with_slash[128];

	snprintf(with_slash, sizeof(with_slash), "%s/", dir.path);
	args.config = other;
	check_names(&args, with_slash, "other.json",
		    "other.json.capruntime.json");
	args.config = usual;
	check_names(&args, with_slash, "config.json", RECORD);
	args.config = "/other.json";
	check_names(&args, "/", "other.json", "other.json.capruntime.json");
	args.config = "other.json";
	check_names(&args, ".", "other.json", "other.json.capruntime.json");
}

static void a_bundle_that_is_missing_is_refused_by_name(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *missing CLEANUP_FREE = tempdir_path(&dir, "missing");
	char *file CLEANUP_FREE = tempdir_path(&dir, "file");
	struct runtime_args args = { .bundle = missing };

	REQUIRE(tempdir_write_str(&dir, "file", ""));
	check_open_refused(&args, true, "/missing': is missing");
	REQUIRE(symlink("missing", missing) == 0);
	check_open_refused(&args, false, "too many symbolic links");
	args.bundle = file;
	check_open_refused(&args, true, "/file': a part of the path is not");
}

/* The runtime needs no more. */
static void a_directory_that_can_only_be_searched_is_opened(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(&dir);
	struct err err = { 0 };
	int status;

	if (geteuid() != 0)
		SKIP("not root");
	REQUIRE(fchmod(dir.fd, 0711) == 0 && seteuid(65534) == 0);
	status = bundle_open(&bundle, &args, &err);
	REQUIRE(seteuid(0) == 0);
	CHECK(status == 0 && bundle.directory >= 3);
}

static void a_record_is_found_and_removed_whatever_errno_was(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(&dir);
	const struct undo_plan plan = { .remove_record = true };
	struct err err = { 0 };

	REQUIRE(bundle_open(&bundle, &args, &err) == 0);
	CHECK(!bundle_has_files(&bundle));
	REQUIRE(symlinkat("nowhere", dir.fd, RECORD) == 0);
	errno = ENOENT;
	CHECK(bundle_has_files(&bundle));
	errno = EIO;
	CHECK(bundle_write_config(&bundle, &plan, &err) == 0);
	CHECK(!tempdir_has(&dir, RECORD));
}

static void what_a_kill_left_is_removed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(&dir);
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "config.json.capruntime-new", "{"));
	REQUIRE(tempdir_write_str(&dir, RECORD ".capruntime-new", "{"));
	REQUIRE(tempdir_write_str(&dir, "others", "{"));
	REQUIRE(bundle_open(&bundle, &args, &err) == 0);
	CHECK(bundle_has_files(&bundle));
	CHECK(tempdir_has(&dir, "config.json.capruntime-new"));
	CHECK(bundle_lock(&bundle, &err) == 0);
	CHECK(!tempdir_has(&dir, "config.json.capruntime-new"));
	CHECK(!tempdir_has(&dir, RECORD ".capruntime-new"));
	CHECK(tempdir_has(&dir, "others"));
	CHECK(!bundle_has_files(&bundle));
	REQUIRE(tempdir_write_str(&dir, "config.json.capruntime-new", "{"));
	CHECK(bundle_has_files(&bundle));
}

/* NULL: there is no record. */
static void check_record(const struct tempdir *dir, const char *want)
{
	char *text CLEANUP_FREE = NULL;

	if (tempdir_has(dir, RECORD))
		text = tempdir_read(dir, RECORD);
	CHECK_STR(text, want);
}

static void a_record_can_be_undone(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct runtime_args args = args_of(&dir);
	char text[] = "new";
	struct undo_plan plan = { .record = text };
	const char *old[] = { NULL, "old" };

	REQUIRE(tempdir_write_str(&dir, "config.json", "{}"));
	for (size_t i = 0; i < ARRAY_LEN(old); i++) {
		struct bundle bundle CLEANUP_BUNDLE = { 0 };
		struct err err = { 0 };

		if (old[i])
			REQUIRE(tempdir_write_str(&dir, RECORD, old[i]));
		REQUIRE(bundle_open(&bundle, &args, &err) == 0);
		REQUIRE(bundle_read_record(&bundle, &err) == 0);
		REQUIRE(bundle_read_config(&bundle, &err) == 0);
		CHECK(bundle_write_record(&bundle, &plan, &err) == 0);
		check_record(&dir, "new");
		bundle_undo_record(&bundle, &plan);
		check_record(&dir, old[i]);
	}
}

static void no_record_is_no_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(&dir);
	struct err err = { 0 };

	REQUIRE(bundle_open(&bundle, &args, &err) == 0);
	CHECK(bundle_read_record(&bundle, &err) == 0);
	CHECK(bundle.record_text == NULL);
	REQUIRE(tempdir_write_str(&dir, RECORD, "text"));
	CHECK(bundle_read_record(&bundle, &err) == 0);
	CHECK_STR(bundle.record_text, "text");
}

static void a_record_must_be_ours_alone(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, RECORD, "text"));
	REQUIRE(linkat(dir.fd, RECORD, dir.fd, "other", 0) == 0);
	check_record_refused(&dir, "not a regular file with one link");
	REQUIRE(unlinkat(dir.fd, "other", 0) == 0);

	REQUIRE(fchmodat(dir.fd, RECORD, 0620, 0) == 0);
	check_record_refused(&dir, "is writable by others");
	REQUIRE(fchmodat(dir.fd, RECORD, 0600, 0) == 0);

	if (geteuid() == 0) {
		REQUIRE(fchownat(dir.fd, RECORD, 4711, 0, 0) == 0);
		check_record_refused(&dir, "is owned by user 4711");
	}
}

static void a_record_that_is_no_file_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	REQUIRE(tempdir_write_str(&dir, "other", "text"));
	REQUIRE(symlinkat("other", dir.fd, RECORD) == 0);
	check_record_refused(&dir, "not a regular file with one link");
	REQUIRE(unlinkat(dir.fd, RECORD, 0) == 0);
	REQUIRE(mkfifoat(dir.fd, RECORD, 0600) == 0);
	check_record_refused(&dir, "not a regular file with one link");
	REQUIRE(unlinkat(dir.fd, RECORD, 0) == 0);
	REQUIRE(mkdirat(dir.fd, RECORD, 0700) == 0);
	check_record_refused(&dir, "not a regular file with one link");
}

static void a_record_over_its_limit_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, RECORD);
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, RECORD, "text"));
	REQUIRE(truncate(path, (off_t)RECORD_MAX) == 0);
	CHECK(read_bundle(&dir, bundle_read_record, &err) == 0);
	REQUIRE(truncate(path, (off_t)RECORD_MAX + 1) == 0);
	check_record_refused(&dir, "is larger than");
}

static void a_config_is_read_whole_and_through_links(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(&dir);
	struct err err = { 0 };

	REQUIRE(tempdir_write(&dir, "other", "a\0b", 3));
	REQUIRE(symlinkat("other", dir.fd, "config.json") == 0);
	REQUIRE(bundle_open(&bundle, &args, &err) == 0);
	CHECK(bundle_read_config(&bundle, &err) == 0);
	CHECK_U64(bundle.config_len, 3);
	CHECK(memcmp(bundle.config_text, "a\0b", 4) == 0);
}

static void a_config_that_is_no_file_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();

	check_config_refused(&dir, "is missing");
	REQUIRE(mkfifoat(dir.fd, "config.json", 0600) == 0);
	check_config_refused(&dir, "is not a regular file");
	REQUIRE(unlinkat(dir.fd, "config.json", 0) == 0);
	REQUIRE(symlinkat("/dev/null", dir.fd, "config.json") == 0);
	check_config_refused(&dir, "is not a regular file");
	REQUIRE(unlinkat(dir.fd, "config.json", 0) == 0);
	REQUIRE(mkdirat(dir.fd, "config.json", 0700) == 0);
	check_config_refused(&dir, "is not a regular file");
}

static void a_config_over_its_limit_is_refused(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	char *path CLEANUP_FREE = tempdir_path(&dir, "config.json");
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "config.json", "text"));
	REQUIRE(truncate(path, (off_t)BUNDLE_CONFIG_MAX) == 0);
	CHECK(read_bundle(&dir, bundle_read_config, &err) == 0);
	REQUIRE(truncate(path, (off_t)BUNDLE_CONFIG_MAX + 1) == 0);
	check_config_refused(&dir, "is larger than");
}

static void what_cannot_be_examined_is_an_error(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(&dir);
	struct err err = { 0 };

	REQUIRE(bundle_open(&bundle, &args, &err) == 0);
	close(bundle.directory);
	bundle.directory = -1;
	CHECK(bundle_lock(&bundle, &err) == -1);
	CHECK_HAS(err.text, "bundle: lock '");
	CHECK(bundle_read_record(&bundle, &err) == -1);
	CHECK_HAS(err.text, RECORD "': EBADF");
}

/* The next create could not read it. */
static void a_config_is_not_made_larger_than_its_limit(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(&dir);
	char text[] = "new", record[] = "record";
	const struct undo_plan plan = { .record = record,
					.config = *PIECES_OF(
						text, BUNDLE_CONFIG_MAX + 1) };
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "config.json", "old"));
	REQUIRE(bundle_open(&bundle, &args, &err) == 0);
	REQUIRE(bundle_read_config(&bundle, &err) == 0);
	CHECK(carry_out(&bundle, &plan, &err) == -1);
	CHECK_HAS(err.text, "/config.json' would become larger than");
	CHECK(!tempdir_has(&dir, RECORD));
}

/* Writes a plan of these texts to the bundle; they are not owned. */
static int write_plan(const struct tempdir *dir, const char *record,
		      const char *config, bool remove_record, struct err *err)
{
	struct bundle bundle CLEANUP_BUNDLE = { 0 };
	struct runtime_args args = args_of(dir);
	struct undo_plan plan = {
		.record = (char *)(uintptr_t)record,
		.config = *PIECES_OF(config, config ? strlen(config) : 0),
		.remove_record = remove_record,
	};

	if (!config)
		plan.config.count = 0;
	*err = (struct err){ 0 };
	if (bundle_open(&bundle, &args, err) < 0 ||
	    bundle_read_config(&bundle, err) < 0)
		return -1;
	return carry_out(&bundle, &plan, err);
}

static void check_files(const struct tempdir *dir, const char *record,
			const char *config)
{
	char *got_record CLEANUP_FREE = tempdir_read(dir, RECORD);
	char *got_config CLEANUP_FREE = tempdir_read(dir, "config.json");

	CHECK_STR(got_record, record);
	CHECK_STR(got_config, config);
	CHECK(!tempdir_has(dir, "config.json.capruntime-new"));
	CHECK(!tempdir_has(dir, RECORD ".capruntime-new"));
}

static void a_plan_is_carried_out(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "config.json", "old"));
	CHECK(write_plan(&dir, NULL, NULL, false, &err) == 0);
	check_files(&dir, NULL, "old");
	CHECK(write_plan(&dir, "record", "new", false, &err) == 0);
	check_files(&dir, "record", "new");
	CHECK(write_plan(&dir, NULL, "back", true, &err) == 0);
	check_files(&dir, NULL, "back");
	CHECK(write_plan(&dir, NULL, NULL, true, &err) == 0);
	check_files(&dir, NULL, "back");
}

/* Where it cannot be written, nothing remains. */
static void the_owner_remains_in_place_of_the_record(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct runtime_args args = args_of(&dir);
	char owner[] = "owner";
	struct undo_plan plan = { .owner = owner, .remove_record = true };

	for (int i = 0; i < 2; i++) {
		struct bundle bundle CLEANUP_BUNDLE = { 0 };
		struct err err = { 0 };

		REQUIRE(tempdir_write_str(&dir, RECORD, "record"));
		if (i)
			REQUIRE(mkdirat(dir.fd, RECORD ".capruntime-new",
					0755) == 0);
		REQUIRE(bundle_open(&bundle, &args, &err) == 0);
		CHECK(bundle_write_config(&bundle, &plan, &err) == 0);
		check_record(&dir, i ? NULL : "owner");
	}
}

static void a_linked_config_is_not_changed(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "other", "old"));
	REQUIRE(symlinkat("other", dir.fd, "config.json") == 0);
	CHECK(write_plan(&dir, NULL, NULL, false, &err) == 0);
	CHECK(write_plan(&dir, "record", "new", false, &err) == -1);
	CHECK_HAS(err.text, "/config.json' is a symbolic link");
	check_files(&dir, NULL, "old");
}

static void a_record_that_cannot_be_written_leaves_config_alone(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	struct err err = { 0 };

	REQUIRE(tempdir_write_str(&dir, "config.json", "old"));
	REQUIRE(mkdirat(dir.fd, RECORD, 0700) == 0);
	CHECK(write_plan(&dir, "record", "new", false, &err) == -1);
	CHECK_HAS(err.text, "/" RECORD "': cannot be replaced");
	REQUIRE(unlinkat(dir.fd, RECORD, AT_REMOVEDIR) == 0);
	check_files(&dir, NULL, "old");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_files_are_where_the_runtime_looks),
	TAP_TEST(a_config_named_by_itself_has_its_own_record),
	TAP_TEST(a_bundle_that_is_missing_is_refused_by_name),
	TAP_TEST(a_directory_that_can_only_be_searched_is_opened),
	TAP_TEST(a_record_is_found_and_removed_whatever_errno_was),
	TAP_TEST(what_a_kill_left_is_removed),
	TAP_TEST(a_record_can_be_undone),
	TAP_TEST(no_record_is_no_error),
	TAP_TEST(a_record_must_be_ours_alone),
	TAP_TEST(a_record_that_is_no_file_is_refused),
	TAP_TEST(a_record_over_its_limit_is_refused),
	TAP_TEST(a_config_is_read_whole_and_through_links),
	TAP_TEST(a_config_that_is_no_file_is_refused),
	TAP_TEST(a_config_over_its_limit_is_refused),
	TAP_TEST(what_cannot_be_examined_is_an_error),
	TAP_TEST(a_config_is_not_made_larger_than_its_limit),
	TAP_TEST(a_plan_is_carried_out),
	TAP_TEST(the_owner_remains_in_place_of_the_record),
	TAP_TEST(a_linked_config_is_not_changed),
	TAP_TEST(a_record_that_cannot_be_written_leaves_config_alone),
};

TAP_MAIN(tests)
