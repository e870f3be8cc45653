/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capability sets as masks, bit N for capability N (capabilities(7)), and their
 * names. Names and numbers are libcap's. Nothing here changes or
 * reads the sets of a process: that is own.h.
 */
#ifndef CAPRUNTIME_CAPS_SET_H
#define CAPRUNTIME_CAPS_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

typedef uint64_t capmask;

/* In the order of the OCI runtime specification, config.md "Linux process". */
enum capset_which {
	CAPSET_EFFECTIVE,
	CAPSET_BOUNDING,
	CAPSET_INHERITABLE,
	CAPSET_PERMITTED,
	CAPSET_AMBIENT,
	CAPSET_COUNT
};

struct capsets {
	capmask set[CAPSET_COUNT];
};

/* "effective", "bounding" …: the keys of config.json. */
const char *capset_key(enum capset_which which);

/* The capabilities that libcap knows by name. */
capmask capset_known(void);

/* Those that are nearly equivalent to root, or can become it. */
capmask capset_dangerous(void);

/* Exactly "CAP_X", as config.json spells it; 0: no such capability. */
capmask capset_from_exact(const char *name, size_t len);

/* With or without "CAP_", any case, as a policy may; 0: none such. */
capmask capset_from_name(const char *name, size_t len);

/*
 * What a runtime that hands the string to libcap's parser takes it for
 * (crun): any case, numbers, and it stops at the first byte that cannot be
 * part of a name; 0: nothing that libcap knows by name.
 */
capmask capset_from_libcap(const char *name);

/* Adds "CAP_A<between>CAP_B…" in kernel order. */
void capset_add_names(struct buf *buf, capmask mask, const char *between);

#endif
