/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what capruntime needs of an OCI config.json: the user, the five
 * capability sets, noNewPrivileges, namespaces, annotations. Refuses a text
 * that the runtime could read differently: a duplicate key, a key that Go's
 * JSON reader matches to another name, a type that the specification does not
 * allow.
 *
 * Rests on: OCI runtime specification config.md and config-linux.md; Go's
 * encoding/json (keys match by simple folding, the last duplicate counts); yajl
 * and json-c as crun uses them (the first, or the last, duplicate counts).
 */
#ifndef CAPRUNTIME_SPEC_SPEC_H
#define CAPRUNTIME_SPEC_SPEC_H

#include "caps/set.h"
#include "runtime/args.h"
#include "spec/annotations.h"
#include "json/scan.h"

/*
 * Finds the value of process.KEY, even if it is null. `doc` passed only
 * json_check(): of duplicate keys the first one counts.
 */
bool spec_find(const struct json_doc *doc, const char *key,
	       struct json_value *ret_value);

bool spec_find_process(const struct json_doc *doc,
		       struct json_value *ret_process);

/* 0: the value is not a string that is exactly a known CAP_X. */
capmask spec_capability(const struct json_doc *doc, struct json_value name);

/* An entry of linux.namespaces. */
struct spec_namespace {
	bool present;
	char *path; /* NULL: a new one */
};

struct spec {
	bool has_process;
	bool has_user; /* false: absent or null */
	bool has_capabilities; /* false: absent or null */
	struct json_value capabilities;
	struct capsets sets; /* names that are exactly a known CAP_X */
	uint32_t uid;
	uint32_t gid;
	bool no_new_privileges;
	struct spec_namespace network;
	struct spec_namespace pid;
	struct spec_namespace user;
	bool new_userns; /* `user` is present and has no path */
	struct annotations annotations;
};

#define CLEANUP_SPEC __attribute__((cleanup(spec_free)))

/*
 * `doc` passed json_check(). For crun, refuses a capability name that libcap's
 * parser accepts but runc does not. The message names the place. The caller
 * frees, also on -1.
 */
int spec_read(struct spec *ret_spec, const struct json_doc *doc,
	      enum runtime_dialect dialect, struct err *err) MUST_CHECK;
/* The same for the process file of an exec: the text is the process object. */
int spec_read_process(struct spec *ret_spec, const struct json_doc *doc,
		      enum runtime_dialect dialect, struct err *err) MUST_CHECK;
void spec_free(struct spec *spec);

#endif
