/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <fcntl.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/trust_stat.h"
#include "capctl/doctor/checks.h"

#define TOPIC "kernel"
#define RELEASE "/proc/sys/kernel/osrelease"
#define USERNS "/proc/sys/user/max_user_namespaces"
#define TEXT_MAX 256

struct release {
	unsigned int major;
	unsigned int minor;
};

/* prctl(2) PR_CAP_AMBIENT */
static const struct release with_ambient = { 4, 3 };
static const struct release with_openat2 = { 5, 6 };

static bool is_before(struct release release, struct release other)
{
	return release.major < other.major ||
	       (release.major == other.major && release.minor < other.minor);
}

/*
 * The first line; the caller frees. NULL: it cannot be read. In the tree of
 * --root it may be a FIFO.
 */
static char *read_line(const char *path)
{
	struct err ignored;
	struct stat st;
	char *text;
	size_t len;
	int fd CLEANUP_FD =
		fileio_open_regular(AT_FDCWD, path, 0, path, &st, &ignored);

	if (fd < 0 ||
	    fileio_read(fd, path, TEXT_MAX, &text, &len, &ignored) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void check_release(const char *text, struct findings *findings)
{
	struct release release;

	if (sscanf(text, "%u.%u", &release.major, &release.minor) != 2) {
		findings_add(findings, FINDING_UNKNOWN, TOPIC,
			     "Linux '%s': not a version", text);
		return;
	}
	if (is_before(release, with_ambient)) {
		findings_add(findings, FINDING_ERROR, TOPIC,
			     "Linux %s has no ambient capabilities", text);
		findings_fix(findings, "use Linux 4.3 or later");
		return;
	}
	findings_add(findings, FINDING_OK, TOPIC,
		     "Linux %s: ambient capabilities, no_new_privs", text);
	if (is_before(release, with_openat2)) {
		findings_add(
			findings, FINDING_WARNING, TOPIC,
			"Linux %s has no openat2(2): 'capctl scan' cannot read images safely",
			text);
		findings_fix(
			findings,
			"use Linux 5.6 or later, or scan on another machine");
	}
}

static void check_userns(const char *text, struct findings *findings)
{
	if (strcmp(text, "0") == 0)
		findings_add(
			findings, FINDING_OK, TOPIC,
			"user namespaces are disabled (" USERNS
			"): no rootless containers, rules with userns never match");
	else
		findings_add(findings, FINDING_OK, TOPIC,
			     "user namespaces: up to %s", text);
	if (!trust_is_first_userns("/proc/self/ns/user"))
		findings_add(
			findings, FINDING_OK, TOPIC,
			"this process is in a user namespace: in containers that are started from here, IPC_LOCK, SYS_TIME and others that the kernel checks in the initial one have no effect");
}

/* The sets of this process; doctor cannot see those of an engine. */
static void check_securebits(struct findings *findings)
{
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	if (bits < 0 || !(bits & SECBIT_NO_CAP_AMBIENT_RAISE))
		return;
	findings_add(
		findings, FINDING_WARNING, TOPIC,
		"a securebit of this process forbids raising ambient capabilities: capruntime started from here raises none");
	findings_fix(
		findings,
		"if the engine has it too, check SecureBits= in its service");
}

void doctor_check_kernel(struct findings *findings)
{
	char *release CLEANUP_FREE = read_line(RELEASE);
	char *userns CLEANUP_FREE = read_line(USERNS);

	if (release)
		check_release(release, findings);
	if (userns)
		check_userns(userns, findings);
	check_securebits(findings);
}
