/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A misspelt capability in config.json: "CAP_CAP_KILL", "KILL", "cap_kill".
 * Engines add "CAP_" to what a pod lists, whatever that is, and runtimes ignore
 * the result. For messages only: it never counts as the capability. Pure.
 */
#ifndef CAPRUNTIME_SPEC_STRAY_H
#define CAPRUNTIME_SPEC_STRAY_H

#include "spec/spec.h"

#define STRAY_WORD_MAX 40 /* bytes; longer words are not recognised */
#define STRAY_TEXT_MAX 160

struct stray {
	capmask meant; /* one capability; 0: there is no such word */
	char word[STRAY_WORD_MAX + 1];
};

/* The first word in the bounding list that means one of `mask`. */
struct stray stray_find(const struct json_doc *doc, const struct spec *spec,
			capmask mask);

/* What is wrong, and the remedy. */
void stray_text(const struct stray *stray, char ret_text[STRAY_TEXT_MAX]);

#endif
