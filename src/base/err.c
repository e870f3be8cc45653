/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#undef __clang_analyzer__ /* its macros in err.h hide what this file defines */

#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define CUT "..."

/* musl has no strerrorname_np(3), so the symbols are here. */
#define SYMBOL(number)                                                         \
	{                                                                      \
		number, #number, #number                                       \
	}

/* Arrays: a start would relocate each pointer. */
static const struct {
	int number;
	char reason[52];
	char libc_reason[36];
} reasons[] = {
	{ ENOENT, "is missing", "no such file or directory" },
	{ EACCES, "access refused", "permission denied" },
	{ EPERM, "not permitted", "operation not permitted" },
	{ ENOTDIR, "a part of the path is not a directory", "not a directory" },
	{ EISDIR, "is a directory", "is a directory" },
	{ ELOOP, "too many symbolic links",
	  "too many levels of symbolic links" },
	{ ENAMETOOLONG, "name too long", "file name too long" },
	{ ENOSPC, "no space left", "no space left on device" },
	{ EDQUOT, "disk quota used up", "disk quota exceeded" },
	{ EROFS, "read-only file system", "read-only file system" },
	{ EEXIST, "exists already", "file exists" },
	{ ENOMEM, "out of memory", "cannot allocate memory" },
	{ EIO, "input or output error", "input/output error" },
	{ EMFILE, "too many open descriptors", "too many open files" },
	{ ENFILE, "too many open files on this machine",
	  "too many open files in system" },
	{ ENOEXEC, "not a program this machine can run", "exec format error" },
	{ ETXTBSY, "is being written", "text file busy" },
	{ EFBIG, "over the limit on the size of files (RLIMIT_FSIZE)",
	  "file too large" },
	{ ENXIO, "has no reader", "no such device or address" },
	{ EINVAL, "not supported here", "invalid argument" },
	{ E2BIG, "arguments and environment too long",
	  "argument list too long" },
	{ ESRCH, "ESRCH", "no such process" },
	{ EBUSY, "EBUSY", "device or resource busy" },
	SYMBOL(EAGAIN),
	SYMBOL(EBADF),
	SYMBOL(ECONNREFUSED),
	SYMBOL(EDEADLK),
	SYMBOL(EDESTADDRREQ),
	SYMBOL(EFAULT),
	SYMBOL(EINTR),
	SYMBOL(EMLINK),
	SYMBOL(EMSGSIZE),
	SYMBOL(ENODATA),
	SYMBOL(ENODEV),
	SYMBOL(ENOBUFS),
	SYMBOL(ENOLCK),
	SYMBOL(ENOSYS),
	SYMBOL(ENOTCONN),
	SYMBOL(ENOTEMPTY),
	SYMBOL(ENOTSOCK),
	SYMBOL(ENOTTY),
	SYMBOL(EOPNOTSUPP),
	SYMBOL(EOVERFLOW),
	SYMBOL(EPIPE),
	SYMBOL(EPROTO),
	SYMBOL(EPROTONOSUPPORT),
	SYMBOL(EPROTOTYPE),
	SYMBOL(ERANGE),
	SYMBOL(ESTALE),
	SYMBOL(ETIMEDOUT),
	SYMBOL(EXDEV),
};

static bool uses_libc_reasons;

void err_use_libc_reasons(void)
{
	uses_libc_reasons = true;
}

/* NULL: not in the table. */
static const char *find_reason(int number)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].number == number)
			return uses_libc_reasons ? reasons[i].libc_reason
						 : reasons[i].reason;
	return NULL;
}

const char *err_reason(int number)
{
	const char *reason = find_reason(number);

	return reason ? reason : "unknown error";
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
	at = append_text(err, at, ": %s", err_reason(number));
	if (!find_reason(number))
		append_text(err, at, " %d", number);
	return -1;
}

int err_set_no_memory(struct err *err)
{
	err_set(err, "%s", find_reason(ENOMEM));
	err->number = ENOMEM;
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
