/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/smallfile.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fileio.h"

char *smallfile_read(const char *path, size_t max, size_t *ret_len)
{
	struct err ignored;
	struct stat st;
	char *text;
	int fd CLEANUP_FD = fileio_open_regular(AT_FDCWD, path, O_NOFOLLOW,
						path, &st, &ignored);

	if (fd < 0 || fileio_read(fd, path, max, &text, ret_len, &ignored) < 0)
		return NULL;
	return text;
}
