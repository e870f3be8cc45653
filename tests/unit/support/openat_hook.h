/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another process that acts just before a file is opened: this openat() is
 * linked in place of the C library's.
 */
#ifndef CAPRUNTIME_OPENAT_HOOK_H
#define CAPRUNTIME_OPENAT_HOOK_H

#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(_FILE_OFFSET_BITS) && _FILE_OFFSET_BITS == 64 && !defined(__LP64__)
#define OPENAT_SYMBOL "openat64"
#else
#define OPENAT_SYMBOL "openat"
#endif

/* NULL: nothing happens. */
static void (*before_openat)(const char *name, int flags);

int openat_after_hook(int directory, const char *name, int flags,
		      ...) __asm__(OPENAT_SYMBOL);

int openat_after_hook(int directory, const char *name, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	va_end(list);
	if (before_openat)
		before_openat(name, flags);
	return (int)syscall(SYS_openat, directory, name, flags, mode);
}

#endif
