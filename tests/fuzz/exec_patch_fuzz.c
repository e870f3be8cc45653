/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first eight bytes are the decision for the container, the rest is an exec
 * session's process file.
 */
#include "config.h"

#include "session_properties.h"

#include "fuzz.h"
#include "json_mutator.h"

#define SIZE_MAX_TRIED 8192
#define HEADER 8

/* The capabilities 5 to 12, among them those of the seeds. */
static capmask mask_from(uint8_t byte)
{
	return (capmask)byte << 5;
}

static void about_from(struct record_about *about, const uint8_t *bytes)
{
	static char name[] = "rule";
	static const uint32_t uids[] = { 1000, 0, 4711, UINT32_MAX - 1 };

	*about = (struct record_about){
		.rule = name,
		.uid = uids[bytes[0] & 3],
		.wanted = mask_from(bytes[1]),
		.ambient = mask_from(bytes[1] | bytes[6]),
		.inheritable = mask_from(bytes[2]),
		.drop_others = bytes[0] & 4,
		.no_new_privileges = bytes[0] & 8,
		.new_userns = bytes[0] & 16,
		.exec = true,
	};
	/* A policy never has one in both. */
	if (!about->drop_others)
		about->drop = mask_from(bytes[3]) &
			      ~(about->ambient | about->inheritable);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_doc doc = { .name = "t" };
	struct record_about about;
	struct own_limits limits = { .kernel = capset_known() };
	const char *broken;
	bool changed;

	if (size < HEADER || size > SIZE_MAX_TRIED)
		return 0;
	about_from(&about, data);
	limits.held = capset_known() & ~mask_from(data[4]);
	limits.ambient_forbidden = data[5] & 1;
	doc.text = (const char *)data + HEADER;
	doc.len = size - HEADER;
	broken = session_broken(&doc, &about, &limits,
				data[5] & 2 ? RUNTIME_CRUN : RUNTIME_RUNC,
				&changed);
	if (broken)
		fprintf(stderr, "%s\n", broken);
	MUST(!broken);
	return 0;
}

JSON_MUTATOR(HEADER)
