/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/word.h"

#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/trust.h"
#include "capctl/engine/ask.h"
#include "capctl/engine/containerd.h"
#include "capctl/engine/crio.h"

#define TIME_LIMIT_S 10

struct question {
	const char *program;
	const char *words[2];
	const char *text; /* as an administrator would type it */
};

static const struct question questions[ENGINE_COUNT] = {
	[ENGINE_CRIO] = { "crio",
			  { "status", "config" },
			  "crio status config" },
	[ENGINE_CONTAINERD] = { "containerd",
				{ "config", "dump" },
				"containerd config dump" },
};

/* NULL without an error: no directory has a trusted one. */
static int find_program(const char *name, char **ret_path, struct err *err)
{
	static const char *const directories[] = {
		"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
		"/usr/bin",	   "/sbin",	     "/bin"
	};

	*ret_path = NULL;
	for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
		struct err ignored;
		char *path CLEANUP_FREE =
			alloc_text("%s/%s", directories[i], name);

		if (!path)
			return err_set_no_memory(err);
		if (access(path, X_OK) < 0 ||
		    trust_check_program(path, &ignored) < 0)
			continue;
		*ret_path = TAKE_PTR(path);
		return 0;
	}
	return 0;
}

static int put_question(const struct question *question, char *path,
			struct engine_answer *ret_answer, struct err *err)
{
	char words[ARRAY_LEN(question->words)][sizeof("status")];
	char *const argv[] = { path, words[0], words[1], NULL };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		snprintf(words[i], sizeof(words[i]), "%s", question->words[i]);
	return engine_ask(argv, TIME_LIMIT_S * 1000, ret_answer, err);
}

/* containerd reads its files for the answer; CRI-O does not answer if stopped. */
static void report_no_answer(const struct question *question, enum engine kind,
			     struct engine_answer *answer,
			     struct findings *findings)
{
	if (kind != ENGINE_CONTAINERD)
		return;
	if (answer->status < 0) {
		findings_add(
			findings, FINDING_UNKNOWN, engine_name(kind),
			"'%s' was killed: no end after %d seconds, or an endless output",
			question->text, TIME_LIMIT_S);
		findings_fix(findings, "run '%s'", question->text);
		return;
	}
	findings_add(findings, FINDING_ERROR, engine_name(kind),
		     "'%s' fails: %s", question->text,
		     engine_answer_last_error(answer));
	findings_fix(findings,
		     "correct the configuration: containerd does not start");
}

static void report_missing(const struct engine_handler *handler,
			   enum engine kind, struct findings *findings)
{
	const char *text = questions[kind].text;

	if (kind == ENGINE_CRIO) {
		findings_add(
			findings, FINDING_WARNING, engine_name(kind),
			"handler '%s' in '%s': the running CRI-O does not have it ('%s')",
			handler->name, handler->file, text);
		findings_fix(findings, "restart CRI-O");
		return;
	}
	findings_add(findings, FINDING_ERROR, engine_name(kind),
		     "handler '%s' in '%s': '%s' does not have it",
		     handler->name, handler->file, text);
	findings_fix(
		findings,
		"remove what overrides it; other findings of containerd say what that can be");
}

static void compare_handlers(const struct engine_config *config,
			     const struct engine_config *word,
			     struct findings *findings)
{
	const char *text = questions[config->kind].text;

	for (size_t i = 0; i < config->handlers_count; i++) {
		const struct engine_handler *handler = &config->handlers[i];

		if (engine_config_has_handler(word, handler->name))
			findings_add(
				findings, FINDING_OK, engine_name(config->kind),
				"'%s' has handler '%s'", text, handler->name);
		else
			report_missing(handler, config->kind, findings);
	}
	for (size_t i = 0; i < word->handlers_count; i++)
		if (!engine_config_has_handler(config, word->handlers[i].name))
			findings_add(
				findings, FINDING_OK, engine_name(config->kind),
				"'%s' has handler '%s', which none of the files read here has",
				text, word->handlers[i].name);
}

/* Its mistakes are in the files, and reported there. */
static int read_answer(struct engine_config *word,
		       const struct engine_answer *answer, struct err *err)
{
	struct findings ignored CLEANUP_FINDINGS = { 0 };
	struct err no_toml;

	if (engine_config_add(word, questions[word->kind].text, answer->output,
			      answer->output_len, &no_toml) < 0)
		return 0;
	return word->kind == ENGINE_CRIO
		       ? engine_crio_check(word, &ignored, err)
		       : engine_containerd_check(word, &ignored, err);
}

int engine_word_check(const struct engine_config *config,
		      struct findings *findings, size_t *ret_count,
		      struct err *err)
{
	const struct question *question = &questions[config->kind];
	struct engine_config word CLEANUP_ENGINE = {
		.kind = config->kind,
		.is_capruntime = config->is_capruntime,
		.context = config->context
	};
	struct engine_answer answer CLEANUP_ANSWER = { 0 };
	char *path CLEANUP_FREE = NULL;
	struct err cause;

	*ret_count = 0;
	if (!question->program)
		return 0;
	if (find_program(question->program, &path, err) < 0)
		return -1;
	if (!path)
		return 0;
	if (put_question(question, path, &answer, &cause) < 0) {
		findings_add(findings, FINDING_UNKNOWN,
			     engine_name(config->kind), "%s", cause.text);
		findings_fix(findings, "run '%s'", question->text);
		return 0;
	}
	if (answer.status != 0) {
		report_no_answer(question, config->kind, &answer, findings);
		return 0;
	}
	if (read_answer(&word, &answer, err) < 0)
		return -1;
	*ret_count = word.handlers_count;
	if (word.files_count)
		compare_handlers(config, &word, findings);
	return 0;
}
