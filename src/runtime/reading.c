/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/reading.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "runtime/options.h"

struct reader {
	int argc;
	char *const *argv;
	enum reading_grammar grammar;
	unsigned int guesses;
	struct reading found;

	enum { AS_WRITTEN, MOVED_WORDS, OTHER_WORDS } order;
	int start, end; /* the arguments that v1 may move */
	bool value_may_follow; /* while v1 moves arguments */
	int next; /* index of the next argument */
	int at; /* index of the current argument */

	unsigned int scope;
	bool options_ended;
	bool info; /* help or version is requested */
};

static bool is_strict(const struct reader *reader)
{
	return reader->guesses & READING_STRICT;
}

/* v1 accepts up to three dashes here, whether or not it takes a value. */
static bool is_movable_option(const struct reader *reader, const char *word)
{
	size_t dashes = strspn(word, "-");
	const char *name = word + (dashes < 3 ? dashes : 3);

	if (dashes == 0 || !*name)
		return false;
	return runtime_option_runc(name, strcspn(name, "="), reader->scope) ||
	       (!is_strict(reader) &&
		!runtime_option_is_known(word, reader->scope));
}

/*
 * Before v1 parses, it moves a command's options to the front, each with the
 * argument that follows unless it contains '=', even if it takes no value.
 */
static bool moves_word(struct reader *reader, const char *word)
{
	bool option = is_movable_option(reader, word);
	bool moved = option || reader->value_may_follow;

	reader->value_may_follow = option && !strchr(word, '=');
	return moved;
}

static void start_moving_words(struct reader *reader)
{
	reader->order = MOVED_WORDS;
	reader->start = reader->end = reader->next;
	for (; reader->end < reader->argc; reader->end++) {
		const char *word = reader->argv[reader->end];

		if (!reader->value_may_follow && strcmp(word, "--") == 0)
			break;
		moves_word(reader, word);
	}
	reader->value_may_follow = false;
}

static const char *take_word(struct reader *reader, int index)
{
	reader->at = index;
	return reader->argv[index];
}

/* In v1's order: the moved arguments, then "--" if present, then the rest. */
static const char *next_word(struct reader *reader)
{
	while (reader->order != AS_WRITTEN) {
		bool moved = reader->order == MOVED_WORDS;

		while (reader->next < reader->end) {
			const char *word = take_word(reader, reader->next++);

			if (moves_word(reader, word) == moved)
				return word;
		}
		reader->value_may_follow = false;
		reader->order = moved ? OTHER_WORDS : AS_WRITTEN;
		reader->next = moved ? reader->start : reader->end + 1;
		if (moved && reader->end < reader->argc)
			return take_word(reader, reader->end);
	}
	return reader->next < reader->argc ? take_word(reader, reader->next++)
					   : NULL;
}

static void note_blank(struct reader *reader, const char *word)
{
	if (!reader->found.blank && utf8_has_blank_around(word))
		reader->found.blank = word;
}

/* `at` is then the argument that holds the value. */
static int take_value(struct reader *reader,
		      const struct runtime_option *option, const char *value)
{
	struct runtime_args *args = &reader->found.args;

	if (!value)
		value = next_word(reader);
	if (!value)
		return -1;
	if (option->kind != OPTION_VALUE)
		note_blank(reader, value);

	switch (option->kind) {
	case OPTION_BUNDLE:
		args->bundle = value;
		break;
	case OPTION_CONFIG:
		args->config = strcmp(value, "config.json") == 0 ? NULL : value;
		break;
	case OPTION_PROCESS:
		args->process = value;
		args->process_index = reader->at;
		break;
	case OPTION_PRESERVE_FDS:
		args->preserve_fds = value;
		break;
	case OPTION_ROOT:
		args->root = value;
		break;
	case OPTION_LOG:
		args->log = value;
		break;
	case OPTION_LOG_FORMAT:
		args->log_format = value;
		break;
	case OPTION_VALUE:
	case OPTION_ATTACHED:
	case OPTION_FLAG:
	case OPTION_INFO:
		break;
	}
	return 0;
}

/* Does the option take a value? 1: yes, 0: no, -1: no guess is possible. */
static int guess_value(struct reader *reader, const char *word,
		       const char *value)
{
	unsigned int scope = reader->scope;

	/* No known runtime takes an option of a verb before the verb. */
	if (scope == BEFORE_VERB)
		scope |= AFTER_CREATE | AFTER_RUN | AFTER_RESTORE | AFTER_EXEC;
	if (is_strict(reader) || runtime_option_is_known(word, scope))
		return -1;

	if (!reader->found.unknown)
		reader->found.unknown = word;
	if (value)
		return 0;
	if (reader->found.guesses == READING_UNKNOWN_MAX) {
		reader->found.too_many = true;
		return -1;
	}
	return (int)(reader->guesses >> reader->found.guesses++ & 1);
}

static int read_unknown(struct reader *reader, const char *word,
			const char *value)
{
	int takes_value = guess_value(reader, word, value);

	if (takes_value == 1 && !next_word(reader))
		return -1;
	return takes_value == -1 ? -1 : 0;
}

/* The spellings of Go's strconv.ParseBool. */
static int read_bool(const char *text, bool *ret_value)
{
	static const char *const spellings[][6] = {
		{ "0", "f", "F", "false", "False", "FALSE" },
		{ "1", "t", "T", "true", "True", "TRUE" },
	};

	for (size_t value = 0; value < ARRAY_LEN(spellings); value++)
		for (size_t i = 0; i < ARRAY_LEN(spellings[value]); i++)
			if (strcmp(text, spellings[value][i]) == 0) {
				*ret_value = value;
				return 0;
			}
	return -1;
}

static int read_go_option(struct reader *reader, const char *word)
{
	const char *name = word + (word[1] == '-' ? 2 : 1);
	size_t length = strcspn(name, "=");
	const char *value = name[length] ? name + length + 1 : NULL;
	const struct runtime_option *option;
	bool set = true;

	if (length == 0 || *name == '-')
		return -1;

	option = runtime_option_runc(name, length, reader->scope);
	if (!option)
		return read_unknown(reader, word, value);
	if (runtime_option_takes_value(option))
		return take_value(reader, option, value);

	if (value && !(reader->grammar == READING_CLI_V3 && !*value) &&
	    read_bool(value, &set) == -1)
		return -1;
	if (option->kind == OPTION_INFO)
		reader->info = set;
	return 0;
}

static int read_long_option(struct reader *reader, const char *word)
{
	const char *name = word + 2;
	size_t length = strcspn(name, "=");
	const char *value = name[length] ? name + length + 1 : NULL;
	bool ambiguous;
	const struct runtime_option *option =
		runtime_option_crun(name, length, reader->scope, &ambiguous);

	if (ambiguous || length == 0 || *name == '-')
		return -1;
	if (!option)
		return read_unknown(reader, word, value);
	if (runtime_option_takes_value(option))
		return take_value(reader, option, value);

	reader->info |= option->kind == OPTION_INFO;
	return value && option->kind != OPTION_ATTACHED ? -1 : 0;
}

static int read_letters(struct reader *reader, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const struct runtime_option *option =
			runtime_option_crun_letter(*letter, reader->scope);
		const char *rest = letter[1] ? letter + 1 : NULL;
		int takes_value;

		if (option && runtime_option_takes_value(option))
			return take_value(reader, option, rest);
		if (option && option->kind == OPTION_ATTACHED)
			return 0;
		if (option) {
			reader->info |= option->kind == OPTION_INFO;
			continue;
		}
		takes_value =
			*letter == '=' ? -1 : guess_value(reader, word, NULL);
		if (takes_value == -1)
			return -1;
		if (takes_value)
			return rest || next_word(reader) ? 0 : -1;
	}
	return 0;
}

/* v3 also stops at what cannot be an option, and ignores all after "-". */
static bool stops_at_positional(struct reader *reader, const char *word)
{
	bool v3 = reader->grammar == READING_CLI_V3;

	if (reader->options_ended || word[0] != '-')
		return true;
	if (!word[1]) {
		if (v3)
			reader->next = reader->argc;
		return true;
	}
	if (v3 && word[1] != '-' && !runtime_option_is_letter(word[1]))
		reader->options_ended = true;
	return reader->options_ended;
}

static int read_option(struct reader *reader, const char *word)
{
	if (reader->grammar != READING_ARGP)
		return read_go_option(reader, word);
	if (word[1] == '-')
		return read_long_option(reader, word);
	return read_letters(reader, word);
}

/* Returns the index of the next positional argument, 0 at the end, or -1. */
static int read_options(struct reader *reader)
{
	const char *word;

	while ((word = next_word(reader))) {
		note_blank(reader, word);
		if (reader->grammar == READING_CLI_V3) /* it trims words */
			word = utf8_skip_blanks(word);
		if (stops_at_positional(reader, word))
			return reader->at;
		if (strcmp(word, "--") == 0)
			reader->options_ended = true;
		else if (read_option(reader, word) == -1)
			return -1;
		if (reader->info && reader->grammar == READING_ARGP)
			return 0; /* argp exits at once */
	}
	return 0;
}

/* After the id: only v3 accepts options; none accepts another positional. */
static int read_rest(struct reader *reader)
{
	if (reader->grammar == READING_CLI_V3)
		return read_options(reader) == 0 ? 0 : -1;
	return next_word(reader) ? -1 : 0;
}

/* As the runtime itself checks before it opens the bundle. */
static bool is_complete(const struct reader *reader)
{
	const struct runtime_args *args = &reader->found.args;

	if (!args->id || !*args->id)
		return false;
	return reader->grammar != READING_ARGP ||
	       ((!args->bundle || *args->bundle) &&
		(!args->config || *args->config));
}

static enum reading_outcome read_command(struct reader *reader)
{
	struct runtime_args *args = &reader->found.args;
	bool is_exec = args->verb == RUNTIME_EXEC;
	int id;

	if (!is_exec && reader->grammar == READING_CLI_V1)
		start_moving_words(reader);
	id = read_options(reader);
	if (id == -1)
		return READING_REFUSED;
	if (id > 0) {
		args->id = reader->argv[id];
		if (!is_exec && read_rest(reader) == -1)
			return READING_REFUSED;
	}
	if (reader->info)
		return READING_PASSED;
	return is_complete(reader) ? READING_TAKEN : READING_REFUSED;
}

static enum reading_outcome read_argv(struct reader *reader)
{
	int verb;

	reader->scope = BEFORE_VERB;
	reader->next = 1;
	verb = read_options(reader);
	if (verb == -1)
		return READING_REFUSED;
	if (verb == 0 || reader->info)
		return READING_PASSED;

	reader->found.args.verb = runtime_verb_find(reader->argv[verb]);
	if (reader->found.args.verb == RUNTIME_PASS)
		return READING_PASSED;
	reader->scope = runtime_verb_place(reader->found.args.verb);
	if (reader->grammar == READING_CLI_V3)
		reader->scope |= AFTER_ANY_VERB;
	reader->options_ended = false;
	return read_command(reader);
}

struct reading runtime_reading_make(int argc, char *const argv[],
				    enum reading_grammar grammar,
				    unsigned int guesses)
{
	struct reader reader = {
		.argc = argc,
		.argv = argv,
		.grammar = grammar,
		.guesses = guesses,
	};

	reader.found.args.dialect =
		grammar == READING_ARGP ? RUNTIME_CRUN : RUNTIME_RUNC;
	reader.found.outcome = read_argv(&reader);
	return reader.found;
}
