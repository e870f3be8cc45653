/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: open, read whole with a limit, replace atomically, remove. Whom a
 * file belongs to and whether it is to be believed is trust.h.
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

/*
 * What was just opened, and never as descriptor 0, 1 or 2: those are the
 * container's, closed ones too. Takes `fd` over; -1: errno says why.
 */
int fileio_raise(int fd) MUST_CHECK;

/* openat(2) with O_CLOEXEC, raised. -1: errno says why. */
int fileio_open(int directory, const char *name, int flags,
		mode_t mode) MUST_CHECK;

/*
 * Opens a file to be read, which must be a regular one; a FIFO does not hold it
 * up. `path` names it in messages. -1: `err` says why.
 */
int fileio_open_regular(int directory, const char *name, const char *path,
			struct stat *ret_st, struct err *err) MUST_CHECK;

/*
 * fdopendir(3), which takes `fd` over, also where it fails. NULL: errno says
 * why; with -1 for `fd` it stays as it was.
 */
DIR *fileio_entries(int fd) MUST_CHECK;

/*
 * Everything from where `fd` stands, ended by a NUL that ret_len does not
 * count. More than `max` bytes are an error. `name` is for messages. The
 * caller frees.
 */
int fileio_read(int fd, const char *name, size_t max, char **ret_text,
		size_t *ret_len, struct err *err) MUST_CHECK;

/*
 * May a file of `size` bytes get `len` more? Past RLIMIT_FSIZE the kernel would
 * send a signal that ends us.
 */
bool fileio_has_room(uint64_t size, size_t len);

/* All of it, into a file that is empty. -1: errno says why. */
int fileio_write(int fd, const char *text, size_t len) MUST_CHECK;

/*
 * Makes the file `name` in `directory` hold `text`, at once or not at all:
 * another process, and whoever comes after a crash, sees the old file or the
 * new one, whole. `model` is a descriptor whose file's mode, owner and
 * extended attributes the new one gets; -1: mode 0600. Afterwards there is no
 * temporary file, also not on errors; one that a kill left goes first. The
 * message does not name the file: that is the caller's.
 */
int fileio_replace(int directory, const char *name, int model, const char *text,
		   size_t len, struct err *err) MUST_CHECK;

/*
 * The same with the mode given, whatever the umask, and an owner of ours: for
 * what others are to read.
 */
int fileio_publish(int directory, const char *name, mode_t mode,
		   const char *text, size_t len, struct err *err) MUST_CHECK;

/* Removes what a kill within these two left; errors do not matter. */
void fileio_remove_leftover(int directory, const char *name);

#endif
