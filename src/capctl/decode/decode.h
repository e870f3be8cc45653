/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 'capctl decode', for its own folder: what was pasted, as a list of masks, and
 * how it is printed. The list of all capabilities is printed if nothing was.
 */
#ifndef CAPRUNTIME_CAPCTL_DECODE_DECODE_H
#define CAPRUNTIME_CAPCTL_DECODE_DECODE_H

#include <stdbool.h>

#include "base/err.h"
#include "caps/set.h"

/* How a mask was written. */
enum decode_form {
	DECODE_MASK,
	DECODE_NUMBER, /* of one capability */
	DECODE_NAMES,
	DECODE_TEXT, /* of cap_from_text(3) */
	DECODE_FORM_COUNT
};

struct decoded {
	capmask mask;
	enum decode_form form;
	char *of; /* the file or process of a text; NULL: none */
	const char *set; /* "effective" …; NULL: none */
	bool is_ambiguous; /* as a mask and as a number, one after the other */
};

struct decode_list {
	struct decoded *entries;
	size_t count;
	size_t size;
	capmask named; /* by all names together; decode_finish() adds it */
};

#define CLEANUP_DECODE_LIST __attribute__((cleanup(decode_list_free)))

/*
 * Adds what a text has: masks, names, numbers, a block of proc_pid_status(5),
 * lines of getcap(8) and getpcaps(8), audit messages with "capability=N".
 * `numbers`: decimal words are numbers, not masks. A text without words is an
 * error.
 */
int decode_pasted(struct decode_list *list, const char *text, bool numbers,
		  struct err *err) MUST_CHECK;

/* Adds the entry of all names, if there was one. */
int decode_finish(struct decode_list *list, struct err *err) MUST_CHECK;

void decode_list_free(struct decode_list *list);

/* `kernel`: the capabilities that the running kernel has. */
void decode_print(const struct decode_list *list, capmask kernel);
void decode_print_json(const struct decode_list *list, capmask kernel);
void decode_print_all(capmask kernel);
void decode_print_all_json(capmask kernel);

#endif
