/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "bundle/files.h"
#include "capruntime/audit.h"
#include "capruntime/exec_link.h"
#include "capruntime/exec_patch.h"
#include "caps/own.h"

/* Lower descriptors are left to the runtime, which can pass some of them on. */
#define LOWEST_DESCRIPTOR 64
#define FIRST_PRESERVED 3
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int read_session_file(const char *path, char **ret_text, size_t *ret_len,
			     struct err *err)
{
	struct stat st;
	int fd CLEANUP_FD =
		fileio_open_regular(AT_FDCWD, path, 0, path, &st, err);

	if (fd < 0)
		return -1;
	return fileio_read(fd, path, BUNDLE_CONFIG_MAX, ret_text, ret_len, err);
}

static int patch_process_file(const struct runtime_args *args,
			      const struct record_about *about, char **ret_text,
			      size_t *ret_len, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc = { .name = args->process };
	struct own_limits limits;
	struct own_caps own;

	if (read_session_file(args->process, &text, &doc.len, err) < 0 ||
	    own_caps_read_on_demand(&own, err) < 0)
		return -1;
	doc.text = text;
	limits = own_caps_limits(&own, about->ambient | about->inheritable);
	if (own_caps_check(&own, err) < 0)
		return -1;
	return exec_patch(&doc, about, &limits, args->dialect, ret_text,
			  ret_len, err);
}

/*
 * runc passes --preserve-fds and the descriptors of socket activation on to the
 * container. It accepts more spellings of a number than strtol(3): 0x40, 6_4.
 */
static int lowest_descriptor(const struct runtime_args *args, int *ret_lowest,
			     struct err *err)
{
	const char *listening = secure_getenv("LISTEN_FDS");
	/* For runc and crun, an empty variable is none. */
	const char *counts[] = { args->preserve_fds,
				 listening && *listening ? listening : NULL };

	*ret_lowest = FIRST_PRESERVED;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		const char *text = counts[i] ? counts[i] : "0";
		long count = strtol(text, NULL, 10);

		if (!*text || text[strspn(text, "0123456789")] ||
		    count > INT_MAX / 4)
			return err_set(
				err,
				"'%s' descriptors to be preserved: not a plain number, or too many",
				text);
		*ret_lowest += (int)count;
	}
	if (*ret_lowest < LOWEST_DESCRIPTOR)
		*ret_lowest = LOWEST_DESCRIPTOR;
	return 0;
}

int exec_make_file(const char *text, size_t len, int lowest, int *ret_fd,
		   struct err *err)
{
	int made CLEANUP_FD =
		memfd_create("capruntime", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (made < 0)
		return err_set_errno(err, errno, "make a file in memory");
	if (fileio_write(made, PIECES_OF(text, len)) < 0 ||
	    fcntl(made, F_ADD_SEALS, SEALS) < 0)
		return err_set_errno(err, errno, "fill a file in memory");
	*ret_fd = fcntl(made, F_DUPFD, lowest);
	if (*ret_fd < 0)
		return err_set_errno(
			err, errno,
			"no free descriptor above %d (RLIMIT_NOFILE)", lowest);
	return 0;
}

/* Keeps the text before the file name in the argument, such as "--process=". */
static int replace_word(const struct runtime_args *args, char **argv, int fd,
			struct err *err)
{
	char **word = &argv[args->process_index];
	char path[32];
	struct stat st;
	char *changed;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (stat(path, &st) < 0)
		return err_set_errno(err, errno, "'%s'", path);
	changed =
		alloc_text("%.*s%s", (int)(args->process - *word), *word, path);
	if (!changed)
		return err_set_no_memory(err);
	*word = changed;
	return 0;
}

static int pass_to_runtime(const struct runtime_args *args, char **argv,
			   const char *text, size_t len, struct err *err)
{
	int fd CLEANUP_FD = -1, lowest;

	if (lowest_descriptor(args, &lowest, err) < 0 ||
	    exec_make_file(text, len, lowest, &fd, err) < 0 ||
	    replace_word(args, argv, fd, err) < 0)
		return -1;
	/* Stays open for the runtime. */
	fd = -1;
	return 0;
}

struct session {
	struct record *record; /* of its container, if that has one */
	bool has_rule; /* which says `exec` */
	bool narrows; /* the rule does, or cannot be read */
};

static int read_session_rule(const struct exec_key *key,
			     struct session *session, struct err *err)
{
	struct exec_link link = { .narrows = true };
	char *path CLEANUP_FREE = NULL;
	int status = exec_link_read(key, &link, err);

	path = link.record;
	session->has_rule = false;
	session->narrows = link.narrows;
	if (status < 0 || !path)
		return status;
	record_free(session->record);
	if (exec_link_read_record(key, path, session->record, err) < 0)
		return -1;
	session->narrows = record_narrows(&session->record->about);
	session->has_rule = session->record->about.exec;
	return 0;
}

static int hand_over_process(const struct runtime_args *args, char **argv,
			     const struct exec_key *key,
			     struct session *session, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	size_t len;

	if (read_session_rule(key, session, err) < 0)
		return -1;
	if (!session->has_rule)
		return 0;
	if (patch_process_file(args, &session->record->about, &text, &len,
			       err) < 0)
		return -1;
	return text ? pass_to_runtime(args, argv, text, len, err) : 0;
}

/* Each word of argv can be the id. A rule that narrows decides. */
static int check_unclear(char **argv, struct exec_key *key,
			 struct session *session, struct err *err)
{
	bool any = false;

	for (char **word = argv + 1; *word; word++) {
		key->id = *word;
		if (read_session_rule(key, session, err) < 0)
			return -1;
		if (!session->has_rule)
			continue;
		any = true;
		err_set(err,
			"cannot tell which process file is meant for a session "
			"of '%s', which rule '%s' changes: write the value of "
			"each option in the same word",
			session->record->about.id, session->record->about.rule);
		if (session->narrows)
			return -1;
	}
	session->narrows = false;
	return any ? -1 : 0;
}

static NOT_INLINED int prepare_session(const struct runtime_args *args,
				       char **argv, const char *handler,
				       const char *runtime, struct err *err)
{
	struct record record CLEANUP_RECORD = { 0 };
	struct session session = { .record = &record, .narrows = true };
	struct exec_key key;
	struct policy policy = { 0 };
	struct policy_rule rule = { 0 };
	struct audit_event event = {
		.verb = "exec",
		.runtime = runtime,
		.id = args->id,
		.handler = handler,
	};
	int status = exec_key_init(&key, args, runtime, err);

	if (status == 0)
		status = args->unclear_exec
				 ? check_unclear(argv, &key, &session, err)
				 : hand_over_process(args, argv, &key, &session,
						     err);
	if (status == 0)
		return 0;
	event.outcome =
		session.narrows ? AUDIT_EXEC_REFUSED : AUDIT_EXEC_UNTOUCHED;
	event.reason = err->text;
	rule.name = record.about.rule;
	if (rule.name)
		event.rule = &rule;
	audit_write(&policy, &event);
	return session.narrows ? -1 : 0;
}

/* Most calls end here, so the memory of the rest is not touched for them. */
int exec_prepare(const struct runtime_args *args, char **argv,
		 const char *handler, const char *runtime, struct err *err)
{
	bool has_file = args->process && *args->process;

	if ((!has_file && !args->unclear_exec) || !exec_link_has_directory())
		return 0;
	return prepare_session(args, argv, handler, runtime, err);
}
