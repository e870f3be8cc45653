/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "capctl/dryrun.h"
#include "capctl/out.h"
#include "capctl/scan/scan.h"

static void add_scan_member(struct json_object *object, const char *key,
			    struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_scan_number(struct json_object *object, const char *key,
			    uint64_t number)
{
	add_scan_member(object, key, json_object_new_int64((int64_t)number));
}

static void add_bool_member(struct json_object *object, const char *key,
			    bool value)
{
	add_scan_member(object, key, json_object_new_boolean(value));
}

static bool is_utf8(const char *text)
{
	size_t left = strlen(text), length;

	for (; left; text += length, left -= length) {
		length = utf8_length(text, left);
		if (!length)
			return false;
	}
	return true;
}

/* JSON strings cannot have other bytes: two paths would look the same. */
static struct json_object *path_hex(const char *path)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *text CLEANUP_FREE = NULL, byte[3];
	struct err ignored;

	if (is_utf8(path))
		return NULL;
	for (; *path; path++) {
		snprintf(byte, sizeof(byte), "%02x", (unsigned char)*path);
		buf_add_str(&buf, byte);
	}
	if (buf_take(&buf, &text, NULL, &ignored) < 0)
		out_fail();
	return out_json_text(text);
}

static void add_path(struct json_object *object, const char *path)
{
	add_scan_member(object, "path", out_json_text(path));
	add_scan_member(object, "path_hex", path_hex(path));
}

static struct json_object *caps_object(const struct execve_file *file)
{
	const struct vfscap *caps = &file->caps;
	struct json_object *object;

	if (!file->has_caps)
		return NULL;
	object = json_object_new_object();
	add_scan_number(object, "version", (uint64_t)caps->version);
	add_scan_member(object, "permitted", out_json_mask(caps->permitted));
	add_scan_member(object, "inheritable",
			out_json_mask(caps->inheritable));
	add_bool_member(object, "effective", caps->effective);
	add_scan_number(object, "root", caps->root);
	return object;
}

static struct json_object *verdict_object(const struct scan_grant *grant,
					  enum privileged_verdict verdict,
					  capmask lacking)
{
	static const char *const words[] = {
		[PRIVILEGED_REDUNDANT] = "redundant",
		[PRIVILEGED_BREAKS] = "breaks",
		[PRIVILEGED_LOSES] = "loses",
		[PRIVILEGED_OUT_OF_BOUNDING] = "out_of_bounding",
	};
	struct json_object *object = json_object_new_object();

	add_scan_member(object, "rule", out_json_text(grant->rule));
	add_scan_member(object, "verdict",
			json_object_new_string(words[verdict]));
	add_scan_member(object, "lacking", out_json_names(lacking));
	return object;
}

static struct json_object *verdicts_array(const struct scan *scan,
					  const struct scan_file *file)
{
	struct json_object *array = json_object_new_array();

	if (file->effect == PRIVILEGED_NO_EFFECT)
		return array;
	for (size_t i = 0; i < scan->grants_count; i++) {
		const struct scan_grant *grant = &scan->grants[i];
		enum privileged_verdict verdict;
		capmask lacking;

		verdict = scan_classify(scan, file, grant, &lacking);
		if (verdict != PRIVILEGED_UNTOUCHED)
			json_object_array_add(
				array, verdict_object(grant, verdict, lacking));
	}
	return array;
}

static struct json_object *file_object(const struct scan *scan,
				       const struct scan_file *file)
{
	static const char *const effects[] = {
		[PRIVILEGED_NO_EFFECT] = "none",
		[PRIVILEGED_CLEARS] = "clears",
		[PRIVILEGED_RAISES] = "raises",
		[PRIVILEGED_DANGEROUS] = "dangerous",
	};
	const struct privileged_file *program = &file->file.program;
	struct json_object *object = json_object_new_object();
	char mode[16];

	snprintf(mode, sizeof(mode), "%04o", file->file.mode & 07777);
	add_path(object, file->file.path);
	add_bool_member(object, "outside", file->outside);
	add_scan_member(object, "mode", json_object_new_string(mode));
	add_scan_number(object, "uid", program->file.uid);
	add_scan_number(object, "gid", program->file.gid);
	add_scan_number(object, "links", file->file.links);
	add_bool_member(object, "setuid", file->file.mode & S_ISUID);
	add_bool_member(object, "setgid",
			execve_file_is_setgid(&program->file));
	add_scan_member(object, "capabilities", caps_object(&program->file));
	add_bool_member(object, "capabilities_elsewhere",
			program->caps_elsewhere);
	add_scan_member(object, "effect",
			json_object_new_string(effects[file->effect]));
	add_scan_member(object, "reason", out_json_text(file->reason));
	add_scan_member(object, "verdicts", verdicts_array(scan, file));
	return object;
}

static struct json_object *files_array(const struct scan *scan)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < scan->files_count; i++)
		json_object_array_add(array,
				      file_object(scan, &scan->files[i]));
	return array;
}

static struct json_object *unreadable_array(const struct scan *scan)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < scan->unreadable_count; i++) {
		struct json_object *object = json_object_new_object();

		add_path(object, scan->unreadable[i].path);
		add_scan_member(object, "reason",
				out_json_text(scan->unreadable[i].reason));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *counts_object(const struct scan *scan)
{
	struct scan_counts counts = scan_count(scan);
	struct json_object *object = json_object_new_object();

	add_scan_number(object, "entries", scan->entries);
	add_scan_number(object, "setuid", counts.setuid);
	add_scan_number(object, "setgid", counts.setgid);
	add_scan_number(object, "capabilities", counts.capabilities);
	add_scan_number(object, "dangerous", counts.dangerous);
	add_scan_number(object, "without_effect", counts.without_effect);
	add_scan_number(object, "unreadable", scan->unreadable_count);
	return object;
}

static struct json_object *bundle_object(const struct scan *scan)
{
	const struct policy_rule *rule = scan->run.evaluation.rule;
	const char *reason = scan->run.reason.text;
	struct json_object *object;

	if (!scan->is_bundle)
		return NULL;
	object = json_object_new_object();
	add_scan_member(object, "outcome",
			json_object_new_string(dryrun_outcome_name(
				dryrun_outcome(&scan->run))));
	add_scan_member(object, "rule",
			out_json_text(rule ? rule->name : NULL));
	add_scan_member(object, "reason",
			out_json_text(*reason ? reason : NULL));
	return object;
}

struct json_object *scan_object(const struct scan *scan)
{
	struct json_object *object = json_object_new_object();
	const char *mode = scan->has_node
				   ? policy_mode_name(scan->node.policy.mode)
				   : NULL;

	add_scan_member(object, "operand", out_json_text(scan->operand));
	add_scan_member(object, "root", out_json_text(scan->path));
	add_scan_member(object, "policy", out_json_text(scan->policy));
	add_scan_member(object, "mode", out_json_text(mode));
	add_scan_member(object, "bundle", bundle_object(scan));
	add_scan_member(object, "files", files_array(scan));
	add_scan_member(object, "unreadable", unreadable_array(scan));
	add_scan_member(object, "counts", counts_object(scan));
	return object;
}
