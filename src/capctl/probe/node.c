/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/node.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/fileio.h"
#include "capctl/child.h"

#define LSM "/sys/kernel/security/lsm"
#define CGROUPS "/sys/fs/cgroup"
#define TEXT_MAX ((size_t)4096)
#define LIMIT_MS 10000

/* The caller frees; NULL: it cannot be read. */
static char *read_node_line(const char *path)
{
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	struct err ignored;
	char *text;
	size_t len;

	if (fd < 0 ||
	    fileio_read(fd, path, TEXT_MAX, &text, &len, &ignored) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool is_cgroup2(const char *path)
{
	struct statfs mount;

	return statfs(path, &mount) == 0 && mount.f_type == CGROUP2_SUPER_MAGIC;
}

static const char *cgroup_mode(void)
{
	if (is_cgroup2(CGROUPS))
		return "v2";
	if (is_cgroup2(CGROUPS "/unified"))
		return "hybrid";
	return access(CGROUPS, F_OK) == 0 ? "v1" : NULL;
}

/* The first line. The caller frees; NULL: it has no answer. */
static char *ask_version(const char *runtime, int interrupt)
{
	const char *const argv[] = { runtime, "--version", NULL };
	char *const environment[] = { child_path_entry, NULL };
	const struct child_program program = {
		.path = runtime,
		.argv = (char *const *)(uintptr_t)argv,
		.environment = environment,
		.output_max = TEXT_MAX,
		.errors_max = TEXT_MAX,
		.interrupt = interrupt,
	};
	struct child child CLEANUP_CHILD = CHILD_INIT;
	char *text = NULL;
	struct err ignored;

	if (child_start(&child, &program, &ignored) < 0 ||
	    !child_read(&child, CHILD_FIRST_LINE, child_time(LIMIT_MS)))
		return NULL;
	text = TAKE_PTR(child.streams[CHILD_OUTPUT].text);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

void probe_node_read(struct probe_node *ret_node, const char *runtime,
		     int interrupt)
{
	*ret_node = (struct probe_node){ .lsm = read_node_line(LSM),
					 .cgroup = cgroup_mode(),
					 .runtime_version = ask_version(
						 runtime, interrupt) };
	/* It cannot fail. */
	if (uname(&ret_node->kernel) < 0)
		memset(&ret_node->kernel, 0, sizeof(ret_node->kernel));
}

void probe_node_free(struct probe_node *node)
{
	free(node->lsm);
	free(node->runtime_version);
}
