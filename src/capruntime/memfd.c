/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/fileio.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int memfd_make(const char *text, size_t len, int lowest, int *ret_fd,
	       struct err *err)
{
	int made CLEANUP_FD =
		memfd_create("capruntime", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (made < 0)
		return err_set_errno(err, errno, "make a file in memory");
	if (fileio_write(made, text, len) < 0 ||
	    fcntl(made, F_ADD_SEALS, SEALS) < 0)
		return err_set_errno(err, errno, "fill a file in memory");
	*ret_fd = fcntl(made, F_DUPFD, lowest);
	if (*ret_fd < 0)
		return err_set_errno(err, errno,
				     "no descriptor over %d (RLIMIT_NOFILE)",
				     lowest);
	return 0;
}
