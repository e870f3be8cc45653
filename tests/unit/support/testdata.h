/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON texts for unit tests and fuzz targets: copies without a byte after the
 * text, so that a sanitizer detects a read past its end; and tests/data.
 */
#ifndef CAPRUNTIME_TESTDATA_H
#define CAPRUNTIME_TESTDATA_H

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "json/check.h"

struct testdata {
	char *owned;
	char *name;
	struct json_doc doc;
};

#define CLEANUP_TESTDATA __attribute__((cleanup(testdata_free)))

static inline void testdata_free(struct testdata *data)
{
	free(data->owned);
	free(data->name);
}

static inline struct testdata testdata_copy(const char *name, const void *text,
					    size_t len)
{
	struct testdata data = { .owned = malloc(len ? len : 1),
				 .name = strdup(name) };

	if (!data.owned || !data.name)
		abort();
	if (len)
		memcpy(data.owned, text, len);
	data.doc = (struct json_doc){ .name = data.name,
				      .text = data.owned,
				      .len = len };
	return data;
}

/* For texts without NULs. */
static inline struct testdata testdata_of(const char *text)
{
	return testdata_copy("t", text, strlen(text));
}

static inline struct testdata testdata_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text CLEANUP_FREE = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file) {
		printf("Bail out! cannot open %s\n", path);
		exit(1);
	}
	/* No test file has a byte of 1, so the whole file is one "line". */
	len = getdelim(&text, &size, 1, file);
	fclose(file);
	return testdata_copy(path_basename(path), text,
			     len > 0 ? (size_t)len : 0);
}

/* tests/data/NAME; the caller frees. */
static inline char *testdata_path(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path;

	if (asprintf(&path, "%s/tests/data/%s", srcdir ? srcdir : ".", name) <
	    0)
		abort();
	return path;
}

struct testdata_walk {
	const char *suffix;
	void (*run)(const char *path, const struct json_doc *doc);
	size_t count;
};

static struct testdata_walk testdata_walk;

/* MSan does not see that nftw(3) writes the path. */
static inline void testdata_know(const char *path)
{
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
	void __msan_unpoison_string(const volatile char *text);

	__msan_unpoison_string(path);
#endif
#endif
	(void)path;
}

static inline int testdata_visit(const char *path, const struct stat *status,
				 int type, struct FTW *where)
{
	size_t len, suffix_len = strlen(testdata_walk.suffix);

	testdata_know(path);
	len = strlen(path);
	(void)status;
	(void)where;
	if (type == FTW_F && len > suffix_len &&
	    strcmp(path + len - suffix_len, testdata_walk.suffix) == 0) {
		struct testdata data CLEANUP_TESTDATA = testdata_read(path);

		testdata_walk.count++;
		testdata_walk.run(path, &data.doc);
	}
	return 0;
}

/*
 * Runs `run` for each file under tests/data/DIRECTORY whose name ends in
 * `suffix`. Returns the number of files.
 */
static inline size_t testdata_each(const char *directory, const char *suffix,
				   void (*run)(const char *path,
					       const struct json_doc *doc))
{
	char *path CLEANUP_FREE = testdata_path(directory);

	testdata_walk = (struct testdata_walk){ suffix, run, 0 };
	return nftw(path, testdata_visit, 8, FTW_PHYS) == 0
		       ? testdata_walk.count
		       : 0;
}

#endif
