/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of --rule: made before the work, which can take long, and removed
 * again unless it was written.
 */
#ifndef CAPRUNTIME_CAPCTL_LEARN_RULE_FILE_H
#define CAPRUNTIME_CAPCTL_LEARN_RULE_FILE_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"

struct rule_file {
	const char *path; /* NULL: none is wanted */
	int fd;
};

#define RULE_FILE_INIT                                                         \
	{                                                                      \
		.fd = -1                                                       \
	}
#define CLEANUP_RULE_FILE __attribute__((cleanup(rule_file_close)))

/* It must not exist. `path` NULL: no file. */
int rule_file_open(struct rule_file *ret_file, const char *path,
		   struct err *err) MUST_CHECK;
int rule_file_write(struct rule_file *file, const char *text, size_t len,
		    struct err *err) MUST_CHECK;
void rule_file_close(struct rule_file *file);

#endif
