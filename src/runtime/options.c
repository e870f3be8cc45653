/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/options.h"

#include <string.h>

#include "base/cleanup.h"

#define GLOBAL (BEFORE_VERB | AFTER_ANY_VERB)
#define CREATE_RUN (AFTER_CREATE | AFTER_RUN)
#define RUN_EXEC (AFTER_RUN | AFTER_EXEC)
#define ALL_THREE (AFTER_CREATE | AFTER_RUN | AFTER_EXEC)
#define START (CREATE_RUN | AFTER_RESTORE)
#define ANYWHERE (BEFORE_VERB | ALL_THREE | AFTER_RESTORE)

/*
 * -h belongs to runc, -? and -V to crun. A runtime that refuses them starts no
 * container either. crun 1.8 takes --rootless as an abbreviation of --root.
 */
static const struct runtime_option options[] = {
	/* name, letters, kind, in runc, in crun */
	{ "help", "h?", OPTION_INFO, ANYWHERE, ANYWHERE },
	{ "usage", "", OPTION_INFO, 0, ANYWHERE },
	{ "version", "vV", OPTION_INFO, BEFORE_VERB, BEFORE_VERB },
	{ "program-name", "", OPTION_VALUE, 0, ANYWHERE },
	{ "HANG", "", OPTION_ATTACHED, 0, ANYWHERE },

	{ "root", "", OPTION_ROOT, GLOBAL, BEFORE_VERB },
	{ "rootless", "", OPTION_VALUE, GLOBAL, BEFORE_VERB | NOT_IN_OLD_CRUN },
	{ "log", "", OPTION_LOG, GLOBAL, BEFORE_VERB },
	{ "log-format", "", OPTION_LOG_FORMAT, GLOBAL, BEFORE_VERB },
	{ "log-level", "", OPTION_VALUE, 0, BEFORE_VERB | NOT_IN_OLD_CRUN },
	{ "debug", "", OPTION_FLAG, GLOBAL, BEFORE_VERB },
	{ "systemd-cgroup", "", OPTION_FLAG, GLOBAL, BEFORE_VERB },
	{ "cgroup-manager", "", OPTION_VALUE, 0, BEFORE_VERB },
	{ "criu", "", OPTION_VALUE, BEFORE_VERB, 0 },

	{ "bundle", "b", OPTION_BUNDLE, START, START },
	{ "config", "f", OPTION_CONFIG, 0, CREATE_RUN },
	{ "no-new-keyring", "", OPTION_FLAG, CREATE_RUN, CREATE_RUN },
	{ "no-pivot", "", OPTION_FLAG, START, CREATE_RUN },
	{ "no-subreaper", "", OPTION_FLAG, AFTER_RUN | AFTER_RESTORE,
	  CREATE_RUN },
	{ "keep", "", OPTION_FLAG, AFTER_RUN, AFTER_RUN | NOT_IN_OLD_CRUN },
	{ "detach", "d", OPTION_FLAG, RUN_EXEC | AFTER_RESTORE,
	  RUN_EXEC | AFTER_RESTORE },
	{ "console-socket", "", OPTION_VALUE, ALL_THREE | AFTER_RESTORE,
	  ALL_THREE | AFTER_RESTORE },
	{ "pid-file", "", OPTION_VALUE, ALL_THREE | AFTER_RESTORE,
	  ALL_THREE | AFTER_RESTORE },
	{ "pidfd-socket", "", OPTION_VALUE, ALL_THREE, 0 },
	{ "preserve-fds", "", OPTION_PRESERVE_FDS, ALL_THREE, ALL_THREE },

	{ "image-path", "", OPTION_VALUE, AFTER_RESTORE, AFTER_RESTORE },
	{ "work-path", "", OPTION_VALUE, AFTER_RESTORE, AFTER_RESTORE },
	{ "manage-cgroups-mode", "", OPTION_VALUE, AFTER_RESTORE,
	  AFTER_RESTORE },
	{ "empty-ns", "", OPTION_VALUE, AFTER_RESTORE, 0 },
	{ "lsm-profile", "", OPTION_VALUE, AFTER_RESTORE, AFTER_RESTORE },
	{ "lsm-mount-context", "", OPTION_VALUE, AFTER_RESTORE, AFTER_RESTORE },
	{ "network-lock", "", OPTION_VALUE, 0, AFTER_RESTORE },
	{ "tcp-established", "", OPTION_FLAG, AFTER_RESTORE, AFTER_RESTORE },
	{ "tcp-close", "", OPTION_FLAG, 0, AFTER_RESTORE },
	{ "ext-unix-sk", "", OPTION_FLAG, AFTER_RESTORE, AFTER_RESTORE },
	{ "shell-job", "", OPTION_FLAG, AFTER_RESTORE, AFTER_RESTORE },
	{ "file-locks", "", OPTION_FLAG, AFTER_RESTORE, AFTER_RESTORE },
	{ "auto-dedup", "", OPTION_FLAG, AFTER_RESTORE, 0 },
	{ "lazy-pages", "", OPTION_FLAG, AFTER_RESTORE, 0 },

	{ "process", "p", OPTION_PROCESS, AFTER_EXEC, AFTER_EXEC },
	{ "process-label", "", OPTION_VALUE, AFTER_EXEC, AFTER_EXEC },
	{ "additional-gids", "g", OPTION_VALUE, AFTER_EXEC, 0 },
	{ "apparmor", "", OPTION_VALUE, AFTER_EXEC, AFTER_EXEC },
	{ "cap", "c", OPTION_VALUE, AFTER_EXEC, AFTER_EXEC },
	{ "cgroup", "", OPTION_VALUE, AFTER_EXEC, AFTER_EXEC },
	{ "cwd", "", OPTION_VALUE, AFTER_EXEC, AFTER_EXEC },
	{ "env", "e", OPTION_VALUE, AFTER_EXEC, AFTER_EXEC },
	{ "ignore-paused", "", OPTION_FLAG, AFTER_EXEC, 0 },
	{ "no-new-privs", "", OPTION_FLAG, AFTER_EXEC, AFTER_EXEC },
	{ "tty", "t", OPTION_FLAG, AFTER_EXEC, 0 },
	{ "tty", "t", OPTION_ATTACHED, 0, AFTER_EXEC },
	{ "user", "u", OPTION_VALUE, AFTER_EXEC, AFTER_EXEC },
};

static const struct {
	const char *name;
	enum runtime_verb verb;
	enum option_place place;
} verbs[] = {
	{ "create", RUNTIME_CREATE, AFTER_CREATE },
	{ "run", RUNTIME_RUN, AFTER_RUN },
	{ "restore", RUNTIME_RESTORE, AFTER_RESTORE },
	{ "exec", RUNTIME_EXEC, AFTER_EXEC },
};

enum runtime_verb runtime_verb_find(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, word) == 0)
			return verbs[i].verb;
	return RUNTIME_PASS;
}

const char *runtime_verb_name(enum runtime_verb verb)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (verbs[i].verb == verb)
			return verbs[i].name;
	return "";
}

unsigned int runtime_verb_place(enum runtime_verb verb)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (verbs[i].verb == verb)
			return verbs[i].place;
	return 0;
}

static bool is_name_of(const struct runtime_option *option, const char *name,
		       size_t length)
{
	return strncmp(option->name, name, length) == 0 &&
	       option->name[length] == '\0';
}

static bool is_letter_of(const struct runtime_option *option, char letter)
{
	return letter && strchr(option->letters, letter);
}

const struct runtime_option *
runtime_option_runc(const char *name, size_t length, unsigned int scope)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (options[i].runc & scope &&
		    (is_name_of(&options[i], name, length) ||
		     (length == 1 && is_letter_of(&options[i], *name))))
			return &options[i];

	return NULL;
}

const struct runtime_option *runtime_option_crun(const char *name,
						 size_t length,
						 unsigned int scope,
						 bool *ret_ambiguous)
{
	const struct runtime_option *exact = NULL, *longer = NULL,
				    *newer = NULL;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(options) && !exact; i++) {
		const struct runtime_option *option = &options[i];

		if (!(option->crun & scope) ||
		    strncmp(option->name, name, length) != 0)
			continue;
		if (is_name_of(option, name, length)) {
			exact = option;
		} else if (option->crun & NOT_IN_OLD_CRUN) {
			newer = option;
		} else {
			longer = option;
			count++;
		}
	}
	*ret_ambiguous = !exact && count > 1;
	if (*ret_ambiguous)
		return NULL;
	if (exact)
		return exact;
	return longer ? longer : newer;
}

const struct runtime_option *runtime_option_crun_letter(char letter,
							unsigned int scope)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (options[i].crun & scope &&
		    is_letter_of(&options[i], letter))
			return &options[i];

	return NULL;
}

static bool is_known_to_crun(const char *word, unsigned int scope)
{
	bool ambiguous;

	if (word[1] == '-')
		return runtime_option_crun(word + 2, strcspn(word + 2, "="),
					   scope, &ambiguous) ||
		       ambiguous;

	for (const char *letter = word + 1; *letter; letter++) {
		const struct runtime_option *option =
			runtime_option_crun_letter(*letter, scope);

		if (!option)
			return false;
		if (runtime_option_takes_value(option))
			return true;
	}
	return true;
}

bool runtime_option_is_known(const char *word, unsigned int scope)
{
	const char *name = word + (word[1] == '-' ? 2 : 1);

	return runtime_option_runc(name, strcspn(name, "="),
				   scope | AFTER_ANY_VERB) ||
	       is_known_to_crun(word, scope);
}
