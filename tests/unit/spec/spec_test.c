/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/spec.h"

#include <ctype.h>
#include <stdarg.h>

#include "tap.h"
#include "testdata.h"

/* Objects whose keys are checked; "%s" is replaced by members. */
static const char *const objects[] = {
	"{\"process\":{\"user\":{\"uid\":1,\"gid\":1}},%s}",
	"{\"process\":{\"user\":{\"uid\":1,\"gid\":1},%s}}",
	"{\"process\":{\"user\":{\"uid\":1,\"gid\":1,%s}}}",
	"{\"process\":{\"capabilities\":{\"bounding\":[],%s}}}",
	"{\"linux\":{\"sysctl\":{},%s}}",
	"{\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"user\",%s}]}}",
};
/* Its keys are chosen by the engine. */
static const char annotations[] = "{\"annotations\":{\"x\":\"y\",%s}}";

__attribute__((format(printf, 1, 2))) static char *format(const char *how, ...)
{
	char *text;
	va_list args;

	va_start(args, how);
	if (vasprintf(&text, how, args) < 0)
		abort();
	va_end(args);
	return text;
}

static char *put_in(const char *object, const char *members)
{
	const char *gap = strstr(object, "%s");

	return format("%.*s%s%s", (int)(gap - object), object, members,
		      gap + 2);
}

/* The error of a text that is valid JSON; "" for none. */
static struct err problem_of(const char *text, enum runtime_dialect dialect)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct err err = { 0 };
	struct spec spec CLEANUP_SPEC = { 0 };
	int status;

	if (!CHECK(json_check(&data.doc, &err) == 0))
		return err;
	status = spec_read(&spec, &data.doc, dialect, &err);
	CHECK(status == (err.text[0] ? -1 : 0));
	return err;
}

static void check_text(const char *text, const char *part)
{
	static const enum runtime_dialect dialects[] = { RUNTIME_RUNC,
							 RUNTIME_CRUN };

	for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
		struct err err = problem_of(text, dialects[i]);
		bool fits = part ? strstr(err.text, part) != NULL
				 : err.text[0] == '\0';

		if (!CHECK(fits))
			printf("#   %s: %s\n", text, err.text);
	}
}

/* Under both dialects; `part` of the message, or NULL: no error. */
static void check_members(const char *object, const char *members,
			  const char *part)
{
	char *text CLEANUP_FREE = put_in(object, members);

	check_text(text, part);
}

static void a_key_stands_once(void)
{
	static const struct {
		const char *members, *part;
	} cases[] = {
		{ "\"foo\":\"1\",\"bar\":\"1\"", NULL },
		{ "\"foo\":\"1\",\"FOO\":\"1\"", NULL },
		{ "\"foo\":\"1\",\"foo\":\"1\"", "duplicate key 'foo'" },
		{ "\"foo\":\"1\",\"f\\u006fo\":\"1\"", "duplicate key 'foo'" },
		{ "\"\\u0066oo\":\"1\",\"f\\u006fo\":\"1\"",
		  "duplicate key 'foo'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t j = 0; j < ARRAY_LEN(objects); j++)
			check_members(objects[j], cases[i].members,
				      cases[i].part);
		check_members(annotations, cases[i].members, cases[i].part);
	}
	/* Keys of these objects are not read. */
	check_text("{\"root\":{\"a\":1,\"a\":2},\"x\":[{\"a\":1,\"a\":2}]}",
		   NULL);
	check_text("{\"process\":{\"rlimits\":[{\"a\":1,\"a\":2}]}}", NULL);
}

static void a_known_key_stands_once(void)
{
	static const char *const texts[] = {
		"{\"process\":{},\"process\":{}}",
		"{\"process\":{},\"\\u0070rocess\":null}",
		"{\"linux\":{},\"linux\":{}}",
		"{\"process\":{\"user\":{},\"user\":{\"uid\":0}}}",
		"{\"process\":{\"user\":{\"uid\":1,\"uid\":0}}}",
		"{\"process\":{\"capabilities\":{},\"capabilities\":{}}}",
		"{\"process\":{\"capabilities\":{\"ambient\":[],\"ambient\":[]}}}",
		"{\"process\":{\"noNewPrivileges\":true,\"noNewPrivileges\":false}}",
		"{\"linux\":{\"namespaces\":[],\"namespaces\":[{\"type\":\"user\"}]}}",
		"{\"linux\":{\"namespaces\":[{\"type\":\"pid\",\"type\":\"user\"}]}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_text(texts[i], "duplicate key '");
}

/* From the OCI runtime specification 1.3, in the order of `objects`. */
static const char *const oci_names[][18] = {
	{ "ociVersion", "root", "hostname", "domainname", "mounts", "hooks",
	  "annotations", "linux", "solaris", "windows", "vm", "zos", "freebsd",
	  "process" },
	{ "terminal", "consoleSize", "args", "commandLine", "env", "cwd",
	  "capabilities", "rlimits", "noNewPrivileges", "apparmorProfile",
	  "oomScoreAdj", "scheduler", "selinuxLabel", "ioPriority",
	  "execCPUAffinity", "user" },
	{ "umask", "additionalGids", "username", "uid", "gid" },
	{ "effective", "inheritable", "permitted", "ambient", "bounding" },
	{ "uidMappings", "gidMappings", "resources", "cgroupsPath",
	  "namespaces", "devices", "netDevices", "seccomp", "rootfsPropagation",
	  "maskedPaths", "readonlyPaths", "mountLabel", "intelRdt",
	  "memoryPolicy", "personality", "timeOffsets", "sysctl" },
	{ "path", "type" },
};

/* Another spelling that some reader accepts; NULL: none of this kind. */
static char *other_spelling(const char *name, size_t way)
{
	char *letter;
	char *copy CLEANUP_FREE = strdup(name);

	if (way == 0) {
		for (char *at = copy; *at; at++)
			*at = (char)toupper((unsigned char)*at);
		return strdup(copy);
	}
	if (way == 1) {
		copy[0] = (char)(copy[0] ^ 0x20);
		return strdup(copy);
	}
	letter = strpbrk(copy, way == 2 ? "sS" : "kK");
	if (!letter)
		/* cppcheck-suppress memleak */
		return NULL;
	*letter = '\0';
	return format("%s%s%s", copy, way == 2 ? "\xc5\xbf" : "\xe2\x84\xaa",
		      letter + 1);
}

static void check_spellings(const char *object, const char *name)
{
	for (size_t way = 0; way < 4; way++) {
		char *other CLEANUP_FREE = other_spelling(name, way);
		char *members CLEANUP_FREE = NULL;

		if (!other)
			continue;
		members = format("\"%s\":null", other);
		check_members(object, members, "to some readers");
		check_members(annotations, "\"a\":null", NULL);
	}
}

static void a_key_is_spelled_exactly_or_is_not_the_specifications(void)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		for (size_t j = 0; j < 18 && oci_names[i][j]; j++)
			check_spellings(objects[i], oci_names[i][j]);
		check_members(objects[i], "\"x-foo\":null,\"pRoceS\":1", NULL);
	}
	check_members(annotations, "\"UID\":\"1\",\"uid\":\"1\"", NULL);
	check_members(annotations, "\"X\":\"1\",\"Process\":\"1\"", NULL);
}

static void a_nul_is_in_no_key(void)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		check_members(objects[i], "\"x\\u0000\":1",
			      "a key contains \\u0000");
		check_members(objects[i], "\"\\u0000\":1",
			      "a key contains \\u0000");
		check_members(objects[i], "\"\\\\u0000\":1", NULL);
	}
	check_text("{\"process\":{\"user\":{\"uid\\u0000\":0}}}",
		   "a key contains \\u0000");
	check_members(annotations, "\"a\\u0000\":\"1\"", NULL);
}

static void ids_are_spelled_in_plain_digits(void)
{
	static const struct {
		const char *value;
		bool good;
	} values[] = {
		{ "0", true },		 { "1000", true },
		{ "4294967294", true },	 { "4294967295", false },
		{ "4294968296", false }, { "18446744073709551616", false },
		{ "-0", false },	 { "-1", false },
		{ "1.0", false },	 { "1000.0", false },
		{ "1e3", false },	 { "\"1000\"", false },
		{ "null", false },	 { "true", false },
		{ "[]", false },	 { "{}", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		char *uid CLEANUP_FREE =
			format("{\"process\":{\"user\":{\"uid\":%s}}}",
			       values[i].value);
		char *gid CLEANUP_FREE =
			format("{\"process\":{\"user\":{\"gid\":%s}}}",
			       values[i].value);

		check_text(uid, values[i].good ? NULL : "'t':1:27: ");
		check_text(gid, values[i].good ? NULL : "'t':1:27: ");
	}
}

static void members_that_are_read_have_the_specifications_type(void)
{
	static const struct {
		const char *value;
		char kind;
		const char *wrong;
	} values[] = {
		{ "null", 'n', ", not null" },
		{ "false", 'b', ", not a boolean" },
		{ "true", 'b', ", not a boolean" },
		{ "7", '7', ", not a number" },
		{ "\"s\"", 's', ", not a string" },
		{ "[]", 'l', ", not a list" },
		{ "{}", 'o', ", not an object" },
	};
	static const struct {
		const char *text, *kinds;
	} members[] = {
		{ "%s", "o" },
		{ "{\"process\":%s}", "on" },
		{ "{\"process\":{\"user\":%s}}", "on" },
		{ "{\"process\":{\"user\":{\"uid\":%s}}}", "7" },
		{ "{\"process\":{\"user\":{\"gid\":%s}}}", "7" },
		{ "{\"process\":{\"capabilities\":%s}}", "on" },
		{ "{\"process\":{\"capabilities\":{\"effective\":%s}}}", "ln" },
		{ "{\"process\":{\"capabilities\":{\"bounding\":%s}}}", "ln" },
		{ "{\"process\":{\"capabilities\":{\"inheritable\":%s}}}",
		  "ln" },
		{ "{\"process\":{\"capabilities\":{\"permitted\":%s}}}", "ln" },
		{ "{\"process\":{\"capabilities\":{\"ambient\":%s}}}", "ln" },
		{ "{\"process\":{\"capabilities\":{\"ambient\":[\"\",%s]}}}",
		  "sn" },
		{ "{\"process\":{\"noNewPrivileges\":%s}}", "bn" },
		{ "{\"linux\":%s}", "on" },
		{ "{\"linux\":{\"namespaces\":%s}}", "ln" },
		{ "{\"linux\":{\"namespaces\":[%s]}}", "o" },
		{ "{\"linux\":{\"namespaces\":[{\"type\":%s}]}}", "sn" },
		{ "{\"linux\":{\"namespaces\":[{\"path\":%s}]}}", "sn" },
		{ "{\"annotations\":%s}", "on" },
		{ "{\"annotations\":{\"a\":%s}}", "sn" },
		{ "{\"x\":%s}", "nb7slo" },
		{ "{\"root\":%s}", "nb7slo" },
		{ "{\"process\":{\"env\":%s}}", "nb7slo" },
		{ "{\"process\":{\"user\":{\"umask\":%s}}}", "nb7slo" },
		{ "{\"linux\":{\"resources\":%s}}", "nb7slo" },
	};

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		for (size_t j = 0; j < ARRAY_LEN(values); j++)
			check_members(members[i].text, values[j].value,
				      strchr(members[i].kinds, values[j].kind)
					      ? NULL
					      : values[j].wrong);
}

static void names_that_libcap_alone_knows_are_refused_under_crun(void)
{
	static const struct {
		const char *name;
		bool crun_differs;
	} names[] = {
		{ "CAP_KILL", false },
		{ "CAP_K\\u0049LL", false },
		{ "KILL", false },
		{ "CAP_NO_SUCH", false },
		{ "", false },
		{ "63", false },
		{ "cap_kill", true },
		{ "Cap_Kill", true },
		{ "CAP_KILL,foo", true },
		{ "CAP_KILL\\n", true },
		{ "CAP_KILL=", true },
		{ "CAP_KILL+ep", true },
		{ "cap_kill,", true },
		{ "5", true },
		{ "40", true },
		{ "CAP_KILL\\u0000", true },
		{ "5\\u0000x", true },
		{ "\\u0063ap_kill", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (int which = 0; which < CAPSET_COUNT; which++) {
			char *text CLEANUP_FREE = format(
				"{\"process\":{\"capabilities\":{\"%s\":[\"%s\"]}}}",
				capset_key((enum capset_which)which),
				names[i].name);
			struct err runc = problem_of(text, RUNTIME_RUNC);
			struct err crun = problem_of(text, RUNTIME_CRUN);

			CHECK_STR(runc.text, "");
			if (!CHECK((crun.text[0] != '\0') ==
				   names[i].crun_differs))
				printf("#   %s\n", text);
		}
	}
}

static void a_nul_is_in_no_namespaces_type(void)
{
	static const char *const types[] = { "user\\u0000", "network\\u0000x",
					     "\\u0000user", "uts\\u0000" };

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		char *text CLEANUP_FREE = format(
			"{\"linux\":{\"namespaces\":[{\"type\":\"%s\"}]}}",
			types[i]);

		check_text(text, "'t':1:33: 'type' must not contain \\u0000");
	}
}

static void a_message_names_the_place_and_the_way_out(void)
{
	check_text(
		"{\"process\":\n{\"user\":{\"UID\":1}}}",
		"'t':2:10: key 'UID' is 'uid' to some readers and unknown to others: write 'uid'");
	check_text("{\"process\":{\"capabilities\":[]}}",
		   "'t':1:28: 'capabilities' must be an object, not a list");
	check_text(
		"{\"process\":{\"user\":{\"uid\":-1}}}",
		"'t':1:27: 'uid' must be a whole number from 0 to 4294967294 in plain digits");
	check_text(" []", "'t':1:2: expected an object, not a list");
	check_text("{\"linux\":{\"namespaces\":[{\"type\":1}]}}",
		   "'t':1:33: 'type' must be a string, not a number");
	CHECK_STR(
		problem_of(
			"{\"process\":{\"capabilities\":{\"ambient\":[\"cap_kill\"]}}}",
			RUNTIME_CRUN)
			.text,
		"'t':1:40: capability 'cap_kill' is known to some runtimes under this spelling and not to others: write it as CAP_KILL (in a pod's capabilities.add without CAP_)");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_key_stands_once),
	TAP_TEST(a_known_key_stands_once),
	TAP_TEST(a_key_is_spelled_exactly_or_is_not_the_specifications),
	TAP_TEST(a_nul_is_in_no_key),
	TAP_TEST(ids_are_spelled_in_plain_digits),
	TAP_TEST(members_that_are_read_have_the_specifications_type),
	TAP_TEST(names_that_libcap_alone_knows_are_refused_under_crun),
	TAP_TEST(a_nul_is_in_no_namespaces_type),
	TAP_TEST(a_message_names_the_place_and_the_way_out),
};

TAP_MAIN(tests)
