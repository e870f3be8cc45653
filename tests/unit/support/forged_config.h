/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engines' config.json texts with forged annotations, inserted as text so
 * that the other bytes are unchanged; and capruntime's decision about them.
 */
#ifndef CAPRUNTIME_FORGED_CONFIG_H
#define CAPRUNTIME_FORGED_CONFIG_H

#include "base/buf.h"
#include "policy/identity.h"
#include "policy/policy.h"
#include "spec/spec.h"
#include "testdata.h"
#include "json/scan.h"

enum forged_place { FORGED_BEFORE, FORGED_AFTER };

static inline bool forged_find(const struct json_doc *doc,
			       struct json_value object, const char *key,
			       struct json_value *ret_value)
{
	struct json_iter iter = json_iterate(doc, object);
	struct json_member member;

	while (json_next_member(&iter, &member)) {
		if (json_string_is(doc, member.key, key)) {
			*ret_value = member.value;
			return true;
		}
	}
	return false;
}

/* The text with the bytes [start, end) replaced. */
static inline struct testdata forged_splice(const struct json_doc *doc,
					    size_t start, size_t end,
					    const char *text)
{
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add(&buf, doc->text, start);
	buf_add_str(&buf, text);
	buf_add(&buf, doc->text + end, doc->len - end);
	if (buf.failed)
		abort();
	return testdata_copy(doc->name, buf.text, buf.len);
}

/* `member` is `"key": value`; `object` has members already. */
static inline struct testdata forged_add_to(const struct json_doc *doc,
					    struct json_value object,
					    enum forged_place place,
					    const char *member)
{
	size_t at = place == FORGED_BEFORE ? object.start + 1 : object.end - 1;
	char *text CLEANUP_FREE = NULL;

	if (asprintf(&text, "%s%s%s", place == FORGED_AFTER ? "," : "", member,
		     place == FORGED_BEFORE ? "," : "") < 0)
		abort();
	return forged_splice(doc, at, at, text);
}

/* Inserts into the annotations. */
static inline struct testdata forged_add(const struct json_doc *doc,
					 enum forged_place place,
					 const char *member)
{
	struct json_value annotations;

	if (!forged_find(doc, json_root(doc), "annotations", &annotations))
		abort();
	return forged_add_to(doc, annotations, place, member);
}

/* Replaces the value (JSON) of an existing annotation. */
static inline struct testdata forged_replace(const struct json_doc *doc,
					     const char *key, const char *value)
{
	struct json_value annotations, old;

	if (!forged_find(doc, json_root(doc), "annotations", &annotations) ||
	    !forged_find(doc, annotations, key, &old))
		abort();
	return forged_splice(doc, old.start, old.end, value);
}

/* tests/data/fixtures/FILE */
static inline struct testdata read_fixture(const char *file)
{
	const char *srcdir = getenv("srcdir");
	char *path CLEANUP_FREE = NULL;
	struct testdata data;

	if (asprintf(&path, "%s/tests/data/fixtures/%s", srcdir ? srcdir : ".",
		     file) < 0)
		abort();
	data = testdata_read(path);
	data.doc.name = file;
	return data;
}

struct verdict {
	int status; /* -1: refused */
	enum subject_kind kind;
	char rule[POLICY_NAME_MAX + 1]; /* "": none */
	struct err err;
};

static inline int read_config(struct spec *spec, const struct json_doc *doc,
			      struct err *err)
{
	if (json_check(doc, err) < 0)
		return -1;
	return spec_read(spec, doc, RUNTIME_RUNC, err);
}

/* Decides like a create of capruntime. */
static inline struct verdict judge(const struct policy *policy,
				   enum engine engine,
				   const struct json_doc *doc)
{
	struct spec spec CLEANUP_SPEC = { 0 };
	struct verdict verdict = { .status = -1 };
	struct match_subject subject = {
		.texts = { [MATCH_ID] = "id", [MATCH_HANDLER] = "h" }
	};
	const struct policy_rule *rule;

	if (read_config(&spec, doc, &verdict.err) < 0)
		return verdict;
	subject.numbers[MATCH_UID] = spec.uid;
	verdict.status = subject_identify(&subject, &verdict.kind, engine,
					  &spec.annotations, &verdict.err);
	if (verdict.status < 0 || verdict.kind == SUBJECT_SANDBOX)
		return verdict;
	rule = policy_find(policy, &subject);
	snprintf(verdict.rule, sizeof(verdict.rule), "%s",
		 rule ? rule->name : "");
	return verdict;
}

#endif
