/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/rule_file.h"

#include <fcntl.h>

#include "base/fileio.h"

int rule_file_open(struct rule_file *ret_file, const char *path,
		   struct err *err)
{
	*ret_file = (struct rule_file)RULE_FILE_INIT;
	if (!path)
		return 0;
	ret_file->fd =
		fileio_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (ret_file->fd < 0)
		return err_set_errno(err, errno, "'%s'", path);
	ret_file->path = path;
	return 0;
}

int rule_file_write(struct rule_file *file, const char *text, size_t len,
		    struct err *err)
{
	if (fileio_write(file->fd, PIECES_OF(text, len)) < 0)
		return err_set_errno(err, errno, "'%s'", file->path);
	file->path = NULL; /* it stays */
	return 0;
}

void rule_file_close(struct rule_file *file)
{
	if (file->path)
		unlink(file->path);
	cleanup_fd(&file->fd);
}
