/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/status.h"

#include <ctype.h>
#include <string.h>

#include "base/procstat.h"

/* The unread part of a line. */
struct rest {
	const char *at;
	size_t len;
};

static void skip_blanks(struct rest *rest)
{
	while (rest->len && (*rest->at == ' ' || *rest->at == '\t')) {
		rest->at++;
		rest->len--;
	}
}

static int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	return 16;
}

/* Digits up to a blank or the end. */
static bool take_number(struct rest *rest, int base, uint64_t max,
			uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t from;

	skip_blanks(rest);
	for (from = rest->len; rest->len; rest->at++, rest->len--) {
		int digit = digit_of(*rest->at);

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(number, (uint64_t)base, &number) ||
		    __builtin_add_overflow(number, (uint64_t)digit, &number))
			return false;
	}
	*ret_number = number;
	return rest->len < from && number <= max &&
	       (!rest->len || *rest->at == ' ' || *rest->at == '\t');
}

static bool is_at_end(struct rest rest)
{
	skip_blanks(&rest);
	return !rest.len;
}

static bool read_u32(struct rest rest, uint32_t max, uint32_t *ret_number)
{
	uint64_t number;

	if (!take_number(&rest, 10, max, &number) || !is_at_end(rest))
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static bool read_status_bool(struct rest rest, bool *ret_value)
{
	uint32_t number;

	if (!read_u32(rest, 1, &number))
		return false;
	*ret_value = number;
	return true;
}

static bool read_ids(struct rest rest, uint32_t ids[PROCSTATUS_ID_COUNT])
{
	uint32_t read[PROCSTATUS_ID_COUNT];

	for (int i = 0; i < PROCSTATUS_ID_COUNT; i++) {
		uint64_t number;

		if (!take_number(&rest, 10, UINT32_MAX, &number))
			return false;
		read[i] = (uint32_t)number;
	}
	if (!is_at_end(rest))
		return false;
	memcpy(ids, read, sizeof(read));
	return true;
}

static enum capset_which set_of_line(enum procstatus_line line)
{
	static const enum capset_which sets[] = {
		[PROCSTATUS_CAP_INH - PROCSTATUS_CAP_INH] = CAPSET_INHERITABLE,
		[PROCSTATUS_CAP_PRM - PROCSTATUS_CAP_INH] = CAPSET_PERMITTED,
		[PROCSTATUS_CAP_EFF - PROCSTATUS_CAP_INH] = CAPSET_EFFECTIVE,
		[PROCSTATUS_CAP_BND - PROCSTATUS_CAP_INH] = CAPSET_BOUNDING,
		[PROCSTATUS_CAP_AMB - PROCSTATUS_CAP_INH] = CAPSET_AMBIENT,
	};

	return sets[line - PROCSTATUS_CAP_INH];
}

static bool read_status_set(struct rest rest, capmask *ret_mask)
{
	capmask mask;

	if (!take_number(&rest, 16, UINT64_MAX, &mask) || !is_at_end(rest))
		return false;
	*ret_mask = mask;
	return true;
}

/* The kernel escapes a newline as "\n" and a backslash as "\\". */
static bool read_status_name(struct rest rest, char name[PROCSTATUS_NAME_SIZE])
{
	size_t len = 0;

	if (rest.len && *rest.at == '\t') {
		rest.at++;
		rest.len--;
	}
	for (size_t i = 0; i < rest.len && len + 1 < PROCSTATUS_NAME_SIZE;
	     i++) {
		char byte = rest.at[i];

		if (byte == '\\' && i + 1 < rest.len) {
			byte = rest.at[++i];
			if (byte == 'n')
				byte = '\n';
		}
		if (!byte)
			break;
		name[len++] = byte;
	}
	name[len] = '\0';
	return true;
}

static bool read_status_state(struct rest rest, char *ret_state)
{
	skip_blanks(&rest);
	if (!rest.len || !isalpha((unsigned char)*rest.at))
		return false;
	*ret_state = *rest.at;
	return true;
}

static bool read_status_line(struct procstatus *status,
			     enum procstatus_line line, struct rest rest)
{
	switch (line) {
	case PROCSTATUS_NAME:
		return read_status_name(rest, status->name);
	case PROCSTATUS_STATE:
		return read_status_state(rest, &status->state);
	case PROCSTATUS_TGID:
		return read_u32(rest, INT32_MAX, &status->tgid);
	case PROCSTATUS_PID:
		return read_u32(rest, INT32_MAX, &status->pid);
	case PROCSTATUS_PPID:
		return read_u32(rest, INT32_MAX, &status->ppid);
	case PROCSTATUS_UID:
		return read_ids(rest, status->uid);
	case PROCSTATUS_GID:
		return read_ids(rest, status->gid);
	case PROCSTATUS_CAP_INH:
	case PROCSTATUS_CAP_PRM:
	case PROCSTATUS_CAP_EFF:
	case PROCSTATUS_CAP_BND:
	case PROCSTATUS_CAP_AMB:
		return read_status_set(rest,
				       &status->sets.set[set_of_line(line)]);
	case PROCSTATUS_NO_NEW_PRIVS:
		return read_status_bool(rest, &status->no_new_privs);
	case PROCSTATUS_SECCOMP:
		return read_u32(rest, 2, &status->seccomp);
	case PROCSTATUS_THREADS:
		return read_u32(rest, INT32_MAX, &status->threads);
	case PROCSTATUS_KTHREAD:
		return read_status_bool(rest, &status->kthread);
	case PROCSTATUS_VM_SIZE:
		return true;
	case PROCSTATUS_LINE_COUNT:
		break;
	}
	return false;
}

static const char *const keys[PROCSTATUS_LINE_COUNT] = {
	[PROCSTATUS_NAME] = "Name",
	[PROCSTATUS_STATE] = "State",
	[PROCSTATUS_TGID] = "Tgid",
	[PROCSTATUS_PID] = "Pid",
	[PROCSTATUS_PPID] = "PPid",
	[PROCSTATUS_UID] = "Uid",
	[PROCSTATUS_GID] = "Gid",
	[PROCSTATUS_CAP_INH] = "CapInh",
	[PROCSTATUS_CAP_PRM] = "CapPrm",
	[PROCSTATUS_CAP_EFF] = "CapEff",
	[PROCSTATUS_CAP_BND] = "CapBnd",
	[PROCSTATUS_CAP_AMB] = "CapAmb",
	[PROCSTATUS_NO_NEW_PRIVS] = "NoNewPrivs",
	[PROCSTATUS_SECCOMP] = "Seccomp",
	[PROCSTATUS_THREADS] = "Threads",
	[PROCSTATUS_KTHREAD] = "Kthread",
	[PROCSTATUS_VM_SIZE] = "VmSize",
};

static enum procstatus_line find_line(const char *key, size_t len)
{
	int i;

	for (i = 0; i < PROCSTATUS_LINE_COUNT; i++)
		if (strlen(keys[i]) == len && memcmp(keys[i], key, len) == 0)
			break;
	return (enum procstatus_line)i;
}

bool procstatus_is_set(const char *key, size_t len, enum capset_which *ret_set)
{
	enum procstatus_line line = find_line(key, len);

	if (line < PROCSTATUS_CAP_INH || line > PROCSTATUS_CAP_AMB)
		return false;
	*ret_set = set_of_line(line);
	return true;
}

/* Of two lines with the same key, the first valid one counts. */
static void take_line(struct procstatus *status, const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	enum procstatus_line line;
	struct rest rest;

	if (!colon)
		return;
	line = find_line(text, (size_t)(colon - text));
	if (line == PROCSTATUS_LINE_COUNT || status->have >> line & 1)
		return;
	rest = (struct rest){ colon + 1, len - (size_t)(colon + 1 - text) };
	if (read_status_line(status, line, rest))
		status->have |= 1U << line;
}

void procstatus_parse(struct procstatus *ret_status, const char *text,
		      size_t len)
{
	*ret_status = (struct procstatus){ 0 };
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;

		take_line(ret_status, text, line);
		line += end != NULL;
		text += line;
		len -= line;
	}
}

bool procstatus_is_whole(const struct procstatus *status)
{
	unsigned int wanted = (1U << PROCSTATUS_SECCOMP) - 1;

	return (status->have & wanted) == wanted;
}

bool procstatus_has_only_other_threads(const struct procstatus *status)
{
	return procstat_is_end(status->state) && status->pid == status->tgid &&
	       status->threads > 1;
}

bool procstatus_is_dead(const struct procstatus *status)
{
	return procstat_is_end(status->state) &&
	       !procstatus_has_only_other_threads(status);
}

/*
 * Without a Kthread line (older kernels): alive, and no memory. A thread that
 * has exited has none either.
 */
bool procstatus_is_kernel(const struct procstatus *status)
{
	if (status->have >> PROCSTATUS_KTHREAD & 1)
		return status->kthread;
	return procstatus_is_whole(status) && !procstat_is_end(status->state) &&
	       !(status->have >> PROCSTATUS_VM_SIZE & 1);
}
