/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An error: set where it happens, wrapped on the way out, printed once by main
 * (report.h). It owns no memory, so that running out of memory is an error like
 * any other. A text that does not fit is cut and ends in "...".
 */
#ifndef CAPRUNTIME_BASE_ERR_H
#define CAPRUNTIME_BASE_ERR_H

#define ERR_TEXT_MAX 1024

struct err {
	char text[ERR_TEXT_MAX]; /* "": no error */
	int number; /* the errno value of err_set_errno(); 0: none */
};

/* Sets the message and returns -1. */
int err_set(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, then ": " and err_reason(number), which callers can ask for. */
int err_set_errno(struct err *err, int number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* err_set(): "out of memory", with ENOMEM as the number. */
int err_set_no_memory(struct err *err);

/* Puts "message: " before the text and returns -1. */
int err_wrap(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Describes an errno value, not in the C library's words: engines search a
 * runtime's output for these ("no such file or directory", "permission
 * denied") and then blame the container's command. Rare values have their symbol,
 * for example "ENOTTY", others "unknown error".
 */
const char *err_reason(int number);

/*
 * From now on err_reason() gives the C library's phrases, in lower case. Only
 * capctl calls this: no engine reads its errors, and people search for them.
 */
void err_use_libc_reasons(void);

/* Analyzers see one file at a time: what the functions above return. */
#ifdef __clang_analyzer__
static inline int err_minus_one(int returned)
{
	(void)returned;
	return -1;
}
#define err_set(...) err_minus_one(err_set(__VA_ARGS__))
#define err_set_errno(...) err_minus_one(err_set_errno(__VA_ARGS__))
#define err_set_no_memory(err) err_minus_one(err_set_no_memory(err))
#define err_wrap(...) err_minus_one(err_wrap(__VA_ARGS__))
#endif

#endif
