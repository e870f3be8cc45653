/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program in a probe's containers is capctl itself, the one program that is
 * on the node for sure. It is bound into an empty root file system; if it is
 * linked dynamically, with the loader and the libraries that it runs with.
 *
 * Rests on: dl_iterate_phdr(3), ld.so(8).
 */
#ifndef CAPRUNTIME_CAPCTL_PROBE_PAYLOAD_H
#define CAPRUNTIME_CAPCTL_PROBE_PAYLOAD_H

#include "base/cleanup.h"
#include "base/err.h"
#include "base/paths.h"

#define PAYLOAD_FILES_MAX 64

struct payload {
	char program[PATH_SIZE]; /* on this machine */
	/* The loader and libraries, at these paths inside and outside. */
	const char *files[PAYLOAD_FILES_MAX];
	size_t count; /* 0: static */
	char *search; /* "LD_LIBRARY_PATH=…" with the directories of these */
};

#define CLEANUP_PAYLOAD __attribute__((cleanup(payload_free)))

/* The paths in ret_payload are the loader's. The caller frees, also on -1. */
int payload_find(struct payload *ret_payload, struct err *err) MUST_CHECK;
void payload_free(struct payload *payload);

/*
 * In the container: prints what this process holds (held.h) as a JSON string,
 * and waits until standard input is at its end. So it ends when the probe does.
 */
int payload_run(struct err *err) MUST_CHECK;

#endif
