/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec_patch.h"

#include "session_properties.h"
#include "spec/spec.h"
#include "tap.h"
#include "testdata.h"

#define CHOWN ((capmask)1 << 0)
#define KILL ((capmask)1 << 5)
#define NBS ((capmask)1 << 10)
#define LISTS                                                                  \
	"\"bounding\":[\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"],"                \
	"\"effective\":[\"CAP_KILL\"],\"permitted\":[\"CAP_KILL\"]"
#define PROCESS(uid) "{\"user\":{\"uid\":" uid ",\"gid\":0},"
#define PLAIN(uid) PROCESS(uid) "\"capabilities\":{" LISTS "},\"args\":[]}"

static char rule_name[] = "web", container_id[] = "x";

/* A container of uid 1000 that may bind low ports. */
static struct record_about about_web(void)
{
	return (struct record_about){
		.id = container_id,
		.rule = rule_name,
		.uid = 1000,
		.wanted = NBS,
		.ambient = NBS,
		.exec = true,
	};
}

static int patch(const struct json_doc *doc, const struct record_about *about,
		 char **ret_text, size_t *ret_len, struct err *err)
{
	const struct own_limits limits = { .kernel = capset_known(),
					   .held = capset_known() };

	*err = (struct err){ 0 };
	return exec_patch(doc, about, &limits, RUNTIME_RUNC, ret_text, ret_len,
			  err);
}

/* NULL: unchanged. The caller frees. */
static char *patched(const char *text, const struct record_about *about)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	char *result = NULL;
	size_t len = 0;
	struct err err;

	if (!CHECK(patch(&data.doc, about, &result, &len, &err) == 0))
		printf("#   %s\n", err.text);
	CHECK(!result || strlen(result) == len);
	return result;
}

static void check_stays(const char *text, const struct record_about *about)
{
	char *result CLEANUP_FREE = patched(text, about);

	CHECK_STR(result, NULL);
}

/* Reads it like the process object of a config.json. */
static void check_process(const char *process, const struct capsets *sets,
			  bool no_new_privileges)
{
	struct spec spec CLEANUP_SPEC = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc = { .name = "config" };
	struct err err = { 0 };

	REQUIRE(asprintf(&text, "{\"process\":%s}", process) > 0);
	doc.text = text;
	doc.len = strlen(text);
	REQUIRE(json_check(&doc, &err) == 0);
	REQUIRE(spec_read(&spec, &doc, RUNTIME_CRUN, &err) == 0);
	for (int which = 0; which < CAPSET_COUNT; which++)
		if (!CHECK(spec.sets.set[which] == sets->set[which]))
			printf("#   %s: %s\n",
			       capset_key((enum capset_which)which), process);
	CHECK(spec.no_new_privileges == no_new_privileges);
}

static struct capsets raised(capmask bounding)
{
	return (struct capsets){ .set = {
					 [CAPSET_BOUNDING] = bounding,
					 [CAPSET_EFFECTIVE] = bounding,
					 [CAPSET_PERMITTED] = bounding,
					 [CAPSET_INHERITABLE] = NBS,
					 [CAPSET_AMBIENT] = NBS,
				 } };
}

static void the_containers_user_is_raised(void)
{
	const struct record_about about = about_web();
	char *text CLEANUP_FREE = patched(
		PROCESS("1000") "\"capabilities\":{"
				"\"bounding\":[\"CAP_NET_BIND_SERVICE\"]}}",
		&about);
	struct capsets want = raised(NBS);

	REQUIRE(text);
	check_process(text, &want, false);
	check_stays(text, &about);
}

static void only_what_the_session_is_bounded_by_is_raised(void)
{
	const struct record_about about = about_web();

	check_stays(PROCESS("1000") "\"capabilities\":{"
				    "\"bounding\":[\"CAP_KILL\"]}}",
		    &about);
	check_stays(PROCESS("1000") "\"capabilities\":{}}", &about);
}

static void another_user_is_not_raised(void)
{
	const struct record_about about = about_web();

	check_stays(PLAIN("1001"), &about);
	check_stays(PLAIN("0"), &about);
	check_stays("{\"user\":{}}", &about);
}

static void another_user_is_narrowed(void)
{
	struct record_about about = about_web();
	struct capsets want = { .set = { [CAPSET_BOUNDING] = NBS } };
	char *text CLEANUP_FREE = NULL;

	about.drop = KILL;
	about.no_new_privileges = true;
	text = patched(PLAIN("1001"), &about);
	REQUIRE(text);
	check_process(text, &want, true);
	check_stays(text, &about);
}

static void root_is_narrowed_only_where_the_container_is_roots(void)
{
	struct record_about about = about_web();
	struct capsets want = { .set = { [CAPSET_BOUNDING] = NBS } };
	char *text CLEANUP_FREE = NULL;

	about.drop = KILL;
	about.no_new_privileges = true;
	check_stays(PLAIN("0"), &about);
	about.wanted = 0;
	about.uid = 0;
	text = patched(PLAIN("0"), &about);
	REQUIRE(text);
	check_process(text, &want, true);
}

/* What every runtime takes for user 0 if the container is user 0's. */
static void without_a_user_it_is_the_containers_or_roots(void)
{
	struct record_about about = about_web();
	struct capsets want = { .set = { [CAPSET_BOUNDING] = NBS } };
	char *text CLEANUP_FREE = NULL;

	about.drop = KILL;
	about.wanted = 0;
	about.uid = 0;
	text = patched("{\"user\":null,\"capabilities\":{" LISTS "}}", &about);
	REQUIRE(text);
	check_process(text, &want, false);
}

static void drop_others_leaves_what_the_rule_was_for(void)
{
	struct record_about about = about_web();
	struct capsets want = raised(NBS);
	char *text CLEANUP_FREE = NULL, *other CLEANUP_FREE = NULL;

	about.drop_others = true;
	text = patched(PLAIN("1000"), &about);
	REQUIRE(text);
	check_process(text, &want, false);
	want = (struct capsets){ .set = { [CAPSET_BOUNDING] = NBS } };
	other = patched(PLAIN("1001"), &about);
	REQUIRE(other);
	check_process(other, &want, false);
}

static void no_new_privileges_alone_changes_nothing_else(void)
{
	struct record_about about = about_web();
	char *text CLEANUP_FREE = NULL;

	about.wanted = 0;
	about.no_new_privileges = true;
	text = patched(PROCESS("1000") "\"noNewPrivileges\" : false }", &about);
	CHECK_STR(text, PROCESS("1000") "\"noNewPrivileges\" : true }");
	check_stays(PROCESS("1000") "\"noNewPrivileges\":true}", &about);
}

static void bytes_around_the_object_stay(void)
{
	struct record_about about = about_web();
	char *text CLEANUP_FREE = NULL;

	about.wanted = 0;
	about.no_new_privileges = true;
	text = patched(" \n" PROCESS("1000") "\"x\":1e0}\t\r\n", &about);
	CHECK_STR(text,
		  " \n" PROCESS("1000") "\"x\":1e0,"
					"\"noNewPrivileges\":true}\t\r\n");
}

static const char *const refused[] = {
	"",
	"null",
	"[]",
	"\"x\"",
	"{",
	"{}}",
	"{} {}",
	"{},\"process\":{}",
	"},{",
	"{\"user\":{\"uid\":1000,\"uid\":0}}",
	"{\"user\":{\"uid\":1000},\"User\":{\"uid\":0}}",
	"{\"user\":{\"uid\":\"1000\"}}",
	"{\"user\":{\"uid\":-1}}",
	"{\"user\":{\"uid\":1000},\"capabilities\":[]}",
	"{\"user\":{\"uid\":1000},\"Capabilities\":{}}",
	"{\"user\":{\"uid\":1000},\"noNewPrivileges\":1}",
	"{\"a\":\"\xff\"}",
	"{\"capabilities\":{}}",
	"{\"user\":null,\"capabilities\":{}}",
};

static void what_could_be_read_differently_is_refused(void)
{
	struct record_about about = about_web();

	about.no_new_privileges = true;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct testdata data CLEANUP_TESTDATA = testdata_of(refused[i]);
		char *text CLEANUP_FREE = NULL;
		struct err err;
		size_t len;

		if (!CHECK(patch(&data.doc, &about, &text, &len, &err) == -1))
			printf("#   taken: %s\n", refused[i]);
		CHECK(!text);
		CHECK_HAS(err.text, "'t'");
	}
}

static size_t fixtures_changed;

static void check_fixture(const char *path, const struct json_doc *doc)
{
	static const uint32_t uids[] = { 0, 1000, 4711 };
	const struct own_limits limits = { .kernel = capset_known(),
					   .held = capset_known() };

	for (unsigned int i = 0; i < ARRAY_LEN(uids) * 4; i++) {
		struct record_about about = about_web();
		bool changed;

		about.uid = uids[i / 4];
		about.drop_others = i & 1;
		about.no_new_privileges = i & 2;
		if (!CHECK(!session_broken(doc, &about, &limits, RUNTIME_RUNC,
					   &changed)))
			printf("#   %s, %u\n", path, i);
		fixtures_changed += changed;
	}
}

static void of_engines_files_only_the_sets_change(void)
{
	CHECK(testdata_each("fixtures", "exec-process.json", check_fixture) >=
	      8);
	CHECK(fixtures_changed > 50);
	printf("# %zu changed\n", fixtures_changed);
}

static void what_runs_out_of_permitted_capabilities_is_not_raised(void)
{
	const struct record_about about = about_web();
	const struct own_limits limits = { .kernel = capset_known(),
					   .held = KILL };
	struct testdata data CLEANUP_TESTDATA = testdata_of(PLAIN("1000"));
	char *text CLEANUP_FREE = NULL;
	struct err err = { 0 };
	size_t len;

	CHECK(exec_patch(&data.doc, &about, &limits, RUNTIME_RUNC, &text, &len,
			 &err) == 0);
	CHECK(!text || !strstr(text, "ambient"));
}

static const struct tap_test tests[] = {
	TAP_TEST(the_containers_user_is_raised),
	TAP_TEST(only_what_the_session_is_bounded_by_is_raised),
	TAP_TEST(another_user_is_not_raised),
	TAP_TEST(another_user_is_narrowed),
	TAP_TEST(root_is_narrowed_only_where_the_container_is_roots),
	TAP_TEST(without_a_user_it_is_the_containers_or_roots),
	TAP_TEST(drop_others_leaves_what_the_rule_was_for),
	TAP_TEST(no_new_privileges_alone_changes_nothing_else),
	TAP_TEST(bytes_around_the_object_stay),
	TAP_TEST(what_could_be_read_differently_is_refused),
	TAP_TEST(of_engines_files_only_the_sets_change),
	TAP_TEST(what_runs_out_of_permitted_capabilities_is_not_raised),
};

TAP_MAIN(tests)
