/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "base/paths.h"
#include "base/trust.h"
#include "capctl/doctor/host.h"
#include "runtime/args.h"

#define REAL "real runtime"
#define SELINUX_IS_ON "/sys/fs/selinux/enforce"
#define LABEL "security.selinux"
#define LABEL_MAX 256
#define WANTED_TYPE "container_runtime_exec_t"

static void check_mount(const char *path, const char *topic,
			struct findings *findings)
{
	struct statvfs mount;

	if (statvfs(path, &mount) < 0 || !(mount.f_flag & ST_NOEXEC))
		return;
	findings_add(findings, FINDING_ERROR, topic,
		     "'%s' lies on a mount that is noexec", path);
	findings_fix(findings, "mount it with exec, or install it elsewhere");
}

bool doctor_check_executable(const char *path, const char *topic,
			     struct findings *findings)
{
	struct err trouble;

	if (*path != '/') {
		findings_add(findings, FINDING_ERROR, topic,
			     "'%s' is not an absolute path", path);
		findings_fix(findings, "write down the whole path");
		return false;
	}
	if (trust_check_program(path, &trouble) < 0) {
		findings_add(findings, FINDING_ERROR, topic, "%s",
			     trouble.text);
		findings_fix(
			findings,
			"install it there, root's and go-w, or mend the path");
		return false;
	}
	check_mount(path, topic, findings);
	return true;
}

/* It refuses to run so: design of a program that trusts its environment. */
static void check_mode(const char *path, struct findings *findings)
{
	struct stat st;

	if (stat(path, &st) < 0 || !(st.st_mode & (S_ISUID | S_ISGID)))
		return;
	findings_add(findings, FINDING_ERROR, "capruntime",
		     "'%s' is setuid or setgid: it refuses to run so", path);
	findings_fix(findings, "chmod u-s,g-s %s", path);
}

/* The type is the third part of user:role:type:level. */
static bool has_wanted_type(const char *label)
{
	const char *at = strchr(label, ':');

	at = at ? strchr(at + 1, ':') : NULL;
	return at && strncmp(at + 1, WANTED_TYPE, strlen(WANTED_TYPE)) == 0 &&
	       (at[1 + strlen(WANTED_TYPE)] == ':' ||
		at[1 + strlen(WANTED_TYPE)] == '\0');
}

static void check_label(const char *path, struct findings *findings)
{
	char label[LABEL_MAX + 1] = "";

	if (access(SELINUX_IS_ON, F_OK) < 0)
		return;
	if (getxattr(path, LABEL, label, LABEL_MAX) < 0)
		label[0] = '\0';
	if (has_wanted_type(label)) {
		findings_add(
			findings, FINDING_OK, "SELinux",
			"'%s' is %s; where the policy changes the domain, AT_SECURE is set and $CAPRUNTIME_RUNTIME and $CAPRUNTIME_POLICY do not count",
			path, label);
		return;
	}
	findings_add(
		findings, FINDING_WARNING, "SELinux",
		"'%s' is labelled '%s', not %s: engines may not run it, or containers get another domain",
		path, label, WANTED_TYPE);
	findings_fix(findings, "semanage fcontext -a -t %s %s && restorecon %s",
		     WANTED_TYPE, path, path);
}

static void check_installed(struct findings *findings)
{
	const char *path = doctor_installed();

	if (!doctor_check_executable(path, "capruntime", findings))
		return;
	findings_add(findings, FINDING_OK, "capruntime", "'%s'", path);
	check_mode(path, findings);
	check_label(path, findings);
}

static bool is_sound(const struct launch *launch, struct err *err)
{
	if (launch_check_path(launch, err) < 0)
		return false;
	/* For launch.c, /proc/self/exe is capctl here. */
	if (!doctor_is_installed(launch->path))
		return true;
	err_set(err, "'%s' is capruntime itself", launch->path);
	return false;
}

/* One handler's: false and a finding when it has none that can be run. */
static bool check_handler(struct launch *launch, const char *handler,
			  struct findings *findings)
{
	struct err trouble;

	if (launch_resolve(launch, handler, &trouble) < 0) {
		*launch->path = '\0';
		findings_add(findings, FINDING_ERROR, REAL, "%s", trouble.text);
		findings_fix(findings, "ln -s /path/to/runc %s/%s",
			     paths_runtimes_dir, handler);
		return false;
	}
	if (!is_sound(launch, &trouble)) {
		findings_add(findings, FINDING_ERROR, REAL,
			     "handler '%s': %s (by %s)", handler, trouble.text,
			     launch_chosen_by(launch));
		findings_fix(findings, "ln -sfn /path/to/runc %s/%s",
			     paths_runtimes_dir, handler);
		return false;
	}
	check_mount(launch->path, REAL, findings);
	findings_add(
		findings, FINDING_OK, REAL,
		"handler '%s': '%s', which reads its options as %s does (%s)",
		handler, launch->path,
		runtime_args_dialect(launch->path) == RUNTIME_CRUN ? "crun"
								   : "runc",
		launch_chosen_by(launch));
	return true;
}

static void check_variable(struct findings *findings)
{
	static const char *const names[] = { "CAPRUNTIME_RUNTIME",
					     "CAPRUNTIME_POLICY" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!secure_getenv(names[i]))
			continue;
		findings_add(
			findings, FINDING_WARNING, "environment",
			"$%s is set here and counts below: an engine's capruntime does not see this shell's",
			names[i]);
		findings_fix(findings, "unset %s, and look again", names[i]);
	}
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       strcmp(entry->d_name, "capruntime") != 0;
}

/* Further handlers: links to capruntime with these names. */
static void check_links(struct findings *findings)
{
	struct dirent **entries;
	int count = scandir(paths_runtimes_dir, &entries, is_name, alphasort);
	struct launch launch;

	if (count < 0 && errno != ENOENT)
		findings_add(findings, FINDING_UNKNOWN, REAL,
			     "'%s' cannot be read: %s", paths_runtimes_dir,
			     err_reason(errno));
	for (int i = 0; i < count; i++) {
		check_handler(&launch, entries[i]->d_name, findings);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

void doctor_check_program(struct doctor *doctor, struct findings *findings)
{
	check_variable(findings);
	check_installed(findings);
	check_handler(&doctor->launch, "capruntime", findings);
	check_links(findings);
}
