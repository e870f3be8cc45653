/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec_read() on real texts: those that engines wrote, and those of
 * capabilities.json with the results of real runtimes.
 */
#include "config.h"

#include <json.h>

#include "spec/spec.h"
#include "tap.h"
#include "testdata.h"

/* The bounding set of the machine on which the runtimes were run. */
#define MACHINE UINT64_C(0x1fffeffffff)

/* What process 1 had. */
struct seen {
	bool started;
	uint32_t uid;
	capmask i, p, e, b, a;
};

static struct seen seen_of(struct json_object *result)
{
	const char *text =
		json_object_get_string(json_object_array_get_idx(result, 0));
	unsigned long long i, p, e, b, a;
	struct seen seen = { false };

	if (sscanf(text, "uid=%u I=%llx P=%llx E=%llx B=%llx A=%llx", &seen.uid,
		   &i, &p, &e, &b, &a) == 6)
		seen = (struct seen){ true, seen.uid, i, p, e, b, a };
	return seen;
}

/* Whether the text, as it was read, gives this result. */
static bool explains(const struct spec *spec, const struct seen *seen)
{
	const capmask *set = spec->sets.set;
	capmask b = set[CAPSET_BOUNDING] & MACHINE;
	capmask i = set[CAPSET_INHERITABLE] & MACHINE;
	capmask a = set[CAPSET_AMBIENT] & i & set[CAPSET_PERMITTED] & b;
	/* capabilities(7): what execve() makes of them. */
	capmask p = seen->uid ? a : b | i;

	if (seen->uid != spec->uid)
		return false;
	/* Without the object, versions of a runtime differ: not compared. */
	return !spec->has_capabilities ||
	       (seen->b == b && seen->i == i && seen->a == a && seen->p == p &&
		seen->e == p);
}

/* The lone surrogate is a byte of 0xff; json-c reads it as U+FFFD. */
static struct testdata config_of(struct json_object *object)
{
	static const char replacement[] = "\xef\xbf\xbd";
	struct testdata data =
		testdata_copy("t", json_object_get_string(object),
			      (size_t)json_object_get_string_len(object));
	char *at = memmem(data.owned, data.doc.len, replacement, 3);

	if (at) {
		*at = '\xff';
		memmove(at + 1, at + 3,
			(size_t)(data.owned + data.doc.len - (at + 3)));
		data.doc.len -= 2;
	}
	return data;
}

static bool is_accepted(const struct json_doc *doc,
			enum runtime_dialect dialect, struct spec *ret_spec)
{
	struct err err;

	return json_check(doc, &err) == 0 &&
	       spec_read(ret_spec, doc, dialect, &err) == 0;
}

static bool is_strict_beyond_need(const char *name)
{
	return strcmp(name, "SYN uid null") == 0 ||
	       strcmp(name, "DUP \"AMBIENT\":[KILL] then \"ambient\":[NBS]") ==
		       0;
}

struct tally {
	size_t cases, accepted[2], explained;
};

/* Under `dialect`; true if a runtime of this dialect started. */
static bool check_dialect(const char *name, const struct json_doc *doc,
			  struct json_object *results,
			  enum runtime_dialect dialect, struct tally *tally)
{
	struct spec spec CLEANUP_SPEC = { 0 };
	bool accepted = is_accepted(doc, dialect, &spec), started = false;

	tally->accepted[dialect] += accepted;
	json_object_object_foreach(results, runtime, result)
	{
		struct seen seen = seen_of(result);

		if (runtime_args_dialect(runtime) != dialect || !seen.started)
			continue;
		started = true;
		tally->explained += accepted;
		if (accepted && !CHECK(explains(&spec, &seen)))
			printf("#   %s, %s\n", name, runtime);
	}
	return started && !accepted;
}

static bool all_agree(struct json_object *results)
{
	const char *first = NULL;

	json_object_object_foreach(results, runtime, result)
	{
		const char *text = json_object_get_string(
			json_object_array_get_idx(result, 0));

		(void)runtime;
		if (first && strcmp(first, text) != 0)
			return false;
		first = text;
	}
	return true;
}

static void check_case(const char *name, struct json_object *object,
		       struct tally *tally)
{
	struct json_object *results = json_object_object_get(object, "result");
	struct testdata data CLEANUP_TESTDATA =
		config_of(json_object_object_get(object, "config"));
	bool refused;

	tally->cases++;
	refused = check_dialect(name, &data.doc, results, RUNTIME_RUNC, tally);
	refused |= check_dialect(name, &data.doc, results, RUNTIME_CRUN, tally);
	/* A text that all runtimes read alike is not refused. */
	if (refused && all_agree(results) &&
	    !CHECK(is_strict_beyond_need(name)))
		printf("#   %s\n", name);
}

static void what_is_accepted_is_what_every_runtime_makes_of_it(void)
{
	char *path CLEANUP_FREE = testdata_path("capabilities.json");
	struct json_object *cases = json_object_from_file(path);
	struct tally tally = { 0 };

	REQUIRE(cases);
	json_object_object_foreach(cases, name, object)
	{
		if (json_object_object_get(object, "config"))
			check_case(name, object, &tally);
	}
	json_object_put(cases);
	/* One case is too large for the file: see the next test. */
	CHECK_U64(tally.cases, 67);
	CHECK_U64(tally.accepted[RUNTIME_RUNC], 38);
	CHECK_U64(tally.accepted[RUNTIME_CRUN], 30);
	CHECK(tally.explained > 100);
}

static void a_text_nested_too_deep_for_runc_alone_is_refused(void)
{
	enum { DEPTH = 10000 };
	char *text CLEANUP_FREE = malloc(2 * DEPTH + 16);
	struct json_doc doc = { .name = "t",
				.text = text,
				.len = 2 * DEPTH + 6 };
	struct err err;

	memcpy(text, "{\"x\":", 5);
	memset(text + 5, '[', DEPTH);
	memset(text + 5 + DEPTH, ']', DEPTH);
	text[5 + 2 * DEPTH] = '}';
	CHECK(json_check(&doc, &err) == -1);
	CHECK_STR(err.text, "'t':1:517: not valid JSON: nested too deep");
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

static capmask set_of(struct json_object *list)
{
	capmask mask = 0;
	size_t count = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++)
		mask |= capset_from_libcap(json_object_get_string(
			json_object_array_get_idx(list, i)));
	return mask;
}

/* Compares with json-c. */
static void check_fixture_under(const struct json_doc *doc,
				struct json_object *root,
				enum runtime_dialect dialect)
{
	struct json_object *process = member(root, "process");
	struct json_object *capabilities = member(process, "capabilities");
	struct json_object *user = member(process, "user");
	struct spec spec CLEANUP_SPEC = { 0 };

	REQUIRE(is_accepted(doc, dialect, &spec));
	CHECK(spec.has_process);
	CHECK(spec.has_capabilities == (capabilities != NULL));
	CHECK_U64(spec.uid,
		  (uint64_t)json_object_get_int64(member(user, "uid")));
	CHECK_U64(spec.gid,
		  (uint64_t)json_object_get_int64(member(user, "gid")));
	CHECK(spec.no_new_privileges ==
	      json_object_get_boolean(member(process, "noNewPrivileges")));
	for (int which = 0; which < CAPSET_COUNT; which++)
		CHECK_U64(spec.sets.set[which],
			  set_of(member(capabilities,
					capset_key((enum capset_which)which))));
}

static size_t non_root;

static void check_fixture(const char *path, const struct json_doc *doc)
{
	struct json_object *root = json_object_from_file(path);
	struct spec spec CLEANUP_SPEC = { 0 };

	REQUIRE(root);
	check_fixture_under(doc, root, RUNTIME_RUNC);
	check_fixture_under(doc, root, RUNTIME_CRUN);
	json_object_put(root);
	non_root += is_accepted(doc, RUNTIME_RUNC, &spec) && spec.uid;
	CHECK(spec.new_userns == (strstr(path, "uidmap") != NULL));
	if (tap_failed)
		printf("#   %s\n", path);
}

static void all_that_engines_wrote_is_accepted_and_read_right(void)
{
	non_root = 0;
	CHECK_U64(testdata_each("fixtures", "config.json", check_fixture), 37);
	CHECK(non_root > 15);
}

static const struct tap_test tests[] = {
	TAP_TEST(what_is_accepted_is_what_every_runtime_makes_of_it),
	TAP_TEST(a_text_nested_too_deep_for_runc_alone_is_refused),
	TAP_TEST(all_that_engines_wrote_is_accepted_and_read_right),
};

TAP_MAIN(tests)
