/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define FIRST_SIZE 16

char *alloc_text(const char *format, ...)
{
	va_list arguments;
	char *text;
	int len;

	va_start(arguments, format);
	len = vasprintf(&text, format, arguments);
	va_end(arguments);
	return len < 0 ? NULL : text;
}

char *alloc_path(const char *directory, const char *path)
{
	size_t len = strlen(directory);
	bool slashed = len && directory[len - 1] == '/';

	return *path == '/' ? strdup(path)
			    : alloc_text("%s%s%s", directory,
					 slashed ? "" : "/", path);
}

void *alloc_room(void *list, size_t count, size_t *size, size_t element)
{
	size_t wanted = *size ? *size * 2 : FIRST_SIZE;

	if (count < *size)
		return list;
	list = reallocarray(list, wanted, element);
	if (list)
		*size = wanted;
	return list;
}
