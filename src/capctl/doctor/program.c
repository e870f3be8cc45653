/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/paths.h"
#include "capctl/doctor/checks.h"
#include "runtime/args.h"

#define REAL "real runtime"
#define SELINUX_IS_ON "/sys/fs/selinux/enforce"
#define LABEL "security.selinux"
#define LABEL_MAX 256

/* Of runc and crun, in container-selinux and in the reference policy (Debian). */
static const char *const wanted_types[] = { "container_runtime_exec_t",
					    "container_engine_exec_t" };

/* capruntime trusts its environment, so it refuses to run setuid. */
static void check_mode(const char *path, struct findings *findings)
{
	struct stat st;

	if (stat(path, &st) < 0 || !(st.st_mode & (S_ISUID | S_ISGID)))
		return;
	findings_add(findings, FINDING_ERROR, "capruntime",
		     "'%s' is setuid or setgid: capruntime refuses to run",
		     path);
	findings_fix(findings, "chmod u-s,g-s %s", path);
}

/* The type is the third part of user:role:type:level. */
static bool has_wanted_type(const char *label)
{
	const char *at = strchr(label, ':');
	size_t len;

	at = at ? strchr(at + 1, ':') : NULL;
	if (!at)
		return false;
	len = strcspn(++at, ":");
	for (size_t i = 0; i < ARRAY_LEN(wanted_types); i++)
		if (strlen(wanted_types[i]) == len &&
		    strncmp(at, wanted_types[i], len) == 0)
			return true;
	return false;
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
			"'%s' is %s; if the SELinux policy changes the domain, AT_SECURE is set, and $CAPRUNTIME_RUNTIME and $CAPRUNTIME_POLICY are ignored",
			path, label);
		return;
	}
	findings_add(
		findings, FINDING_WARNING, "SELinux",
		"'%s' is labelled '%s', not %s or %s, as the SELinux policy labels runc: engines may not run it, or containers get another domain",
		path, label, wanted_types[0], wanted_types[1]);
	findings_fix(
		findings,
		"semanage fcontext -a -t %s %s && restorecon %s, with the type of 'matchpathcon /usr/bin/runc'",
		wanted_types[0], path, path);
}

static void check_installed(const struct doctor *doctor,
			    struct findings *findings)
{
	const char *path = installed_path(&doctor->installed);

	if (!doctor_check_executable(path, "capruntime", findings))
		return;
	findings_add(findings, FINDING_OK, "capruntime", "'%s'", path);
	check_mode(path, findings);
	check_label(path, findings);
}

static bool is_real_runtime(const struct doctor *doctor,
			    const struct launch *launch, struct err *err)
{
	if (launch_check_path(launch, err) < 0)
		return false;
	/* launch.c compares with /proc/self/exe, which is capctl here. */
	if (!installed_is(&doctor->installed, launch->path))
		return true;
	err_set(err, "'%s' is capruntime itself", launch->path);
	return false;
}

static void report_dialect(const struct launch *launch, const char *handler,
			   struct findings *findings)
{
	const char *known = runtime_args_known(launch->path);

	if (known) {
		findings_add(
			findings, FINDING_OK, REAL,
			"handler '%s': '%s', which reads its options as %s does (%s)",
			handler, launch->path, known, launch_chosen_by(launch));
		return;
	}
	findings_add(
		findings, FINDING_UNKNOWN, REAL,
		"handler '%s': '%s' (%s) is neither runc nor crun, so how it reads its options is unknown: capruntime assumes runc's, then crun's, and refuses a create or run if it cannot tell the bundle",
		handler, launch->path, launch_chosen_by(launch));
	findings_fix(
		findings,
		"use runc or crun; for a program with the options of one, a link to it whose name contains 'runc' or 'crun'");
}

/* Finds the real runtime of a handler. false: it cannot be run. */
static bool check_real_runtime(const struct doctor *doctor,
			       struct launch *launch, const char *handler,
			       struct findings *findings)
{
	struct err problem;

	if (launch_resolve(launch, handler, &problem) < 0) {
		*launch->path = '\0';
		findings_add(findings, FINDING_ERROR, REAL, "%s", problem.text);
		findings_fix(findings, "ln -s /path/to/runc %s/%s",
			     paths_runtimes_dir, handler);
		return false;
	}
	if (!is_real_runtime(doctor, launch, &problem)) {
		findings_add(findings, FINDING_ERROR, REAL,
			     "handler '%s': %s (by %s)", handler, problem.text,
			     launch_chosen_by(launch));
		findings_fix(findings, "ln -sfn /path/to/runc %s/%s",
			     paths_runtimes_dir, handler);
		return false;
	}
	doctor_check_mount(launch->path, REAL, findings);
	report_dialect(launch, handler, findings);
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
			"$%s is set in this shell and used below: an engine's capruntime does not see it",
			names[i]);
		findings_fix(findings, "unset %s, and run doctor again",
			     names[i]);
	}
}

static int is_handler_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       strcmp(entry->d_name, "capruntime") != 0;
}

/* Each other handler is a link to capruntime with its name. */
static void check_links(const struct doctor *doctor, struct findings *findings)
{
	struct dirent **entries;
	int count = scandir(paths_runtimes_dir, &entries, is_handler_name,
			    alphasort);
	struct launch launch;

	if (count < 0 && errno != ENOENT)
		findings_add(findings, FINDING_UNKNOWN, REAL,
			     "'%s' cannot be read: %s", paths_runtimes_dir,
			     err_reason(errno));
	for (int i = 0; i < count; i++) {
		check_real_runtime(doctor, &launch, entries[i]->d_name,
				   findings);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

void doctor_check_program(struct doctor *doctor, struct findings *findings)
{
	check_variable(findings);
	check_installed(doctor, findings);
	check_real_runtime(doctor, &doctor->launch, "capruntime", findings);
	check_links(doctor, findings);
}
