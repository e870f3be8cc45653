/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "base/fileio.h"
#include "capctl/explain/explain.h"
#include "capctl/out.h"
#include "capctl/seccomp/closed.h"
#include "json/read.h"

#define PORT_SYSCTL "net.ipv4.ip_unprivileged_port_start"
#define PORT_FILE "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define NUMBER_MAX 32
#define CALLS_SHOWN 4

static int add(struct explained *explained, struct err *err, const char *code,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

static int add(struct explained *explained, struct err *err, const char *code,
	       const char *format, ...)
{
	struct explain_warning *warning =
		&explained->warnings[explained->warnings_count];
	va_list arguments;
	int status;

	if (explained->warnings_count == EXPLAIN_WARNINGS_MAX)
		return 0;
	va_start(arguments, format);
	status = vasprintf(&warning->text, format, arguments);
	va_end(arguments);
	if (status < 0)
		return err_set(err, "out of memory");
	warning->code = code;
	explained->warnings_count++;
	return 0;
}

/* Whose bits count. */
static const char *file_of(const struct entrypoint *entry)
{
	return entry->interpreter ? entry->interpreter : entry->path;
}

/* File capabilities with the effective bit want all of them, or EPERM. */
static int warn_execve(struct explained *explained, struct err *err)
{
	const struct entrypoint *entry = &explained->entry;
	char *names CLEANUP_FREE = out_names(entry->result.missing);

	if (!entry->found || !entry->result.refused)
		return 0;
	return add(
		explained, err, "program_refused",
		"'%s' cannot be executed: its file capabilities name %s, which the bounding set lacks: add that to the container, or take it off the file (setcap -r)",
		file_of(entry), names ? names : "");
}

static int warn_lost(struct explained *explained, struct err *err)
{
	const struct entrypoint *entry = &explained->entry;
	capmask lost = explain_lost(explained);
	char *names CLEANUP_FREE = out_names(lost);

	if (!lost)
		return 0;
	return add(
		explained, err, "program_loses",
		"'%s' will not hold %s: the file's own set-user-ID or set-group-ID bit or capabilities clear the ambient set: take them off the file",
		file_of(entry), names ? names : "");
}

/* -1: there is none, or it is no number. */
static long configured_start(const struct json_doc *doc)
{
	struct json_value linux_value, sysctl, value;
	char *text CLEANUP_FREE = NULL;
	struct err ignored;
	size_t len;

	if (!json_find(doc, json_root(doc), "linux", &linux_value) ||
	    !json_find(doc, linux_value, "sysctl", &sysctl) ||
	    !json_find(doc, sysctl, PORT_SYSCTL, &value) ||
	    value.kind != JSON_STRING ||
	    json_string(doc, value, &text, &len, &ignored) < 0)
		return -1;
	return len && strspn(text, "0123456789") == len ? strtol(text, NULL, 10)
							: -1;
}

static long hosts_start(void)
{
	char *text CLEANUP_FREE = NULL;
	struct err ignored;
	size_t len;
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, PORT_FILE, O_RDONLY, 0);

	if (fd < 0 ||
	    fileio_read(fd, PORT_FILE, NUMBER_MAX, &text, &len, &ignored) < 0)
		return -1;
	return strtol(text, NULL, 10);
}

/*
 * A sysctl of the network namespace: a pod's own may have been set by its
 * sandbox, which cannot be seen from here.
 */
static int warn_port(struct explained *explained, struct err *err)
{
	const struct evaluation *evaluation = &explained->run.evaluation;
	capmask bind = UINT64_C(1) << CAP_NET_BIND_SERVICE;
	bool host = evaluation->has_subject &&
		    evaluation->subject.flags[MATCH_HOST_NETWORK];
	long start = configured_start(&evaluation->restored);

	if (start < 0 && host)
		start = hosts_start();
	if (!(evaluation->decision.raised & bind) || start < 0 || start >= 1024)
		return 0;
	if (start == 0)
		return add(explained, err, "not_needed",
			   "NET_BIND_SERVICE is not needed: " PORT_SYSCTL
			   " is 0, every port can be bound");
	return add(
		explained, err, "not_needed",
		"NET_BIND_SERVICE is needed for ports below %ld only: " PORT_SYSCTL
		" says so",
		start);
}

/* The first few: a capability can have many. */
static void add_calls(struct buf *buf, const struct seccomp_closed *closed)
{
	char action[SECCOMP_ACTION_TEXT_SIZE], more[32];

	for (size_t i = 0; i < closed->count && i < CALLS_SHOWN; i++) {
		seccomp_action_text(closed->calls[i].action, action);
		buf_add_str(buf, i ? ", " : "");
		buf_add_str(buf, closed->calls[i].call->shown);
		buf_add_str(buf, " (");
		buf_add_str(buf, action);
		buf_add_str(buf, ")");
	}
	if (closed->count <= CALLS_SHOWN)
		return;
	snprintf(more, sizeof(more), " and %zu more",
		 closed->count - CALLS_SHOWN);
	buf_add_str(buf, more);
}

static int warn_closed(struct explained *explained,
		       const struct seccomp_profile *profile, capmask bit,
		       struct err *err)
{
	struct seccomp_closed closed;
	struct buf buf CLEANUP_BUF = { 0 };
	char *calls CLEANUP_FREE = NULL, *name CLEANUP_FREE = out_names(bit);

	seccomp_closed(profile, bit, &closed);
	if (closed.closing == SECCOMP_OPEN)
		return 0;
	add_calls(&buf, &closed);
	if (!name || buf_take(&buf, &calls, NULL, err) < 0)
		return err_set(err, "out of memory");
	if (closed.closing == SECCOMP_CLOSED)
		return add(
			explained, err, "seccomp_closed",
			"%s is of no use: the container's seccomp profile closes what it is for, %s: choose another profile",
			name, calls);
	return add(
		explained, err, "seccomp_partly",
		"%s is good for less: the container's seccomp profile closes %s",
		name, calls);
}

static int warn_seccomp(struct explained *explained, struct err *err)
{
	struct seccomp_profile *profile CLEANUP_PROFILE = NULL;
	capmask raised = explained->run.evaluation.decision.raised;
	struct err reason;

	if (!raised)
		return 0;
	if (seccomp_profile_read(&profile, &explained->run.evaluation.restored,
				 explained->run.args.dialect, &reason) < 0)
		return add(
			explained, err, "seccomp_unknown",
			"the container's seccomp profile cannot be asked: %s",
			reason.text);
	for (int bit = 0; bit < 64; bit++)
		if (raised >> bit & 1 &&
		    warn_closed(explained, profile, UINT64_C(1) << bit, err) <
			    0)
			return -1;
	return 0;
}

int explain_warn(struct explained *explained, struct err *err)
{
	if (!explained->decided)
		return 0;
	if (warn_execve(explained, err) < 0 || warn_lost(explained, err) < 0)
		return -1;
	if (warn_port(explained, err) < 0)
		return -1;
	return warn_seccomp(explained, err);
}
