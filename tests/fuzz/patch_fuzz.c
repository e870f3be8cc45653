/* SPDX-License-Identifier: Apache-2.0 */
/* The first eight bytes choose the sets to write, the rest is config.json. */
#include "config.h"

#include "patch_properties.h"

#include "fuzz.h"
#include "json_mutator.h"

#define SIZE_MAX_TRIED 8192
#define HEADER 8

/* A few capabilities suffice. */
static struct capsets sets_from(const uint8_t *bytes, const struct capsets *are)
{
	struct capsets sets = *are;

	for (int which = 0; which < CAPSET_COUNT; which++) {
		uint8_t byte = bytes[which];

		if (byte & 1)
			sets.set[which] = (capmask)(byte >> 1) << 4;
		else
			sets.set[which] ^= UINT64_C(1) << (byte % 41);
		if (byte == 0)
			sets.set[which] = are->set[which];
	}
	return sets;
}

/* The value does not depend on the text around it. */
static void check_value(const struct json_doc *doc, const struct spec *spec)
{
	char *value CLEANUP_FREE = NULL, *again CLEANUP_FREE = NULL;
	char *text CLEANUP_FREE = patch_text(doc, spec->capabilities);
	struct json_doc part = { .name = "part",
				 .text = text,
				 .len = strlen(text) };
	struct err err;

	MUST(patch_capabilities_value(doc, spec->capabilities, &value, &err) ==
	     0);
	MUST(patch_capabilities_value(&part, json_root(&part), &again, &err) ==
	     0);
	MUST(strcmp(value, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_doc doc = { .name = "t" };
	struct capsets sets;
	struct spec spec CLEANUP_SPEC = { 0 };
	struct err err;
	const char *broken;

	if (size < HEADER || size > SIZE_MAX_TRIED)
		return 0;
	doc.text = (const char *)data + HEADER;
	doc.len = size - HEADER;
	if (json_check(&doc, &err) < 0 ||
	    spec_read(&spec, &doc, RUNTIME_RUNC, &err) < 0)
		return 0;
	sets = sets_from(data, &spec.sets);
	broken = patch_broken(&doc, &sets, data[5] & 1);
	if (broken)
		fprintf(stderr, "%s\n", broken);
	MUST(!broken);
	if (spec.has_capabilities)
		check_value(&doc, &spec);
	return 0;
}

JSON_MUTATOR(HEADER)
