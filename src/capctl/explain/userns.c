/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/trust_stat.h"

#define LINK_SIZE 40

static void make_link(char ret_link[LINK_SIZE], int32_t pid, const char *kind)
{
	if (pid)
		snprintf(ret_link, LINK_SIZE, "/proc/%d/ns/%s", pid, kind);
	else
		snprintf(ret_link, LINK_SIZE, "/proc/self/ns/%s", kind);
}

bool userns_is_another(int32_t pid)
{
	char link[LINK_SIZE];

	make_link(link, pid, "user");
	return !trust_is_first_userns(link);
}

/* EPERM: the owner is neither this process's user namespace nor below it. */
bool userns_lacks_network(int32_t pid)
{
	char net[LINK_SIZE], user[LINK_SIZE];
	struct stat own, owner;
	int fd CLEANUP_FD = -1, owner_fd CLEANUP_FD = -1;

	make_link(net, pid, "net");
	make_link(user, pid, "user");
	fd = open(net, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || stat(user, &own) < 0)
		return false;
	owner_fd = ioctl(fd, NS_GET_USERNS);
	if (owner_fd < 0)
		return errno == EPERM;
	return fstat(owner_fd, &owner) == 0 &&
	       (owner.st_ino != own.st_ino || owner.st_dev != own.st_dev);
}
