/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What capruntime reads of an OCI config.json: the user, the five capability
 * sets, noNewPrivileges, namespaces. It refuses a text that the runtime could
 * read differently: a key twice, a key that Go's JSON reader takes for another
 * name, another type than the specification's. It changes nothing.
 *
 * Rests on: OCI runtime specification config.md and config-linux.md; Go's
 * encoding/json (keys match by simple folding, the last of two wins); yajl
 * and json-c as crun uses them (the first, or the last, of two wins).
 */
#ifndef CAPRUNTIME_SPEC_SPEC_H
#define CAPRUNTIME_SPEC_SPEC_H

#include "caps/set.h"
#include "runtime/args.h"
#include "spec/annotations.h"
#include "json/scan.h"

/*
 * The value of process.KEY, also when it is null; false when there is none.
 * `doc` passed json_check() alone: of two equal keys the first one counts.
 */
bool spec_find(const struct json_doc *doc, const char *key,
	       struct json_value *ret_value);

bool spec_find_process(const struct json_doc *doc,
		       struct json_value *ret_process);

/* A string that is exactly a known CAP_X; 0 for any other value. */
capmask spec_capability(const struct json_doc *doc, struct json_value name);

/* A namespace's entry in linux.namespaces. */
struct spec_namespace {
	bool present;
	char *path; /* NULL: a new one */
};

struct spec {
	bool has_process;
	bool has_capabilities; /* false also for null: no sets to speak of */
	struct json_value capabilities;
	struct capsets sets; /* names that are exactly a known CAP_X */
	uint32_t uid;
	uint32_t gid;
	bool no_new_privileges;
	struct spec_namespace network;
	struct spec_namespace pid;
	struct spec_namespace user;
	bool new_userns; /* `user` is there, and without a path */
	struct annotations annotations;
};

#define CLEANUP_SPEC __attribute__((cleanup(spec_free)))

/*
 * `doc` passed json_check(). Under crun a capability's name that libcap's
 * parser would take for a known one, but runc not, is refused. On -1 the
 * message names the place. The caller frees, also on -1.
 */
int spec_read(struct spec *ret_spec, const struct json_doc *doc,
	      enum runtime_dialect dialect, struct err *err) MUST_CHECK;
/* The same for an exec's process file: the text is the process object. */
int spec_read_process(struct spec *ret_spec, const struct json_doc *doc,
		      enum runtime_dialect dialect, struct err *err) MUST_CHECK;
void spec_free(struct spec *spec);

#endif
