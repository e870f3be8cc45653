/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "base/fileio.h"
#include "capctl/explain/explain.h"
#include "capctl/explain/userns.h"
#include "capctl/out.h"
#include "capctl/pod/spec.h"
#include "capctl/seccomp/closed.h"
#include "capctl/seccomp/rules.h"
#include "json/read.h"

#define PORT_FILE "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define NUMBER_MAX 32
#define BIT(name) (UINT64_C(1) << CAP_##name)
#define CALLS_SHOWN 4

#define WARNING(code_)                                                         \
	((struct finding){ .level = FINDING_WARNING, .code = (code_) })

/* The file whose bits execve(2) evaluates. */
static const char *file_of(const struct entrypoint *entry)
{
	return entry->interpreter ? entry->interpreter : entry->path;
}

/* A file with the effective bit and a capability it cannot get: EPERM. */
static void warn_refused(struct explained *explained)
{
	const struct entrypoint *entry = &explained->entry;
	char *names CLEANUP_FREE = out_names(entry->result.missing);

	if (!entry->found || !entry->result.refused)
		return;
	findings_add_like(
		&explained->warnings, WARNING("program_refused"),
		"'%s' cannot be executed: its file capabilities include %s, which the bounding set lacks: add it to the container or remove it from the file (setcap -r)",
		file_of(entry), names ? names : "");
}

static void warn_lost(struct explained *explained)
{
	const struct entrypoint *entry = &explained->entry;
	capmask lost = explain_lost(explained);
	char *names CLEANUP_FREE = out_names(lost);

	if (!lost)
		return;
	findings_add_like(
		&explained->warnings, WARNING("program_loses"),
		"'%s' will not hold %s: the file's own set-user-ID or set-group-ID bit or capabilities clear the ambient set: remove them from the file",
		file_of(entry), names ? names : "");
}

static void warn_names(struct explained *explained, const char *code,
		       capmask mask, const char *text)
{
	char *names CLEANUP_FREE = mask ? out_names(mask) : NULL;

	if (!mask)
		return;
	if (names)
		findings_add_like(&explained->warnings, WARNING(code), "%s: %s",
				  names, text);
	else
		explained->warnings.failed = true;
}

/* Both runtimes fail then: they do not start it without the capability. */
static void warn_unstartable(struct explained *explained)
{
	warn_names(
		explained, "runtime_refuses", explain_unstartable(explained),
		"the runtime cannot start this container, with or without a rule: permitted, effective or inheritable in config.json has what the process that starts containers here does not hold, or what bounding or permitted lacks: start the engine with it, or remove it from the container (capabilities.drop)");
}

static void warn_root(struct explained *explained)
{
	const struct evaluation *evaluation = &explained->run.evaluation;

	if (evaluation->spec.uid == 0)
		warn_names(
			explained, "root_ambient", evaluation->decision.raised,
			"user 0 loses this when it becomes another user: start the container as that user");
}

/*
 * The kernel checks these with capable(), not ns_capable(): some or all uses of
 * them need the initial user namespace.
 */
static const capmask initial_only =
	BIT(LINUX_IMMUTABLE) | BIT(IPC_LOCK) | BIT(SYS_MODULE) |
	BIT(SYS_RAWIO) | BIT(SYS_PACCT) | BIT(SYS_NICE) | BIT(SYS_RESOURCE) |
	BIT(SYS_TIME) | BIT(SYS_TTY_CONFIG) | BIT(MKNOD) | BIT(LEASE) |
	BIT(AUDIT_WRITE) | BIT(AUDIT_CONTROL) | BIT(AUDIT_READ) | BIT(SYSLOG) |
	BIT(WAKE_ALARM) | BIT(BLOCK_SUSPEND) | BIT(PERFMON) | BIT(BPF);

/* Checked in the user namespace that owns the network namespace. */
static const capmask network_only =
	BIT(NET_BIND_SERVICE) | BIT(NET_RAW) | BIT(NET_ADMIN);

/* One of its own, or that of what starts it, as of rootless podman. */
static bool is_in_userns(const struct explained *explained)
{
	enum evaluation_namespace userns = explained->run.evaluation.userns;

	return userns == NAMESPACE_OTHER ||
	       (userns == NAMESPACE_OWN && explained->started_here &&
		userns_is_another(explained->pid));
}

static bool lacks_network(const struct explained *explained)
{
	const struct evaluation *evaluation = &explained->run.evaluation;

	return evaluation->has_subject &&
	       evaluation->subject.flags[MATCH_HOST_NETWORK] &&
	       (evaluation->userns == NAMESPACE_OTHER ||
		userns_lacks_network(explained->pid));
}

static void warn_userns(struct explained *explained)
{
	const struct evaluation *evaluation = &explained->run.evaluation;
	capmask raised = evaluation->decision.raised;

	if (!is_in_userns(explained))
		return;
	warn_names(
		explained, "userns_no_effect", raised & initial_only,
		evaluation->userns == NAMESPACE_OTHER
			? "little or no effect in the container's user namespace, because the kernel checks it in the initial one: start the container without a user namespace"
			: "little or no effect in the user namespace that the container is started in, because the kernel checks it in the initial one: start the container as root");
	if (lacks_network(explained))
		warn_names(
			explained, "userns_no_effect", raised & network_only,
			"no effect on the host's network, which does not belong to the container's user namespace: give the container a network namespace, or no user namespace");
}

static bool is_port_sysctl(const struct json_doc *doc, struct json_value key)
{
	char *name CLEANUP_FREE = NULL;
	struct err ignored;
	size_t len;

	return json_string(doc, key, &name, &len, &ignored) == 0 &&
	       pod_is_port_sysctl(name);
}

static bool find_port_sysctl(const struct json_doc *doc,
			     struct json_value *ret_value)
{
	struct json_value linux_value, sysctl;
	struct json_member member;
	struct json_iter iter;

	if (!json_find(doc, json_root(doc), "linux", &linux_value) ||
	    !json_find(doc, linux_value, "sysctl", &sysctl))
		return false;
	iter = json_iterate(doc, sysctl);
	while (json_next_member(&iter, &member)) {
		*ret_value = member.value;
		if (is_port_sysctl(doc, member.key))
			return true;
	}
	return false;
}

/* -1: not set, or no number. */
static long container_port_start(const struct json_doc *doc)
{
	struct json_value value;
	char *text CLEANUP_FREE = NULL;
	struct err ignored;
	size_t len;

	if (!find_port_sysctl(doc, &value) || value.kind != JSON_STRING ||
	    json_string(doc, value, &text, &len, &ignored) < 0)
		return -1;
	return len && strspn(text, "0123456789") == len ? strtol(text, NULL, 10)
							: -1;
}

static long host_port_start(void)
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
 * The sysctl belongs to the network namespace. In that of a pod its sandbox may
 * have set it, which config.json does not show.
 */
static void warn_port(struct explained *explained)
{
	const struct evaluation *evaluation = &explained->run.evaluation;
	capmask bind = BIT(NET_BIND_SERVICE);
	bool host = evaluation->has_subject &&
		    evaluation->subject.flags[MATCH_HOST_NETWORK];
	long start = container_port_start(&evaluation->restored);

	if (start < 0 && host)
		start = host_port_start();
	if (!(evaluation->decision.raised & bind) || start < 0 || start >= 1024)
		return;
	if (start == 0)
		findings_add_like(
			&explained->warnings, WARNING("not_needed"),
			"NET_BIND_SERVICE is not needed: " POD_PORT_SYSCTL
			" is 0, so every port can be bound without it");
	else
		findings_add_like(
			&explained->warnings, WARNING("not_needed"),
			"NET_BIND_SERVICE is needed only for ports below %ld, the value of " POD_PORT_SYSCTL,
			start);
}

/* The first few of them. */
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

static void warn_blocked(struct explained *explained,
			 const struct seccomp_profile *profile, capmask bit)
{
	struct findings *warnings = &explained->warnings;
	struct seccomp_closed closed;
	struct buf buf CLEANUP_BUF = { 0 };
	char *calls CLEANUP_FREE = NULL, *name CLEANUP_FREE = out_names(bit);
	struct err ignored;

	seccomp_closed(profile, bit, &closed);
	if (closed.closing == SECCOMP_OPEN)
		return;
	add_calls(&buf, &closed);
	if (!name || buf_take(&buf, &calls, NULL, &ignored) < 0)
		warnings->failed = true;
	else if (closed.closing == SECCOMP_CLOSED)
		findings_add_like(
			warnings, WARNING("seccomp_closed"),
			"%s has no effect: the container's seccomp profile blocks the system calls that need it, %s: use another profile",
			name, calls);
	else
		findings_add_like(
			warnings, WARNING("seccomp_partly"),
			"%s has less effect: the container's seccomp profile blocks %s",
			name, calls);
}

static void warn_seccomp(struct explained *explained)
{
	struct seccomp_profile *profile CLEANUP_PROFILE = NULL;
	capmask raised = explained->run.evaluation.decision.raised;
	struct err reason;

	if (!raised)
		return;
	if (seccomp_profile_read(&profile, &explained->run.evaluation.restored,
				 explained->run.args.dialect, &reason) < 0) {
		findings_add_like(
			&explained->warnings, WARNING("seccomp_unknown"),
			"the container's seccomp profile cannot be evaluated: %s",
			reason.text);
		return;
	}
	if (seccomp_profile_is_foreign(profile))
		findings_add_like(
			&explained->warnings, WARNING("seccomp_architecture"),
			"the container's seccomp profile lists other architectures than this machine's %s: its rules apply here as well, but it may have been made for another machine",
			seccomp_native_name());
	for (int bit = 0; bit < 64; bit++)
		if (raised >> bit & 1)
			warn_blocked(explained, profile, UINT64_C(1) << bit);
}

int explain_warn(struct explained *explained, struct err *err)
{
	if (explained->decided) {
		warn_unstartable(explained);
		warn_refused(explained);
		warn_lost(explained);
		warn_root(explained);
		warn_userns(explained);
		warn_port(explained);
		warn_seccomp(explained);
	}
	return findings_check(&explained->warnings, err);
}
