/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations from a JSON text, for unit tests and fuzz targets. */
#ifndef CAPRUNTIME_ANNOTATIONS_OF_H
#define CAPRUNTIME_ANNOTATIONS_OF_H

#include "spec/annotations.h"
#include "testdata.h"

#define CLEANUP_ANNOTATIONS __attribute__((cleanup(annotations_free)))

/* `text`: an object of strings. An invalid one ends the program. */
static inline struct annotations annotations_of(const char *text)
{
	struct testdata data CLEANUP_TESTDATA = testdata_of(text);
	struct annotations annotations;
	struct err err;
	const struct json_reader json = { .doc = &data.doc, .err = &err };

	if (json_check(&data.doc, &err) < 0 ||
	    annotations_read(&annotations, &json, json_root(&data.doc)) < 0) {
		printf("Bail out! %s: %s\n", text, err.text);
		exit(1);
	}
	return annotations;
}

#endif
