/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "spec/spec.h"

#include <string.h>

#include "json/keys.h"
#include "json/read.h"

#define LIST (JSON_ARRAY | JSON_NULL)
#define OBJECT (JSON_OBJECT | JSON_NULL)
#define STRING (JSON_STRING | JSON_NULL)
#define BOOLEAN (JSON_BOOLEAN | JSON_NULL)
#define KEYS_MAX 24
/* A name of 32 characters, each an escape; the longest has 22. */
#define ESCAPED_NAME_MAX (32 * 6)

/* The keys of the specification that capruntime does not read. */
static const char *const process_names[] = { "terminal",
					     "consoleSize",
					     "args",
					     "commandLine",
					     "env",
					     "cwd",
					     "rlimits",
					     "apparmorProfile",
					     "oomScoreAdj",
					     "scheduler",
					     "selinuxLabel",
					     "ioPriority",
					     "execCPUAffinity",
					     NULL };

static const char *const linux_names[] = { "uidMappings",
					   "gidMappings",
					   "sysctl",
					   "resources",
					   "cgroupsPath",
					   "devices",
					   "netDevices",
					   "seccomp",
					   "rootfsPropagation",
					   "maskedPaths",
					   "readonlyPaths",
					   "mountLabel",
					   "intelRdt",
					   "memoryPolicy",
					   "personality",
					   "timeOffsets",
					   NULL };

static const char *const config_names[] = { "ociVersion", "root",    "hostname",
					    "domainname", "mounts",  "hooks",
					    "solaris",	  "windows", "vm",
					    "zos",	  "freebsd", NULL };

bool spec_find_process(const struct json_doc *doc,
		       struct json_value *ret_process)
{
	return json_find(doc, json_root(doc), "process", ret_process) &&
	       ret_process->kind == JSON_OBJECT;
}

bool spec_find(const struct json_doc *doc, const char *key,
	       struct json_value *ret_value)
{
	struct json_value process;

	return spec_find_process(doc, &process) &&
	       json_find(doc, process, key, ret_value);
}

capmask spec_capability(const struct json_doc *doc, struct json_value name)
{
	char decoded[ESCAPED_NAME_MAX];
	size_t len = name.end - name.start - 2;

	if (name.kind != JSON_STRING)
		return 0;
	if (!name.escapes)
		return capset_from_exact(doc->text + name.start + 1, len);
	if (len > sizeof(decoded))
		return 0;
	return capset_from_exact(decoded, json_decode(doc, name, decoded));
}

struct reader {
	struct json_reader json;
	struct spec *spec;
	enum runtime_dialect dialect;
};

/* A member that capruntime reads. */
struct key {
	const char *name;
	unsigned int kinds;
	int (*read)(struct reader *reader, struct json_value value);
};

/* `others`: the specification's other keys, ended by NULL. */
static int read_members(struct reader *reader, struct json_value object,
			const struct key *keys, size_t count,
			const char *const others[]);

/*
 * crun 1.8 passes the string, cut at a NUL, to libcap, which accepts any case,
 * numbers, and "CAP_KILL,foo"; runc accepts only CAP_KILL.
 */
static int check_unknown_name(struct reader *reader, struct json_value value,
			      const char *name)
{
	capmask meant = capset_from_libcap(name);

	if (reader->dialect != RUNTIME_CRUN || !meant)
		return 0;
	return json_fail(
		&reader->json, value.start,
		"capability '%s' is known to some runtimes under this spelling and not to others: write it as CAP_%s (in a pod's capabilities.add without CAP_)",
		name, capset_bare_name(meant));
}

static int read_capability_name(struct reader *reader, struct json_value value,
				capmask *mask)
{
	char *name CLEANUP_FREE = NULL;
	capmask known;
	size_t len;

	if (json_want(&reader->json, NULL, value, STRING) < 0)
		return -1;
	if (value.kind == JSON_NULL)
		return 0;

	known = spec_capability(reader->json.doc, value);
	*mask |= known;
	if (known)
		return 0;
	if (json_string(reader->json.doc, value, &name, &len,
			reader->json.err) < 0)
		return -1;
	return check_unknown_name(reader, value, name);
}

static int read_set(struct reader *reader, struct json_value value,
		    enum capset_which which)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	struct json_value element;

	while (json_next_element(&iter, &element))
		if (read_capability_name(reader, element,
					 &reader->spec->sets.set[which]) < 0)
			return -1;
	return 0;
}

#define READ_SET(name, which)                                                  \
	static int name(struct reader *reader, struct json_value value)        \
	{                                                                      \
		return read_set(reader, value, which);                         \
	}
READ_SET(read_effective_set, CAPSET_EFFECTIVE)
READ_SET(read_bounding_set, CAPSET_BOUNDING)
READ_SET(read_inheritable_set, CAPSET_INHERITABLE)
READ_SET(read_permitted_set, CAPSET_PERMITTED)
READ_SET(read_ambient_set, CAPSET_AMBIENT)

static int read_capabilities(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "effective", LIST, read_effective_set },
		{ "bounding", LIST, read_bounding_set },
		{ "inheritable", LIST, read_inheritable_set },
		{ "permitted", LIST, read_permitted_set },
		{ "ambient", LIST, read_ambient_set },
	};

	reader->spec->has_capabilities = true;
	reader->spec->capabilities = value;
	return read_members(reader, value, keys, ARRAY_LEN(keys), NULL);
}

/* 2^32-1 means "no change" to setuid(2). */
static int read_uid(struct reader *reader, struct json_value value)
{
	return json_u32(&reader->json, "uid", value, UINT32_MAX - 1,
			&reader->spec->uid);
}

static int read_gid(struct reader *reader, struct json_value value)
{
	return json_u32(&reader->json, "gid", value, UINT32_MAX - 1,
			&reader->spec->gid);
}

static int read_user(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "uid", JSON_NUMBER, read_uid },
		{ "gid", JSON_NUMBER, read_gid },
	};
	static const char *const others[] = { "umask", "additionalGids",
					      "username", NULL };

	reader->spec->has_user = true;
	return read_members(reader, value, keys, ARRAY_LEN(keys), others);
}

static int read_spec_no_new_privileges(struct reader *reader,
				       struct json_value value)
{
	reader->spec->no_new_privileges = value.kind == JSON_TRUE;
	return 0;
}

static int read_spec_process(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "user", OBJECT, read_user },
		{ "capabilities", OBJECT, read_capabilities },
		{ "noNewPrivileges", BOOLEAN, read_spec_no_new_privileges },
	};

	reader->spec->has_process = true;
	return read_members(reader, value, keys, ARRAY_LEN(keys),
			    process_names);
}

static struct spec_namespace *find_namespace(struct spec *spec,
					     const char *type)
{
	if (strcmp(type, "network") == 0)
		return &spec->network;
	if (strcmp(type, "pid") == 0)
		return &spec->pid;
	return strcmp(type, "user") == 0 ? &spec->user : NULL;
}

static int check_entry(const struct json_reader *json, struct json_value value)
{
	static const char *const names[] = { "type", "path", NULL };

	if (json_want(json, NULL, value, JSON_OBJECT) < 0)
		return -1;
	return json_keys_check(json->doc, value, names, json->err);
}

/* For runc an empty path means a new namespace; for crun it is an error. */
static int read_namespace(struct reader *reader, struct json_value value)
{
	const struct json_reader *json = &reader->json;
	char *type CLEANUP_FREE = NULL, *path CLEANUP_FREE = NULL;
	struct spec_namespace *entry;

	if (check_entry(json, value) < 0 ||
	    json_find_text(json, value, "type", STRING, &type) < 0 ||
	    json_find_text(json, value, "path", STRING, &path) < 0)
		return -1;
	entry = type ? find_namespace(reader->spec, type) : NULL;
	if (!entry)
		return 0;
	if (entry->present)
		return json_fail(
			json, value.start,
			"duplicate namespace '%s': runtimes differ on which one counts, keep one",
			type);
	entry->present = true;
	if (path && *path)
		entry->path = TAKE_PTR(path);
	return 0;
}

static int read_namespaces(struct reader *reader, struct json_value value)
{
	struct json_iter iter = json_iterate(reader->json.doc, value);
	struct json_value element;

	while (json_next_element(&iter, &element))
		if (read_namespace(reader, element) < 0)
			return -1;
	reader->spec->new_userns =
		reader->spec->user.present && !reader->spec->user.path;
	return 0;
}

static int read_linux(struct reader *reader, struct json_value value)
{
	static const struct key keys[] = {
		{ "namespaces", LIST, read_namespaces },
	};

	return read_members(reader, value, keys, ARRAY_LEN(keys), linux_names);
}

/* Keys that differ only in case are valid and distinct for every reader. */
static int read_spec_annotations(struct reader *reader, struct json_value value)
{
	if (json_keys_check_unique(reader->json.doc, value, reader->json.err) <
	    0)
		return -1;
	return annotations_read(&reader->spec->annotations, &reader->json,
				value);
}

static int check_keys(const struct json_reader *json, struct json_value object,
		      const struct key *keys, size_t count,
		      const char *const others[])
{
	const char *names[KEYS_MAX + 1] = { NULL };

	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	for (; others && *others && count < KEYS_MAX; others++)
		names[count++] = *others;
	return json_keys_check(json->doc, object, names, json->err);
}

static const struct key *find_spec_key(const struct json_doc *doc,
				       struct json_value name,
				       const struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (json_string_is(doc, name, keys[i].name))
			return &keys[i];
	return NULL;
}

static int read_members(struct reader *reader, struct json_value object,
			const struct key *keys, size_t count,
			const char *const others[])
{
	const struct json_reader *json = &reader->json;
	struct json_iter iter = json_iterate(json->doc, object);
	struct json_member member;

	if (check_keys(json, object, keys, count, others) < 0)
		return -1;
	while (json_next_member(&iter, &member)) {
		struct json_value value = member.value;
		const struct key *key =
			find_spec_key(json->doc, member.key, keys, count);

		if (!key)
			continue;
		if (json_want(json, key->name, value, key->kinds) < 0)
			return -1;
		if (value.kind != JSON_NULL && key->read(reader, value) < 0)
			return -1;
	}
	return 0;
}

static struct reader make_reader(struct spec *spec, const struct json_doc *doc,
				 enum runtime_dialect dialect, struct err *err)
{
	*spec = (struct spec){ 0 };
	return (struct reader){ .json = { .doc = doc, .err = err },
				.spec = spec,
				.dialect = dialect };
}

int spec_read(struct spec *ret_spec, const struct json_doc *doc,
	      enum runtime_dialect dialect, struct err *err)
{
	static const struct key keys[] = {
		{ "process", OBJECT, read_spec_process },
		{ "annotations", OBJECT, read_spec_annotations },
		{ "linux", OBJECT, read_linux },
	};
	struct reader reader = make_reader(ret_spec, doc, dialect, err);
	struct json_value root = json_root(doc);

	if (json_want(&reader.json, NULL, root, JSON_OBJECT) < 0)
		return -1;
	return read_members(&reader, root, keys, ARRAY_LEN(keys), config_names);
}

int spec_read_process(struct spec *ret_spec, const struct json_doc *doc,
		      enum runtime_dialect dialect, struct err *err)
{
	struct reader reader = make_reader(ret_spec, doc, dialect, err);
	struct json_value root = json_root(doc);

	if (json_want(&reader.json, NULL, root, JSON_OBJECT) < 0)
		return -1;
	return read_spec_process(&reader, root);
}

void spec_free(struct spec *spec)
{
	free(spec->network.path);
	free(spec->pid.path);
	free(spec->user.path);
	annotations_free(&spec->annotations);
	*spec = (struct spec){ 0 };
}
