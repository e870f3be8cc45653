/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/path.h"

#include <string.h>

const char *path_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool path_is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

void path_clean(char *path)
{
	const char *in = path + strspn(path, "/");
	char *out = path;
	size_t len;

	if (*path != '/')
		return;
	for (; *in; in += len, in += strspn(in, "/")) {
		len = strcspn(in, "/");
		if (len == 1 && in[0] == '.')
			continue;
		if (len == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				;
			continue;
		}
		*out++ = '/';
		memmove(out, in, len);
		out += len;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}
