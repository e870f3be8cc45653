/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the configuration directory, as capruntime and capctl read them. */
#include "config.h"

#include "policy/files.h"

#include "tap.h"
#include "tempdir.h"

#define VARIABLE "CAPRUNTIME_POLICY"
#define RULE(name) "{\"name\":\"" name "\",\"match\":{\"id\":\"a\"}}"
#define POLICY(rules) "{\"version\":1,\"rules\":[" rules "]}"

/* In place of the compiled-in paths. */
char config_dir[4096] __asm__("paths_config_dir");
char policy_file[4096] __asm__("paths_policy_file");
char policy_dir[4096] __asm__("paths_policy_dir");

static char before[4096];

static struct tempdir enter_tempdir(void)
{
	struct tempdir dir = tempdir_make();

	unsetenv(VARIABLE);
	if (!getcwd(before, sizeof(before)) || fchdir(dir.fd) < 0) {
		printf("Bail out! no working directory\n");
		exit(EXIT_FAILURE);
	}
	snprintf(config_dir, sizeof(config_dir), "%s/etc", dir.path);
	snprintf(policy_file, sizeof(policy_file), "%s/etc/policy.json",
		 dir.path);
	snprintf(policy_dir, sizeof(policy_dir), "%s/etc/policy.d", dir.path);
	return dir;
}

static void leave_tempdir(struct tempdir *dir)
{
	CHECK(chdir(before) == 0);
	tempdir_remove(dir);
}

#define CLEANUP_ENTERED __attribute__((cleanup(leave_tempdir), unused))

static bool make_directories(void)
{
	return mkdir("etc", 0700) == 0 && mkdir("etc/policy.d", 0700) == 0;
}

/* A listener that notes the kinds of problems and the files. */
struct notes {
	char text[512];
	char first[512]; /* problem */
};

static void note(struct notes *notes, const char *text)
{
	size_t len = strlen(notes->text);

	snprintf(notes->text + len, sizeof(notes->text) - len, "%s%s",
		 len ? " " : "", text);
}

static void note_problem(void *context, enum policy_error error,
			 const struct policy_problem *problem)
{
	static const char *const kinds[] = {
		[POLICY_INVALID] = "invalid",
		[POLICY_UNTRUSTED] = "untrusted",
		[POLICY_UNUSABLE] = "unusable",
		[POLICY_UNREADABLE] = "unreadable",
	};
	struct notes *notes = context;

	if (!*notes->first)
		snprintf(notes->first, sizeof(notes->first), "%s",
			 problem->text);
	note(notes, kinds[error]);
}

static void note_file(void *context, const char *path, char *text, size_t len)
{
	const char *slash = strrchr(path, '/');

	CHECK(strlen(text) == len);
	note(context, slash ? slash + 1 : path);
	free(text);
}

/* The names of the rules, in order. */
static void check_rules(const struct policy *policy, const char *want)
{
	struct notes rules = { 0 };

	for (size_t i = 0; i < policy->count; i++)
		note(&rules, policy->rules[i].name);
	CHECK_STR(rules.text, want);
}

/* `error` is NULL for a policy with these rules. */
static void check_load(const char *error, const char *rules)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	int next = next_descriptor();
	struct err err = { 0 };

	CHECK(policy_files_load(&policy, &err) == (error ? -1 : 0));
	CHECK(next_descriptor() == next);
	if (error)
		CHECK_HAS(err.text, error);
	else
		check_rules(&policy, rules);
}

/* The error is the one that policy_files_load() returns. */
static void check_examined(const char *want, const char *error,
			   const char *rules)
{
	struct policy policy CLEANUP_POLICY = { 0 };
	struct notes notes = { 0 };
	const struct policy_listener listener = { note_problem, note_file,
						  &notes };
	int next = next_descriptor();

	policy_files_examine(&policy, NULL, 0, &listener);
	CHECK(next_descriptor() == next);
	CHECK_STR(notes.text, want);
	CHECK_HAS(notes.first, error ? error : "");
	check_rules(&policy, rules);
	check_load(error, rules);
}

static void without_the_directory_there_is_no_policy(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	check_examined("", NULL, "");
	REQUIRE(mkdir("etc", 0700) == 0);
	check_examined("unusable", "/policy.json' is missing: for a policy",
		       "");
	REQUIRE(chmod("etc", 0777) == 0);
	check_examined("unusable unusable", "is writable by others", "");
}

static void files_are_read_in_the_order_of_their_names(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	REQUIRE(make_directories() && tempdir_write_str(&dir, "etc/policy.json",
							POLICY(RULE("main"))));
	check_examined("policy.json", NULL, "main");
	REQUIRE(tempdir_write_str(&dir, "etc/policy.d/b.json",
				  POLICY(RULE("b"))) &&
		tempdir_write_str(&dir, "etc/policy.d/a.json",
				  POLICY(RULE("a"))) &&
		tempdir_write_str(&dir, "etc/policy.d/.c.json", "x") &&
		tempdir_write_str(&dir, "etc/policy.d/d.jsonx", "x") &&
		tempdir_write_str(&dir, "etc/policy.d/.json", "x"));
	check_examined("policy.json a.json b.json", NULL, "main a b");
	REQUIRE(rmdir("etc/policy.d") < 0 &&
		rename("etc/policy.d", "etc/other") == 0);
	check_examined("policy.json", NULL, "main");
}

static void each_problem_is_reported_and_the_first_is_the_error(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	REQUIRE(make_directories() &&
		tempdir_write_str(&dir, "etc/policy.json", POLICY("1")) &&
		tempdir_write_str(&dir, "etc/policy.d/a.json", POLICY("2")) &&
		tempdir_write_str(&dir, "etc/policy.d/b.json",
				  POLICY(RULE("b"))));
	check_examined("invalid policy.json invalid a.json b.json",
		       "expected an object", "b");
	REQUIRE(tempdir_write_str(&dir, "etc/policy.json", POLICY("")));
	check_examined("policy.json invalid a.json b.json",
		       "expected an object", "b");
}

static void an_untrusted_file_is_an_error_and_examined_anyway(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	REQUIRE(make_directories() &&
		tempdir_write_str(&dir, "etc/policy.json", POLICY("")) &&
		tempdir_write_str(&dir, "etc/policy.d/a.json",
				  POLICY(RULE("a"))) &&
		chmod("etc/policy.d/a.json", 0666) == 0);
	check_examined("policy.json untrusted a.json",
		       "a.json' is writable by others", "a");
	REQUIRE(chmod("etc/policy.d/a.json", 0644) == 0 &&
		chmod("etc/policy.d", 0777) == 0);
	check_examined("policy.json untrusted untrusted a.json",
		       "policy.d' is writable by others", "a");
	REQUIRE(chmod("etc/policy.d", 0755) == 0 &&
		chmod("etc/policy.json", 0666) == 0);
	check_examined("untrusted policy.json a.json",
		       "policy.json' is writable by others", "a");
}

static void what_is_no_file_is_an_error(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();

	REQUIRE(make_directories() &&
		tempdir_write_str(&dir, "etc/policy.json", POLICY("")) &&
		mkdir("etc/policy.d/a.json", 0755) == 0);
	check_examined("policy.json unusable", "a.json' is not a regular file",
		       "");
	REQUIRE(rmdir("etc/policy.d/a.json") == 0 &&
		symlink("nowhere", "etc/policy.d/a.json") == 0);
	check_examined("policy.json unusable", "a.json': is missing", "");
	REQUIRE(unlink("etc/policy.d/a.json") == 0 &&
		rmdir("etc/policy.d") == 0 &&
		tempdir_write_str(&dir, "etc/policy.d", ""));
	check_examined("policy.json unusable", "policy.d' is not a directory",
		       "");
}

static void there_are_64_files_and_no_more(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	char name[64], text[128];

	REQUIRE(make_directories() &&
		tempdir_write_str(&dir, "etc/policy.json", POLICY("")));
	for (int i = 0; i < 65; i++) {
		if (i == 64)
			check_load(NULL,
				   "r10 r11 r12 r13 r14 r15 r16 r17 r18 r19 "
				   "r20 r21 r22 r23 r24 r25 r26 r27 r28 r29 "
				   "r30 r31 r32 r33 r34 r35 r36 r37 r38 r39 "
				   "r40 r41 r42 r43 r44 r45 r46 r47 r48 r49 "
				   "r50 r51 r52 r53 r54 r55 r56 r57 r58 r59 "
				   "r60 r61 r62 r63 r64 r65 r66 r67 r68 r69 "
				   "r70 r71 r72 r73");
		snprintf(name, sizeof(name), "etc/policy.d/%d.json", i + 10);
		snprintf(text, sizeof(text), POLICY(RULE("r%d")), i + 10);
		REQUIRE(tempdir_write_str(&dir, name, text));
	}
	check_examined("policy.json unusable",
		       "policy.d' has more than 64 policy files", "");
}

static void a_file_has_1_mib_and_no_more(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	char *text CLEANUP_FREE = malloc(POLICY_FILE_MAX + 1);
	static const char end[] = POLICY(RULE("r"));

	REQUIRE(text && make_directories());
	memset(text, ' ', POLICY_FILE_MAX + 1);
	memcpy(text, end, sizeof(end) - 1);
	REQUIRE(tempdir_write(&dir, "etc/policy.json", text, POLICY_FILE_MAX));
	check_examined("policy.json", NULL, "r");
	REQUIRE(tempdir_write(&dir, "etc/policy.json", text,
			      POLICY_FILE_MAX + 1));
	check_examined("unusable", "is larger than 1048576 bytes", "");
}

static void the_variable_names_the_only_file(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	char *path CLEANUP_FREE = tempdir_path(&dir, "named");

	REQUIRE(make_directories() &&
		tempdir_write_str(&dir, "etc/policy.json",
				  POLICY(RULE("main"))) &&
		tempdir_write_str(&dir, "etc/policy.d/a.json",
				  POLICY(RULE("a"))));
	setenv(VARIABLE, path, 1);
	check_examined("unusable",
		       "/named', named by $" VARIABLE ", is missing", "");
	REQUIRE(tempdir_write_str(&dir, "named", POLICY(RULE("n"))));
	check_examined("named", NULL, "n");
	REQUIRE(chmod("named", 0666) == 0);
	check_examined("untrusted named", "is writable by others", "n");
	setenv(VARIABLE, "named", 1);
	check_examined("unusable", "must be an absolute path", "");
	setenv(VARIABLE, "", 1);
	check_examined("unusable", "$" VARIABLE " is '': it must be", "");
	unsetenv(VARIABLE);
}

static void operands_replace_the_installed_files(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	char first[] = "one", second[] = "two", third[] = "none";
	char *const paths[] = { first, second, third };
	struct policy policy CLEANUP_POLICY = { 0 };
	struct notes notes = { 0 };
	const struct policy_listener listener = { note_problem, note_file,
						  &notes };

	REQUIRE(tempdir_write_str(&dir, "one",
				  "{\"version\":1,\"audit\":\"none\","
				  "\"rules\":[]}") &&
		tempdir_write_str(&dir, "two", POLICY(RULE("two"))));
	setenv(VARIABLE, "/nowhere", 1);
	policy_files_examine(&policy, paths, 3, &listener);
	unsetenv(VARIABLE);
	CHECK_STR(notes.text, "one two unreadable");
	CHECK_HAS(notes.first, "'none': is missing");
	check_rules(&policy, "two");
	CHECK(policy.log == POLICY_LOG_NONE && !policy.any_engine);
}

static void without_a_main_file_the_engine_is_unknown(void)
{
	struct tempdir dir CLEANUP_ENTERED = enter_tempdir();
	struct policy policy CLEANUP_POLICY = { 0 };
	struct notes notes = { 0 };
	const struct policy_listener listener = { note_problem, note_file,
						  &notes };

	REQUIRE(make_directories() &&
		tempdir_write_str(&dir, "etc/policy.d/a.json",
				  POLICY("{\"name\":\"a\",\"match\":"
					 "{\"namespace\":\"n\"}}")));
	policy_files_examine(&policy, NULL, 0, &listener);
	CHECK(policy.any_engine);
	CHECK_STR(notes.text, "unusable a.json");
}

static const struct tap_test tests[] = {
	TAP_TEST(without_the_directory_there_is_no_policy),
	TAP_TEST(files_are_read_in_the_order_of_their_names),
	TAP_TEST(each_problem_is_reported_and_the_first_is_the_error),
	TAP_TEST(an_untrusted_file_is_an_error_and_examined_anyway),
	TAP_TEST(what_is_no_file_is_an_error),
	TAP_TEST(there_are_64_files_and_no_more),
	TAP_TEST(a_file_has_1_mib_and_no_more),
	TAP_TEST(the_variable_names_the_only_file),
	TAP_TEST(operands_replace_the_installed_files),
	TAP_TEST(without_a_main_file_the_engine_is_unknown),
};

TAP_MAIN(tests)
