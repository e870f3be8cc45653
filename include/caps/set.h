/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capability sets as masks, bit N for capability N (capabilities(7)), and their
 * names. Names and numbers are the kernel's. caps/own.h reads the sets of a
 * process.
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

/* The capabilities that have a name here: those of Linux 5.9 and later. */
capmask capset_known(void);

/* Those that are nearly equivalent to root or can lead to it. */
capmask capset_dangerous(void);

/* Exactly "CAP_X", as config.json spells it; 0: no such capability. */
capmask capset_from_exact(const char *name, size_t len);

/* With or without "CAP_", in any case, as in a policy; 0: no such capability. */
capmask capset_from_name(const char *name, size_t len);

/*
 * The capability that a person means by "CAP_CAP_KILL", in any case and with
 * any number of prefixes; 0: none.
 */
capmask capset_from_misspelt(const char *name);

/* "KILL", for a mask with one capability that has a name. */
const char *capset_bare_name(capmask one);

/*
 * The capability that libcap's parser, and so crun, reads: it accepts any case
 * and numbers, and stops at the first byte that cannot be part of a name. 0: no
 * capability.
 */
capmask capset_from_libcap(const char *name);

/* Adds "CAP_A<between>CAP_B…" in kernel order. */
void capset_add_names(struct buf *buf, capmask mask, const char *between);

#endif
