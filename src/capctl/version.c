/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-c/json.h>
#ifdef HAVE_LIBMOUNT
#include <libmount/libmount.h>
#endif
#include <seccomp.h>
#include <stdio.h>
#include <sys/capability.h>
#include <yaml.h>

#include "base/paths.h"
#include "capctl/out.h"
#include "capctl/verb.h"
#include "runtime/launch.h"

#define ENTRIES_MAX 12

struct entry {
	const char *key;
	const char *title;
	const char *value; /* NULL: none */
};

struct version {
	struct entry list[ENTRIES_MAX];
	size_t count;
	char seccomp[32];
	struct launch launch;
	struct err problem;
};

static void add_entry(struct version *version, const char *key,
		      const char *title, const char *value)
{
	version->list[version->count++] = (struct entry){ key, title, value };
}

static void version_print(const struct version *version)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	for (size_t i = 0; i < version->count; i++) {
		const struct entry *entry = &version->list[i];

		if (entry->value)
			out_table_add(&table, OUT_PLAIN, 2, entry->title,
				      entry->value);
	}
	out_table_print(&table);
}

static void version_print_json(const struct version *version)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < version->count; i++)
		json_object_object_add(object, version->list[i].key,
				       out_json_text(version->list[i].value));
	out_json(object);
}

static void add_libraries(struct version *version)
{
	const struct scmp_version *seccomp = seccomp_version();
	const char *mount = NULL;

	snprintf(version->seccomp, sizeof(version->seccomp), "%u.%u.%u",
		 seccomp->major, seccomp->minor, seccomp->micro);
#ifdef HAVE_LIBMOUNT
	mnt_get_library_version(&mount);
#endif
	add_entry(version, "libcap", "libcap", LIBCAP_VERSION);
	add_entry(version, "json_c", "json-c", json_c_version());
	add_entry(version, "libseccomp", "libseccomp", version->seccomp);
	add_entry(version, "libyaml", "libyaml", yaml_get_version_string());
	add_entry(version, "libmount", "libmount", mount);
}

static void add_runtime(struct version *version)
{
	struct launch *launch = &version->launch;

	if (launch_resolve(launch, PACKAGE_NAME, &version->problem) < 0)
		*launch->path = '\0';
	else
		*version->problem.text = '\0';
	add_entry(version, "runtime", "real runtime",
		  *launch->path ? launch->path : NULL);
	add_entry(version, "runtime_by", "chosen by",
		  *launch->path ? launch_chosen_by(launch) : NULL);
	add_entry(version, "runtime_problem", "problem",
		  *version->problem.text ? version->problem.text : NULL);
}

enum verb_status verb_version(int argc, char **argv, struct err *err)
{
	bool json = false;
	const struct verb_option options[] = { { "json", &json, NULL } };
	struct version version = { 0 };
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return VERB_ERROR;
	if (first < argc) {
		verb_misuse(err, argv[0], "takes no operands");
		return VERB_ERROR;
	}
	add_entry(&version, "capruntime", "capruntime", PACKAGE_VERSION);
	add_libraries(&version);
	add_entry(&version, "configuration", "configuration", paths_config_dir);
	add_entry(&version, "state", "run-time state", paths_state_dir);
	add_runtime(&version);
	if (json)
		version_print_json(&version);
	else
		version_print(&version);
	return VERB_GOOD;
}
