/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/engine/word.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/trust.h"
#include "capctl/engine/ask.h"
#include "capctl/engine/containerd.h"
#include "capctl/engine/crio.h"

#define TIME_LIMIT_S 10

struct question {
	enum engine kind;
	const char *program;
	const char *words[4];
	const char *text; /* as an administrator would type it */
	bool is_json;
	bool of_running; /* no answer from an engine that does not run */
	/* Finds the handlers in the answer. */
	int (*check)(struct engine_config *config, struct findings *findings,
		     struct err *err);
};

static const struct question questions[] = {
	{ .kind = ENGINE_CRIO,
	  .program = "crio",
	  .words = { "status", "config" },
	  .text = "crio status config",
	  .of_running = true,
	  .check = engine_crio_check },
	{ .kind = ENGINE_CONTAINERD,
	  .program = "containerd",
	  .words = { "config", "dump" },
	  .text = "containerd config dump",
	  .check = engine_containerd_check },
	/* Without the endpoint another containerd could answer, such as k3s's. */
	{ .kind = ENGINE_CONTAINERD,
	  .program = "crictl",
	  .words = { "--runtime-endpoint",
		     "unix:///run/containerd/containerd.sock", "info" },
	  .text = "crictl info",
	  .is_json = true,
	  .of_running = true,
	  .check = engine_containerd_check_info },
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

static int put_question(const struct question *question, const char *path,
			struct engine_answer *ret_answer, struct err *err)
{
	const char *argv[ARRAY_LEN(question->words) + 1] = { path };

	memcpy(argv + 1, question->words,
	       sizeof(question->words) - sizeof(*question->words));
	return engine_ask((char *const *)(uintptr_t)argv, TIME_LIMIT_S * 1000,
			  ret_answer, err);
}

/* containerd reads its files for the answer; the others may not be running. */
static void report_no_answer(const struct question *question,
			     struct engine_answer *answer,
			     struct findings *findings)
{
	const char *engine = engine_name(question->kind);

	if (question->of_running)
		return;
	if (answer->status < 0) {
		findings_add(
			findings, FINDING_UNKNOWN, engine,
			"'%s' was killed: no end after %d seconds, or an endless output",
			question->text, TIME_LIMIT_S);
		findings_fix(findings, "run '%s'", question->text);
		return;
	}
	findings_add(findings, FINDING_ERROR, engine, "'%s' fails: %s",
		     question->text, engine_answer_last_error(answer));
	findings_fix(findings,
		     "correct the configuration: containerd does not start");
}

static void report_missing(const struct engine_handler *handler,
			   const struct question *question,
			   struct findings *findings)
{
	const char *engine = engine_name(question->kind);

	if (question->of_running) {
		findings_add(
			findings, FINDING_WARNING, engine,
			"handler '%s' in '%s': the running %s does not have it ('%s')",
			handler->name, handler->file, engine, question->text);
		findings_fix(findings, "restart %s", engine);
		return;
	}
	findings_add(findings, FINDING_ERROR, engine,
		     "handler '%s' in '%s': '%s' does not have it",
		     handler->name, handler->file, question->text);
	findings_fix(
		findings,
		"remove what overrides it; other findings of containerd say what that can be");
}

static void compare_handlers(const struct engine_config *config,
			     const struct engine_config *word,
			     const struct question *question,
			     struct findings *findings)
{
	for (size_t i = 0; i < config->handlers_count; i++) {
		const struct engine_handler *handler = &config->handlers[i];

		if (engine_config_has_handler(word, handler->name))
			findings_add(findings, FINDING_OK,
				     engine_name(config->kind),
				     "'%s' has handler '%s'", question->text,
				     handler->name);
		else
			report_missing(handler, question, findings);
	}
	for (size_t i = 0; i < word->handlers_count; i++)
		if (!engine_config_has_handler(config, word->handlers[i].name))
			findings_add(
				findings, FINDING_OK, engine_name(config->kind),
				"'%s' has handler '%s', which none of the files read here has",
				question->text, word->handlers[i].name);
}

/* Its mistakes are in the files, and reported there. */
static int read_answer(struct engine_config *word,
		       const struct question *question,
		       const struct engine_answer *answer, struct err *err)
{
	struct findings ignored CLEANUP_FINDINGS = { 0 };
	struct err no_text;
	int status = question->is_json
			     ? engine_config_add_json(
				       word, question->text, answer->output,
				       answer->output_len, &no_text)
			     : engine_config_add(word, question->text,
						 answer->output,
						 answer->output_len, &no_text);

	return status < 0 ? 0 : question->check(word, &ignored, err);
}

/* crictl has other answers: of other engines, and of a CRI plugin that failed. */
static bool is_answer(const struct engine_config *word,
		      const struct question *question)
{
	return word->files_count &&
	       (!question->is_json || engine_containerd_is_info(word));
}

static int ask(const struct question *question,
	       const struct engine_config *config, struct findings *findings,
	       size_t *count, struct err *err)
{
	struct engine_config word CLEANUP_ENGINE = {
		.kind = config->kind,
		.is_capruntime = config->is_capruntime,
		.context = config->context
	};
	struct engine_answer answer CLEANUP_ANSWER = { 0 };
	char *path CLEANUP_FREE = NULL;
	struct err cause;

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
		report_no_answer(question, &answer, findings);
		return 0;
	}
	if (read_answer(&word, question, &answer, err) < 0)
		return -1;
	if (word.handlers_count > *count)
		*count = word.handlers_count;
	if (is_answer(&word, question))
		compare_handlers(config, &word, question, findings);
	return 0;
}

int engine_word_check(const struct engine_config *config,
		      struct findings *findings, size_t *ret_count,
		      struct err *err)
{
	*ret_count = 0;
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		if (questions[i].kind == config->kind &&
		    ask(&questions[i], config, findings, ret_count, err) < 0)
			return -1;
	return 0;
}
