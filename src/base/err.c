/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define CUT "..."

static const struct {
	int number;
	const char *reason;
} reasons[] = {
	{ ENOENT, "is missing" },
	{ EACCES, "access refused" },
	{ EPERM, "not permitted" },
	{ ENOTDIR, "a part of the path is not a directory" },
	{ EISDIR, "is a directory" },
	{ ELOOP, "too many symbolic links" },
	{ ENAMETOOLONG, "name too long" },
	{ ENOSPC, "no space left" },
	{ EDQUOT, "disk quota used up" },
	{ EROFS, "read-only file system" },
	{ EEXIST, "exists already" },
	{ ENOMEM, "out of memory" },
	{ EIO, "input or output error" },
	{ EMFILE, "too many open descriptors" },
	{ ENFILE, "too many open files on this machine" },
	{ ENOEXEC, "not a program this machine can run" },
	{ ETXTBSY, "is being written" },
	{ EFBIG, "over the limit on the size of files (RLIMIT_FSIZE)" },
	{ ENXIO, "has no reader" },
	{ EINVAL, "not supported here" },
	{ E2BIG, "arguments and environment too long" },
};

const char *err_reason(int number)
{
	const char *symbol;

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].number == number)
			return reasons[i].reason;

	symbol = strerrorname_np(number);
	return symbol ? symbol : "unknown error";
}

static size_t write_text(struct err *err, size_t at, const char *format,
			 va_list args) __attribute__((format(printf, 3, 0)));

/* Writes at `at`, cutting what does not fit; returns the new length. */
static size_t write_text(struct err *err, size_t at, const char *format,
			 va_list args)
{
	size_t room = sizeof(err->text) - at;
	int len = vsnprintf(err->text + at, room, format, args);

	if (len >= 0 && (size_t)len < room)
		return at + (size_t)len;
	memcpy(err->text + sizeof(err->text) - sizeof(CUT), CUT, sizeof(CUT));
	return sizeof(err->text) - 1;
}

static size_t append_text(struct err *err, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static size_t append_text(struct err *err, size_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	at = write_text(err, at, format, args);
	va_end(args);
	return at;
}

int err_set(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err->number = 0;
	write_text(err, 0, format, args);
	va_end(args);
	return -1;
}

int err_set_errno(struct err *err, int number, const char *format, ...)
{
	va_list args;
	size_t at;

	va_start(args, format);
	at = write_text(err, 0, format, args);
	va_end(args);
	err->number = number;
	append_text(err, at, ": %s", err_reason(number));
	return -1;
}

int err_wrap(struct err *err, const char *format, ...)
{
	struct err inner = *err;
	va_list args;
	size_t at;

	va_start(args, format);
	at = write_text(err, 0, format, args);
	va_end(args);
	append_text(err, at, ": %s", inner.text);
	return -1;
}
