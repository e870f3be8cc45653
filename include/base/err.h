/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One failure, told once: made where it happens, wrapped on the way out,
 * printed at the edge (report.h). It owns no memory, so that being out of
 * memory is an error like any other; a text that does not fit is cut and
 * ends in "...". It neither prints nor exits.
 */
#ifndef CAPRUNTIME_BASE_ERR_H
#define CAPRUNTIME_BASE_ERR_H

#define ERR_TEXT_MAX 1024

struct err {
	char text[ERR_TEXT_MAX]; /* "" when nothing is wrong */
};

/* Sets the message and returns -1. */
int err_set(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, then ": " and the reason for an errno value; see err_reason. */
int err_set_errno(struct err *err, int number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "message: " before what is there already and returns -1. */
int err_wrap(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What an errno value means, in words of our own: engines look for the C
 * library's phrases in a runtime's output ("no such file or directory",
 * "permission denied") and then blame the container's command. An errno
 * without such words gives its symbol, for example "ENOTTY".
 */
const char *err_reason(int number);

#endif
