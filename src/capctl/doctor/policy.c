/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/paths.h"
#include "base/trust.h"
#include "capctl/doctor/checks.h"
#include "caps/own.h"
#include "policy/files.h"

#define SOCKET "/dev/log"
#define PRIVATE_MODE 0700

static void check_policy_directory(const char *path, struct findings *findings)
{
	int fd CLEANUP_FD = -1;
	struct err cause;

	if (trust_open_directory(path, &fd, &cause) < 0) {
		findings_add(findings, FINDING_ERROR, "directories", "%s",
			     cause.text);
		findings_fix(findings, "chown root: and chmod 755 it");
	} else if (fd < 0) {
		findings_add(findings, FINDING_WARNING, "directories",
			     "'%s': %s", path, err_reason(ENOENT));
		findings_fix(findings, "mkdir -m 755 -p %s", path);
	} else {
		findings_add(findings, FINDING_OK, "directories", "'%s'", path);
	}
}

static bool any_exec(const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].exec)
			return true;
	return false;
}

static capmask all_wanted(const struct policy *policy)
{
	capmask wanted = 0;

	for (size_t i = 0; i < policy->count; i++)
		wanted |=
			policy->rules[i].ambient | policy->rules[i].inheritable;
	return wanted;
}

/* In a new user namespace a process can still hold them. */
static void check_held(const struct policy *policy, struct findings *findings)
{
	struct buf buf CLEANUP_BUF = { 0 };
	char *names CLEANUP_FREE = NULL;
	struct own_caps own;
	struct err ignored;
	capmask lacking;

	if (own_caps_read(&own, &ignored) < 0)
		return;
	lacking = all_wanted(policy) & ~own.bounding;
	if (!lacking)
		return;
	capset_add_names(&buf, lacking, ", ");
	if (buf_take(&buf, &names, NULL, &ignored) < 0)
		return;
	findings_add(
		findings, FINDING_WARNING, "policy",
		"rules grant capabilities that this process cannot hold: %s",
		names);
	findings_fix(
		findings,
		"if the engine cannot either, check CapabilityBoundingSet= in its service");
}

static void check_rules(const struct policy *policy, struct findings *findings)
{
	findings_add(findings, FINDING_OK, "policy",
		     "%zu rule%s in %zu file%s%s%s", policy->count,
		     policy->count == 1 ? "" : "s", policy->files_count,
		     policy->files_count == 1 ? "" : "s",
		     policy->mode == POLICY_AUDIT
			     ? "; mode audit: nothing is changed"
			     : "",
		     policy->count ? "" : ": nothing is changed");
	check_held(policy, findings);
}

static bool can_log(void)
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX,
						    .sun_path = SOCKET };
	int fd CLEANUP_FD =
		socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)&address,
				  sizeof(address)) == 0;
}

static void check_syslog(struct findings *findings)
{
	if (can_log()) {
		findings_add(findings, FINDING_OK, "audit",
			     "to syslog, by " SOCKET);
		return;
	}
	findings_add(findings, FINDING_WARNING, "audit",
		     "no listener at " SOCKET ": no decision is logged");
	findings_fix(
		findings,
		"start journald or a syslog daemon, or name a file: \"audit\": \"/var/log/capruntime.log\"");
}

/* Reports files that the audit log does not write to. */
static bool check_log_file(const char *path, struct err *err)
{
	char *directory CLEANUP_FREE = NULL;
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (trust_check_log(path, err) < 0)
		return false;
	if (access(path, W_OK) < 0 && errno == EROFS)
		return err_set_errno(err, errno, "'%s'", path) == 0;
	if (stat(path, &st) == 0)
		return true;
	/* Keeps the slash, so that '/' is no special case. */
	directory = strndup(path, (size_t)(slash - path) + 1);
	if (!directory)
		return err_set_no_memory(err) == 0;
	if (access(directory, W_OK) < 0)
		return err_set_errno(err, errno, "'%s'", directory) == 0;
	return true;
}

static void check_audit(const struct policy *policy, struct findings *findings)
{
	struct err cause;

	if (policy->log == POLICY_LOG_NONE) {
		findings_add(findings, FINDING_OK, "audit",
			     "disabled by the policy");
	} else if (policy->log == POLICY_LOG_SYSLOG) {
		check_syslog(findings);
	} else if (check_log_file(policy->log_file, &cause)) {
		findings_add(findings, FINDING_OK, "audit", "to '%s'",
			     policy->log_file);
	} else {
		findings_add(findings, FINDING_WARNING, "audit",
			     "%s: the log goes to syslog", cause.text);
		findings_fix(
			findings,
			"use a regular file, owned by root and go-w, in an existing directory");
	}
}

/* It contains the links for exec, which must not survive a reboot. */
static void check_state_place(bool is_needed, struct findings *findings)
{
	enum finding_level level = is_needed ? FINDING_ERROR : FINDING_WARNING;
	struct statfs mount;

	if (access(paths_run_dir, W_OK) < 0) {
		findings_add(
			findings, level, "sessions",
			"'%s' cannot be written: %s%s", paths_run_dir,
			err_reason(errno),
			is_needed
				? "; containers whose rule has 'exec' are refused"
				: "");
		findings_fix(findings, "mount a tmpfs there");
	} else if (statfs(paths_run_dir, &mount) == 0 &&
		   mount.f_type != TMPFS_MAGIC) {
		findings_add(
			findings, FINDING_WARNING, "sessions",
			"'%s' is not a tmpfs: links of containers survive a reboot",
			paths_run_dir);
		findings_fix(findings, "mount a tmpfs there");
	}
}

static void check_state(bool is_needed, struct findings *findings)
{
	int fd CLEANUP_FD = -1;
	struct err cause;
	struct stat st;

	check_state_place(is_needed, findings);
	if (trust_open_directory(paths_state_dir, &fd, &cause) < 0) {
		findings_add(findings,
			     is_needed ? FINDING_ERROR : FINDING_WARNING,
			     "sessions", "%s", cause.text);
		findings_fix(findings, "chown root: and chmod 700 it");
	} else if (fd >= 0 && fstat(fd, &st) == 0 &&
		   (st.st_mode & 07777) != PRIVATE_MODE) {
		findings_add(findings, FINDING_WARNING, "sessions",
			     "'%s' has mode %o, not 700", paths_state_dir,
			     st.st_mode & 07777);
		findings_fix(findings, "chmod 700 %s", paths_state_dir);
	} else {
		findings_add(findings, FINDING_OK, "sessions", "'%s'%s",
			     paths_state_dir,
			     fd < 0 ? ", created when needed" : "");
	}
}

void doctor_check_policy(struct doctor *doctor, struct findings *findings)
{
	struct err cause;

	check_policy_directory(paths_config_dir, findings);
	check_policy_directory(paths_policy_dir, findings);
	check_policy_directory(paths_runtimes_dir, findings);
	doctor->has_policy = policy_files_load(&doctor->policy, &cause) == 0;
	if (doctor->has_policy) {
		check_rules(&doctor->policy, findings);
		check_audit(&doctor->policy, findings);
	} else {
		findings_add(findings, FINDING_ERROR, "policy",
			     "%s: containers %s", cause.text,
			     doctor_refused(doctor));
		findings_fix(findings, "capctl check shows all errors");
	}
	check_state(doctor->has_policy && any_exec(&doctor->policy), findings);
}
