/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>

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
