/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/payload.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fileio.h"
#include "base/path.h"
#include "capctl/out.h"
#include "capctl/probe/held.h"
#include "capctl/process/status.h"

#define STATUS "/proc/self/status"
#define STATUS_MAX ((size_t)64 * 1024)

/* The program itself has no name here, the vDSO one without a slash. */
static int add_object(struct dl_phdr_info *object, size_t size, void *payload)
{
	struct payload *found = payload;

	(void)size;
	if (object->dlpi_name[0] != '/')
		return 0;
	if (found->count == PAYLOAD_FILES_MAX)
		return -1;
	found->files[found->count++] = object->dlpi_name;
	return 0;
}

/* The directories may be others than the loader searches by itself. */
static int name_search(struct payload *payload, struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };

	buf_add_str(&buf, "LD_LIBRARY_PATH=");
	for (size_t i = 0; i < payload->count; i++) {
		const char *name = payload->files[i];

		if (i)
			buf_add_str(&buf, ":");
		buf_add(&buf, name, (size_t)(path_basename(name) - name));
	}
	return buf_take(&buf, &payload->search, NULL, err);
}

int payload_find(struct payload *ret_payload, struct err *err)
{
	ssize_t len;

	*ret_payload = (struct payload){ 0 };
	len = readlink("/proc/self/exe", ret_payload->program,
		       sizeof(ret_payload->program) - 1);
	if (len < 0)
		return err_set_errno(err, errno, "/proc/self/exe");
	if (dl_iterate_phdr(add_object, ret_payload) < 0)
		return err_set(err, "capctl has more than %d libraries",
			       PAYLOAD_FILES_MAX);
	return name_search(ret_payload, err);
}

void payload_free(struct payload *payload)
{
	free(payload->search);
}

static int read_own_status(struct procstatus *ret_status, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, STATUS, O_RDONLY, 0);
	size_t len;

	if (fd < 0)
		return err_set_errno(err, errno, STATUS);
	if (fileio_read(fd, STATUS, STATUS_MAX, &text, &len, err) < 0)
		return -1;
	procstatus_parse(ret_status, text, len);
	if (!procstatus_is_whole(ret_status))
		return err_set(err, "'" STATUS "' lacks lines");
	return 0;
}

static int print_held(struct err *err)
{
	char *line CLEANUP_FREE = NULL;
	struct procstatus status;
	struct held held;

	if (read_own_status(&status, err) < 0)
		return -1;
	held = (struct held){ .uid = status.uid[PROCSTATUS_EFFECTIVE],
			      .no_new_privs = status.no_new_privs,
			      .sets = status.sets };
	line = held_line(&held);
	if (!line)
		return err_set_no_memory(err);
	/* As a JSON string: a line of text would be wrapped. */
	out_json_line(json_object_new_string(line));
	return out_finish(err);
}

int payload_run(struct err *err)
{
	char byte;

	if (print_held(err) < 0)
		return -1;
	while (read(0, &byte, sizeof(byte)) > 0)
		;
	return 0;
}
