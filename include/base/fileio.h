/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: open, read whole with a limit, replace atomically. Who owns a file and
 * whether it is trusted is trust.h.
 */
#ifndef CAPRUNTIME_BASE_FILEIO_H
#define CAPRUNTIME_BASE_FILEIO_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/pieces.h"

/*
 * Moves a new descriptor to 3 or above: 0, 1 and 2 are the container's, even
 * if closed. Closes `fd` if it moves. -1: errno is set.
 */
int fileio_raise(int fd) MUST_CHECK;

/* openat(2) with O_CLOEXEC, 3 or above. -1: errno is set. */
int fileio_open(int directory, const char *name, int flags,
		mode_t mode) MUST_CHECK;

/*
 * Opens a regular file for reading. Other kinds are not opened at all: opening
 * a device can have an effect, and a FIFO can block. `flags` is O_NOFOLLOW or
 * 0. `path` names the file in messages. -1: err->number is 0 if the file is not
 * a regular one.
 */
int fileio_open_regular(int directory, const char *name, int flags,
			const char *path, struct stat *ret_st,
			struct err *err) MUST_CHECK;

/*
 * flock(2) with LOCK_SH or LOCK_EX, tried for ten seconds: somebody who may only
 * read the file could hold it. `path` is for messages.
 */
int fileio_lock(int fd, int operation, const char *path,
		struct err *err) MUST_CHECK;

/*
 * fdopendir(3) that owns `fd` even if it fails. NULL: errno is set; with -1 for
 * `fd` it is unchanged.
 */
DIR *fileio_entries(int fd) MUST_CHECK;

/*
 * Reads from the file offset to the end; adds a NUL that ret_len does not
 * count. More than `max` bytes are an error. `name` is for messages. The
 * caller frees.
 */
int fileio_read(int fd, const char *name, size_t max, char **ret_text,
		size_t *ret_len, struct err *err) MUST_CHECK;

/*
 * Does RLIMIT_FSIZE allow a file of `size` bytes `len` more? Beyond it the
 * kernel sends SIGXFSZ.
 */
bool fileio_has_room(uint64_t size, size_t len);

/* Writes all of `text` into an empty file. -1: errno is set. */
int fileio_write(int fd, const struct pieces *text) MUST_CHECK;

/*
 * Replaces the file `name` in `directory` atomically: other processes, and the
 * next start after a crash, see the whole old file or the whole new one. The
 * new file gets mode, owner and extended attributes of the descriptor `model`;
 * -1: mode 0600. No temporary file is left, on errors neither; one that an
 * earlier kill left is removed. The caller names the file in the message.
 */
int fileio_replace(int directory, const char *name, int model,
		   const struct pieces *text, struct err *err) MUST_CHECK;

/*
 * The name of a temporary file of fileio_publish() ends so; one that a kill
 * left behind is the caller's to remove.
 */
#define FILEIO_LEFTOVER ".capruntime-new"

struct fileio_place {
	int directory;
	const char *name;
	int staging; /* the directory of the temporary file; same mount */
	const char *temporary; /* its name without FILEIO_LEFTOVER */
};

/* The same with this mode, whatever the umask, and this process as owner. */
int fileio_publish(const struct fileio_place *place, mode_t mode,
		   const char *text, size_t len, struct err *err) MUST_CHECK;

/* lstat(2), but any error other than ENOENT counts as an existing file. */
bool fileio_may_exist(int directory, const char *name);
bool fileio_may_have_leftover(int directory, const char *name);

/* Removes the temporary file that a kill left behind; ignores errors. */
void fileio_remove_leftover(int directory, const char *name);

#endif
