/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clean-up attributes: release what a variable owns when it goes out of scope.
 * TAKE_PTR and TAKE_FD move the object out of the variable instead. Other types
 * have an attribute in their own header.
 */
#ifndef CAPRUNTIME_BASE_CLEANUP_H
#define CAPRUNTIME_BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

/* cleanup_fd() and cleanup_dir() keep errno for the caller. */
static inline void cleanup_fd(const int *fd)
{
	int number = errno;

	if (*fd >= 0)
		close(*fd);
	errno = number;
}

static inline void cleanup_dir(DIR *const *directory)
{
	int number = errno;

	if (*directory)
		closedir(*directory);
	errno = number;
}

static inline void *cleanup_take_ptr(void *pointer)
{
	void **from = (void **)pointer; /* C++ needs the cast */
	void *taken = *from;

	*from = NULL;
	return taken;
}

static inline int cleanup_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))
#define CLEANUP_FD __attribute__((cleanup(cleanup_fd)))
#define CLEANUP_DIR __attribute__((cleanup(cleanup_dir)))
#define TAKE_PTR(pointer) cleanup_take_ptr(&(pointer))
#define TAKE_FD(fd) cleanup_take_fd(&(fd))

#define MUST_CHECK __attribute__((warn_unused_result))
/* Its arrays would take pages of stack in callers that do not need them. */
#define NOT_INLINED __attribute__((noinline))

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
