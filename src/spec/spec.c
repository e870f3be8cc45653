/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/spec.h"

#include <string.h>

#include "spec/find.h"
#include "json/keys.h"

#define KIND(kind) (1u << (kind))
#define LIST (KIND(JSON_ARRAY) | KIND(JSON_NULL))
#define OBJECT (KIND(JSON_OBJECT) | KIND(JSON_NULL))
#define STRING (KIND(JSON_STRING) | KIND(JSON_NULL))
#define BOOLEAN (KIND(JSON_TRUE) | KIND(JSON_FALSE) | KIND(JSON_NULL))
#define NUMBER KIND(JSON_NUMBER)
#define KEYS_MAX 24

struct reader {
	const struct json_doc *doc;
	struct spec *spec;
	enum runtime_dialect dialect;
	struct spec_namespace *entry; /* of linux.namespaces, being read */
	char *entry_path;
	struct err *err;
};

/* A name of the specification; `read` for those that count here. */
struct key {
	const char *name;
	unsigned int kinds;
	int (*read)(struct reader *reader, struct json_value value);
};

static int read_members(struct reader *reader, struct json_value object,
			const struct key *keys, size_t count);

/* The first of them; null, which comes before all, is told by itself. */
static const char *wanted_kind(unsigned int kinds)
{
	enum json_kind kind = JSON_FALSE;

	while (!(kinds & KIND(kind)))
		kind++;
	return json_kind_name(kind);
}

static int want(struct reader *reader, struct json_value value,
		unsigned int kinds)
{
	if (KIND(value.kind) & kinds)
		return 0;
	return json_err(reader->err, reader->doc, value.start,
			"must be %s, not %s", wanted_kind(kinds),
			json_kind_name(value.kind));
}

/*
 * crun 1.8 gives the string, cut at a NUL, to libcap, which takes any case,
 * numbers, and "CAP_KILL,foo"; runc wants exactly CAP_KILL.
 */
static int check_unknown_name(struct reader *reader, struct json_value value,
			      const char *name)
{
	if (reader->dialect != RUNTIME_CRUN || !capset_from_libcap(name))
		return 0;
	return json_err(
		reader->err, reader->doc, value.start,
		"capability '%s' is known to some runtimes under this spelling and not to others: write it as CAP_NAME",
		name);
}

static int read_name(struct reader *reader, struct json_value value,
		     capmask *mask)
{
	char *name CLEANUP_FREE = NULL;
	capmask known;
	size_t len;

	if (want(reader, value, STRING) < 0)
		return -1;
	if (value.kind == JSON_NULL)
		return 0;

	known = spec_capability(reader->doc, value);
	*mask |= known;
	if (known)
		return 0;
	if (json_string(reader->doc, value, &name, &len, reader->err) < 0)
		return -1;
	return check_unknown_name(reader, value, name);
}

static int read_set(struct reader *reader, struct json_value value,
		    enum capset_which which)
{
	struct json_iter iter = json_iterate(reader->doc, value);
	struct json_value element;

	while (json_next_element(&iter, &element))
		if (read_name(reader, element, &reader->spec->sets.set[which]) <
		    0)
			return -1;
	return 0;
}

#define READ_SET(name, which)                                                  \
	static int name(struct reader *reader, struct json_value value)        \
	{                                                                      \
		return read_set(reader, value, which);                         \
	}
READ_SET(read_effective, CAPSET_EFFECTIVE)
READ_SET(read_bounding, CAPSET_BOUNDING)
READ_SET(read_inheritable, CAPSET_INHERITABLE)
READ_SET(read_permitted, CAPSET_PERMITTED)
READ_SET(read_ambient, CAPSET_AMBIENT)

static int read_capabilities(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "effective", LIST, read_effective },
		{ "bounding", LIST, read_bounding },
		{ "inheritable", LIST, read_inheritable },
		{ "permitted", LIST, read_permitted },
		{ "ambient", LIST, read_ambient },
	};

	reader->spec->has_capabilities = true;
	reader->spec->capabilities = value;
	return read_members(reader, value, keys, ARRAY_LEN(keys));
}

/* 2^32-1 is "no change" to setuid(2). */
static int read_user_number(struct reader *reader, struct json_value value,
			    uint32_t *ret_number)
{
	if (json_is_u32(reader->doc, value, UINT32_MAX - 1, ret_number))
		return 0;
	return json_err(reader->err, reader->doc, value.start,
			"must be a whole number from 0 to %u in plain digits",
			UINT32_MAX - 1);
}

static int read_uid(struct reader *reader, struct json_value value)
{
	return read_user_number(reader, value, &reader->spec->uid);
}

static int read_gid(struct reader *reader, struct json_value value)
{
	return read_user_number(reader, value, &reader->spec->gid);
}

static int read_user(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "uid", NUMBER, read_uid }, { "gid", NUMBER, read_gid },
		{ "umask", 0, NULL },	     { "additionalGids", 0, NULL },
		{ "username", 0, NULL },
	};

	return read_members(reader, value, keys, ARRAY_LEN(keys));
}

static int read_no_new_privileges(struct reader *reader,
				  struct json_value value)
{
	reader->spec->no_new_privileges = value.kind == JSON_TRUE;
	return 0;
}

static int read_process(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "terminal", 0, NULL },
		{ "consoleSize", 0, NULL },
		{ "user", OBJECT, read_user },
		{ "args", 0, NULL },
		{ "commandLine", 0, NULL },
		{ "env", 0, NULL },
		{ "cwd", 0, NULL },
		{ "capabilities", OBJECT, read_capabilities },
		{ "rlimits", 0, NULL },
		{ "noNewPrivileges", BOOLEAN, read_no_new_privileges },
		{ "apparmorProfile", 0, NULL },
		{ "oomScoreAdj", 0, NULL },
		{ "scheduler", 0, NULL },
		{ "selinuxLabel", 0, NULL },
		{ "ioPriority", 0, NULL },
		{ "execCPUAffinity", 0, NULL },
	};

	reader->spec->has_process = true;
	return read_members(reader, value, keys, ARRAY_LEN(keys));
}

static struct spec_namespace *find_namespace(struct spec *spec,
					     const struct json_doc *doc,
					     struct json_value type)
{
	if (json_string_is(doc, type, "network"))
		return &spec->network;
	if (json_string_is(doc, type, "pid"))
		return &spec->pid;
	if (json_string_is(doc, type, "user"))
		return &spec->user;
	return NULL;
}

/* To readers in C a string ends at a NUL, to Go it does not. */
static int check_type(struct reader *reader, struct json_value value)
{
	char *type CLEANUP_FREE = NULL;
	size_t len;

	if (json_string(reader->doc, value, &type, &len, reader->err) < 0)
		return -1;
	if (strlen(type) == len)
		return 0;
	return json_err(
		reader->err, reader->doc, value.start,
		"a type with \\u0000 in it: readers differ on where it ends, take it out");
}

static int read_namespace_type(struct reader *reader, struct json_value value)
{
	if (check_type(reader, value) < 0)
		return -1;
	reader->entry = find_namespace(reader->spec, reader->doc, value);
	if (!reader->entry || !reader->entry->present)
		return 0;
	return json_err(
		reader->err, reader->doc, value.start,
		"a second namespace of this type: runtimes differ on which one counts, keep one");
}

/* An empty path is a new namespace to runc, and an error to crun. */
static int read_namespace_path(struct reader *reader, struct json_value value)
{
	size_t len;

	if (json_string_is(reader->doc, value, ""))
		return 0;
	return json_string(reader->doc, value, &reader->entry_path, &len,
			   reader->err);
}

static int read_entry(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "type", STRING, read_namespace_type },
		{ "path", STRING, read_namespace_path },
	};

	if (want(reader, value, KIND(JSON_OBJECT)) < 0)
		return -1;
	return read_members(reader, value, keys, ARRAY_LEN(keys));
}

static int read_namespace(struct reader *reader, struct json_value value)
{
	int status;

	reader->entry = NULL;
	status = read_entry(reader, value);
	if (status == 0 && reader->entry) {
		reader->entry->present = true;
		reader->entry->path = TAKE_PTR(reader->entry_path);
	}
	reader->spec->new_userns =
		reader->spec->user.present && !reader->spec->user.path;
	free(reader->entry_path);
	reader->entry_path = NULL;
	return status;
}

static int read_namespaces(struct reader *reader, struct json_value value)
{
	struct json_iter iter = json_iterate(reader->doc, value);
	struct json_value element;

	while (json_next_element(&iter, &element))
		if (read_namespace(reader, element) < 0)
			return -1;
	return 0;
}

static int read_linux(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "uidMappings", 0, NULL },
		{ "gidMappings", 0, NULL },
		{ "sysctl", 0, NULL },
		{ "resources", 0, NULL },
		{ "cgroupsPath", 0, NULL },
		{ "namespaces", LIST, read_namespaces },
		{ "devices", 0, NULL },
		{ "netDevices", 0, NULL },
		{ "seccomp", 0, NULL },
		{ "rootfsPropagation", 0, NULL },
		{ "maskedPaths", 0, NULL },
		{ "readonlyPaths", 0, NULL },
		{ "mountLabel", 0, NULL },
		{ "intelRdt", 0, NULL },
		{ "memoryPolicy", 0, NULL },
		{ "personality", 0, NULL },
		{ "timeOffsets", 0, NULL },
	};

	return read_members(reader, value, keys, ARRAY_LEN(keys));
}

/* Keys that differ only in case are legal here and distinct to everyone. */
static int read_annotations(struct reader *reader, struct json_value value)
{
	struct json_iter iter = json_iterate(reader->doc, value);
	struct json_member member;

	if (json_keys_check_unique(reader->doc, value, reader->err) < 0)
		return -1;
	while (json_next_member(&iter, &member))
		if (want(reader, member.value, STRING) < 0)
			return -1;
	return annotations_read(&reader->spec->annotations, reader->doc, value,
				reader->err);
}

static const struct key *find_key(const struct reader *reader,
				  struct json_value name,
				  const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (json_string_is(reader->doc, name, keys[i].name))
			return &keys[i];
	return NULL;
}

static int read_member(struct reader *reader, const struct json_member *member,
		       const struct key *key)
{
	struct json_value value = member->value;

	if (!(key->kinds & KIND(value.kind)))
		return json_err(
			reader->err, reader->doc, value.start,
			"'%s' must be %s, not %s: runtimes differ on what this means",
			key->name, wanted_kind(key->kinds),
			json_kind_name(value.kind));
	return value.kind == JSON_NULL ? 0 : key->read(reader, value);
}

static int check_keys(struct reader *reader, struct json_value object,
		      const struct key *keys, size_t count)
{
	const char *names[KEYS_MAX + 1] = { NULL };

	for (size_t i = 0; i < count && i < KEYS_MAX; i++)
		names[i] = keys[i].name;
	if (json_keys_check_names(reader->doc, object, names, reader->err) < 0)
		return -1;
	return json_keys_check_unique(reader->doc, object, reader->err);
}

static int read_members(struct reader *reader, struct json_value object,
			const struct key *keys, size_t count)
{
	struct json_iter iter = json_iterate(reader->doc, object);
	struct json_member member;

	if (check_keys(reader, object, keys, count) < 0)
		return -1;
	while (json_next_member(&iter, &member)) {
		const struct key *key =
			find_key(reader, member.key, keys, count);

		if (key && key->read && read_member(reader, &member, key) < 0)
			return -1;
	}
	return 0;
}

int spec_read(struct spec *ret_spec, const struct json_doc *doc,
	      enum runtime_dialect dialect, struct err *err)
{
	static const struct key keys[] = {
		{ "ociVersion", 0, NULL },
		{ "process", OBJECT, read_process },
		{ "root", 0, NULL },
		{ "hostname", 0, NULL },
		{ "domainname", 0, NULL },
		{ "mounts", 0, NULL },
		{ "hooks", 0, NULL },
		{ "annotations", OBJECT, read_annotations },
		{ "linux", OBJECT, read_linux },
		{ "solaris", 0, NULL },
		{ "windows", 0, NULL },
		{ "vm", 0, NULL },
		{ "zos", 0, NULL },
		{ "freebsd", 0, NULL },
	};
	struct json_value root = json_root(doc);
	struct reader reader = {
		.doc = doc, .spec = ret_spec, .dialect = dialect, .err = err
	};

	*ret_spec = (struct spec){ 0 };
	if (want(&reader, root, KIND(JSON_OBJECT)) < 0)
		return -1;
	return read_members(&reader, root, keys, ARRAY_LEN(keys));
}

void spec_free(struct spec *spec)
{
	free(spec->network.path);
	free(spec->pid.path);
	free(spec->user.path);
	annotations_free(&spec->annotations);
	*spec = (struct spec){ 0 };
}
