/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is the text of /proc/PID/status. The parsed values, written in the
 * kernel's format, parse to the same values; unknown lines change nothing.
 */
#include "config.h"

#include "capctl/process/status.h"

#include <inttypes.h>
#include <string.h>

#include "base/procstat.h"
#include "fuzz.h"

#define INPUT_MAX 16384

static void add_name(struct buf *buf, const char *name)
{
	buf_add_str(buf, "Name:\t");
	for (; *name; name++) {
		if (*name == '\n')
			buf_add_str(buf, "\\n");
		else if (*name == '\\')
			buf_add_str(buf, "\\\\");
		else
			buf_add(buf, name, 1);
	}
	buf_add_str(buf, "\nFoo:\t1\n");
}

static void add_numbers(struct buf *buf, const struct procstatus *status)
{
	const uint32_t *uid = status->uid, *gid = status->gid;
	char text[512];

	snprintf(
		text, sizeof(text),
		"State:\t%c (x)\nTgid:\t%u\nPid:\t%u\nPPid:\t%u\n"
		"Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n"
		"NoNewPrivs:\t%d\nSeccomp:\t%u\nThreads:\t%u\nKthread:\t%d\nVmSize:\t1 kB\n",
		status->state ? status->state : 'S', status->tgid, status->pid,
		status->ppid, uid[0], uid[1], uid[2], uid[3], gid[0], gid[1],
		gid[2], gid[3], status->no_new_privs, status->seccomp,
		status->threads, status->kthread);
	buf_add_str(buf, text);
}

static void add_sets(struct buf *buf, const struct capsets *sets)
{
	static const char *const keys[CAPSET_COUNT] = {
		[CAPSET_EFFECTIVE] = "CapEff",	 [CAPSET_BOUNDING] = "CapBnd",
		[CAPSET_INHERITABLE] = "CapInh", [CAPSET_PERMITTED] = "CapPrm",
		[CAPSET_AMBIENT] = "CapAmb",
	};
	char line[64];

	for (int i = 0; i < CAPSET_COUNT; i++) {
		snprintf(line, sizeof(line), "%s:\t%016" PRIx64 "\n", keys[i],
			 sets->set[i]);
		buf_add_str(buf, line);
	}
}

static void check_again(const struct procstatus *status)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct procstatus again;
	char *text CLEANUP_FREE = NULL;
	struct err err;
	size_t len;

	add_name(&buf, status->name);
	add_numbers(&buf, status);
	add_sets(&buf, &status->sets);
	MUST(buf_take(&buf, &text, &len, &err) == 0);
	procstatus_parse(&again, text, len);
	MUST((again.have & status->have) == status->have);
	MUST(procstatus_is_whole(&again));
	again.have = status->have;
	again.state = status->state;
	MUST(memcmp(&again, status, sizeof(again)) == 0);
}

/* The same bytes as /proc/PID/stat, up to the first NUL. */
static void check_stat(const uint8_t *data, size_t size)
{
	char *text CLEANUP_FREE = strndup((const char *)data, size);

	MUST(text);
	MUST(strchr(text, ')') ||
	     (!procstat_has_ended(text) && !procstat_start_time(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct procstatus status;

	if (size > INPUT_MAX)
		return 0;
	memset(&status, 0, sizeof(status)); /* including padding */
	procstatus_parse(&status, (const char *)data, size);
	MUST(status.have < 1U << PROCSTATUS_LINE_COUNT);
	MUST(memchr(status.name, '\0', sizeof(status.name)));
	MUST(status.seccomp <= 2);
	MUST(!procstatus_is_kernel(&status) ||
	     !(status.have >> PROCSTATUS_VM_SIZE & 1) || status.kthread);
	check_again(&status);
	check_stat(data, size);
	return 0;
}
