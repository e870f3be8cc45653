/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runtime/args.h"

#include <json.h>
#include <stdarg.h>

#include "tap.h"
#include "testdata.h"

#define TEXT_MAX 1024
#define WORDS_MAX 32

/* A command line and the result of parsing it. */
struct call {
	char text[TEXT_MAX];
	char *argv[WORDS_MAX];
	int argc;
	struct runtime_args args;
	int result;
	struct err err;
};

static void append(char text[TEXT_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(char text[TEXT_MAX], const char *format, ...)
{
	size_t length = strlen(text);
	va_list values;

	va_start(values, format);
	vsnprintf(text + length, TEXT_MAX - length, format, values);
	va_end(values);
}

static void add_word(struct call *call, const char *word)
{
	char *end = call->argc ? strchr(call->argv[call->argc - 1], '\0') + 1
			       : call->text;

	if (call->argc == WORDS_MAX - 1 ||
	    strlen(word) >= (size_t)(call->text + TEXT_MAX - end))
		abort();
	call->argv[call->argc++] = memcpy(end, word, strlen(word) + 1);
	call->argv[call->argc] = NULL;
}

/* Splits at blanks, except within '...'. argv[0] is inserted. */
static void add_line(struct call *call, const char *line)
{
	add_word(call, "runtime");
	while (*(line += strspn(line, " "))) {
		char word[TEXT_MAX];
		size_t length = 0;
		bool quoted = false;

		for (; *line && (quoted || *line != ' '); line++) {
			if (*line == '\'')
				quoted = !quoted;
			else
				word[length++] = *line;
		}
		word[length] = '\0';
		add_word(call, word);
	}
}

/* "create b=BUNDLE f=CONFIG ID", "exec p=PROCESS@INDEX ID", "pass" ... */
static const char *read_call(struct call *call, enum runtime_dialect dialect)
{
	static const char *const verbs[] = {
		[RUNTIME_PASS] = "pass", [RUNTIME_CREATE] = "create",
		[RUNTIME_RUN] = "run",	 [RUNTIME_RESTORE] = "restore",
		[RUNTIME_EXEC] = "exec",
	};
	static char text[TEXT_MAX];
	const struct runtime_args *args = &call->args;

	memset(&call->args, 0x5a, sizeof(call->args));
	call->err.text[0] = '\0';
	call->result = runtime_args_parse(&call->args, call->argc, call->argv,
					  dialect, &call->err);
	CHECK((call->result == -1) == (call->err.text[0] != '\0'));
	if (call->result == -1)
		return "unclear";

	text[0] = '\0';
	append(text, "%s",
	       args->unclear_exec ? "unclear exec" : verbs[args->verb]);
	if (args->bundle)
		append(text, " b=%s", args->bundle);
	if (args->config)
		append(text, " f=%s", args->config);
	if (args->process)
		append(text, " p=%s@%d", args->process, args->process_index);
	if (args->id)
		append(text, " %s", args->id);
	return text;
}

/* What the result points to is valid until the next call. */
static struct call check_line(enum runtime_dialect dialect, const char *line,
			      const char *want, int at)
{
	static struct call call;

	call.argc = 0;
	add_line(&call, line);
	if (!tap_check_str(read_call(&call, dialect), want, __FILE__, at))
		printf("#   line: %s\n#   error: %s\n", line, call.err.text);
	return call;
}

#define RUNC_READS(line, want) check_line(RUNTIME_RUNC, line, want, __LINE__)
#define CRUN_READS(line, want) check_line(RUNTIME_CRUN, line, want, __LINE__)
#define BOTH_READ(line, want)                                                  \
	do {                                                                   \
		RUNC_READS(line, want);                                        \
		CRUN_READS(line, want);                                        \
	} while (0)

static struct json_object *load(const char *name)
{
	char *path CLEANUP_FREE = testdata_path(name);

	return json_object_from_file(path);
}

/* The runtimes ran in /t/CWD; {A} is /t/A, {DIR} is /t. */
static void fill_in(char text[TEXT_MAX], const char *form)
{
	text[0] = '\0';
	while (*form) {
		if (strncmp(form, "{DIR}", 5) == 0) {
			append(text, "/t");
			form += 5;
		} else if (form[0] == '{' && form[1] && form[2] == '}') {
			append(text, "/t/%c", form[1]);
			form += 3;
		} else {
			append(text, "%c", *form++);
		}
	}
}

/* The file's name in argv.json: the path below /t with links resolved. */
static void name_place(char place[TEXT_MAX], const char *directory,
		       const char *file)
{
	char path[TEXT_MAX] = "";
	char *rest = path, *slash;

	append(path, "%s/%s/%s", directory[0] == '/' ? "" : "/t/CWD", directory,
	       file);
	place[0] = '\0';
	for (const char *name; (name = strtok_r(rest, "/", &rest));) {
		if (strcmp(name, "..") == 0 && (slash = strrchr(place, '/')))
			*slash = '\0';
		else if (strcmp(place, "/t") == 0 && strcmp(name, "LINK") == 0)
			append(place, "/A");
		else if (strcmp(place, "/t/CWD") == 0 && strcmp(name, "A") == 0)
			memcpy(place, "/t/A", sizeof("/t/A"));
		else if (strcmp(name, ".") != 0)
			append(place, "/%s", name);
	}
	slash = strrchr(place, '/');
	if (slash && strcmp(slash, "/config.json") == 0)
		*slash = '\0';
	memmove(place, place + 3, strlen(place + 3) + 1);
}

static void name_target(char place[TEXT_MAX], const struct runtime_args *args)
{
	const char *bundle = args->bundle ? args->bundle : "";

	if (!args->config)
		name_place(place, bundle, "config.json");
	else if (args->config[0] == '/')
		name_place(place, "/", args->config);
	else
		name_place(place, "", args->config);
}

static const char *answer_of(struct json_object *answer)
{
	return json_object_get_string(json_object_array_get_idx(answer, 1));
}

/* Whether a runtime used this file, or looked for it and found it missing. */
static bool is_wanted_by_any(struct json_object *answers, const char *place,
			     const char *bundle)
{
	json_object_object_foreach(answers, runtime, answer)
	{
		char text[TEXT_MAX];

		(void)runtime;
		fill_in(text, answer_of(answer));
		if (strncmp(text, "BUNDLE=", 7) == 0
			    ? strcmp(text + 7, place) == 0
			    : bundle && strstr(text, bundle))
			return true;
	}
	return false;
}

/* Has words that no runtime knows as options after run: it is guessed. */
static bool has_unknown(const char *form)
{
	return strstr(form, "--no-such run") ||
	       strstr(form, "run -b {A} --no-such") ||
	       strstr(form, "run -b {A} --version") || strstr(form, "--Bundle");
}

static void check_form(const char *form, struct json_object *answers,
		       const char *runtime, const char *answer)
{
	const char *id = strstr(form, "-- -id")	  ? "-id"
			 : strstr(form, "' ID2'") ? " ID2"
						  : "ID";
	struct call call = { .argc = 0 };
	char line[TEXT_MAX], place[TEXT_MAX];
	bool fine;

	fill_in(line, form);
	add_line(&call, line);
	read_call(&call, runtime_args_dialect(runtime));
	/* Versions of runc differ in blanks, so such words are refused. */
	if (strstr(form, "run ' ID2'") &&
	    runtime_args_dialect(runtime) == RUNTIME_RUNC) {
		CHECK(call.result == -1);
		return;
	}
	name_target(place, &call.args);
	if (strncmp(answer, "BUNDLE=", 7) == 0)
		fine = call.args.verb == RUNTIME_RUN &&
		       strcmp(place, answer + 7) == 0;
	else if (call.args.verb == RUNTIME_PASS || has_unknown(form))
		fine = true;
	else
		fine = is_wanted_by_any(answers, place, call.args.bundle);
	if (call.args.verb != RUNTIME_PASS)
		fine &= strcmp(call.args.id, id) == 0;
	if (!CHECK(fine && call.result == 0))
		printf("#   %s: %s\n#   runtime: %s\n#   we: %s\n", runtime,
		       form, answer, place);
}

static void every_form_means_the_bundle_that_the_runtime_took(void)
{
	struct json_object *forms = load("argv.json");

	REQUIRE(forms);
	json_object_object_foreach(forms, form, answers)
	{
		json_object_object_foreach(answers, runtime, answer)
			check_form(form, answers, runtime, answer_of(answer));
	}
	json_object_put(forms);
}

struct option {
	const char *runtime, *verb, *name;
	bool takes_value;
};

static void for_each_option(void (*check)(const struct option *option))
{
	struct json_object *runtimes = load("options.json");

	REQUIRE(runtimes);
	json_object_object_foreach(runtimes, runtime, verbs)
	{
		json_object_object_foreach(verbs, verb, options)
		{
			for (size_t i = 0;
			     i < json_object_array_length(options); i++) {
				struct json_object *entry =
					json_object_array_get_idx(options, i);
				struct option option = {
					.runtime = runtime,
					.verb = verb,
					.name = json_object_get_string(
						json_object_array_get_idx(entry,
									  0)),
				};

				option.takes_value =
					strcmp(answer_of(entry), "value") == 0;
				check(&option);
			}
		}
	}
	json_object_put(runtimes);
}

static enum runtime_verb verb_of(const struct option *option)
{
	static const char *const info[] = { "--help",	 "-h", "--usage", "-?",
					    "--version", "-v", "-V" };

	for (size_t i = 0; i < ARRAY_LEN(info); i++)
		if (strcmp(option->name, info[i]) == 0)
			return RUNTIME_PASS;
	if (strcmp(option->verb, "run") == 0)
		return RUNTIME_RUN;
	if (strcmp(option->verb, "exec") == 0)
		return RUNTIME_EXEC;
	if (strcmp(option->verb, "restore") == 0)
		return RUNTIME_RESTORE;
	if (strcmp(option->verb, "create") == 0 ||
	    strcmp(option->verb, "global") == 0)
		return RUNTIME_CREATE;
	return RUNTIME_PASS;
}

/* The words are before the verb, directly after it, or before the id. */
static void check_option(const struct option *option, const char *words,
			 bool at_end)
{
	/* Means something else in the other dialect. */
	static const char *const bundle[] = {
		[RUNTIME_RUNC] = " -bundle=/a",
		[RUNTIME_CRUN] = " -b/a",
	};
	static const char *const process[] = {
		[RUNTIME_RUNC] = " -process=/f",
		[RUNTIME_CRUN] = " -p/f",
	};
	enum runtime_dialect dialect = runtime_args_dialect(option->runtime);
	enum runtime_verb verb = verb_of(option);
	const char *file;
	bool global = strcmp(option->verb, "global") == 0;
	bool exec = strcmp(option->verb, "exec") == 0;
	struct call call = { .argc = 0 };
	struct runtime_args *args = &call.args;
	char line[TEXT_MAX] = "";
	bool fine;

	append(line, "%s%s%s%s%s ID", global ? words : "",
	       global ? "create" : option->verb, global || at_end ? "" : words,
	       exec ? process[dialect] : bundle[dialect], at_end ? words : "");
	add_line(&call, line);
	read_call(&call, dialect);
	file = exec ? args->process : args->bundle;
	fine = args->verb == verb;
	if (fine && verb != RUNTIME_PASS)
		fine = strcmp(args->id, "ID") == 0 && file &&
		       strcmp(file, exec ? "/f" : "/a") == 0;
	if (!CHECK(fine && call.result == 0))
		printf("#   %s %s\n", option->runtime, line);
}

static void check_value(const struct option *option)
{
	static const char *const values[] = { "create",	   "run", "exec",
					      "kill",	   "-b",  "--bundle",
					      "--",	   "-",	  "ID",
					      "--process", "-x" };

	for (size_t i = 0; option->takes_value && i < ARRAY_LEN(values); i++) {
		char words[TEXT_MAX] = "";

		append(words, " %s %s ", option->name, values[i]);
		check_option(option, words, false);
		words[0] = '\0';
		append(words, " %s=%s ", option->name, values[i]);
		if (option->name[1] == '-')
			check_option(option, words, false);
	}
}

static void check_flag(const struct option *option)
{
	char words[TEXT_MAX] = "";

	if (option->takes_value)
		return;
	append(words, " %s ", option->name);
	check_option(option, words, false);
	if (strcmp(option->verb, "global") != 0)
		check_option(option, words, true);
}

static void a_value_may_look_like_a_verb_or_an_option(void)
{
	for_each_option(check_value);
}

static void a_flag_leaves_the_next_word_alone(void)
{
	for_each_option(check_flag);
}

static void the_dialect_is_told_by_the_file_name(void)
{
	CHECK(runtime_args_dialect("/usr/sbin/runc") == RUNTIME_RUNC);
	CHECK(runtime_args_dialect("/usr/bin/crun") == RUNTIME_CRUN);
	CHECK(runtime_args_dialect("crun-1.26") == RUNTIME_CRUN);
	CHECK(runtime_args_dialect("/opt/my-crun.bin") == RUNTIME_CRUN);
	CHECK(runtime_args_dialect("/usr/bin/krun") == RUNTIME_CRUN);
	CHECK(runtime_args_dialect("/usr/bin/krunner") == RUNTIME_RUNC);
	CHECK(runtime_args_dialect("/opt/crun/runc") == RUNTIME_RUNC);
	CHECK(runtime_args_dialect("/opt/crun/") == RUNTIME_RUNC);
	CHECK(runtime_args_dialect("") == RUNTIME_RUNC);
}

static void no_words_are_passed(void)
{
	struct call call = { .argc = 0 };

	CHECK_STR(read_call(&call, RUNTIME_RUNC), "pass");
	CHECK_STR(read_call(&call, RUNTIME_CRUN), "pass");
	add_word(&call, "create");
	CHECK_STR(read_call(&call, RUNTIME_RUNC), "pass");
	CHECK_STR(read_call(&call, RUNTIME_CRUN), "pass");
}

/* options.json has none of them: that crun was built without CRIU. */
static void crun_takes_options_of_restore(void)
{
	static const char *const words[] = {
		"--console-socket X",
		"--pid-file X",
		"--image-path X",
		"--work-path X",
		"--manage-cgroups-mode X",
		"--lsm-profile X",
		"--lsm-mount-context X",
		"--network-lock X",
		"--detach",
		"--tcp-established",
		"--tcp-close",
		"--ext-unix-sk",
		"--shell-job",
		"--file-locks",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char line[TEXT_MAX] = "";

		append(line, "restore %s -b/a ID", words[i]);
		CRUN_READS(line, "restore b=/a ID");
	}
}

static void the_calls_of_the_engines_are_read(void)
{
	BOTH_READ("--root=/r create --bundle /b --pid-file /p 0f",
		  "create b=/b 0f");
	BOTH_READ("--root=/r exec --pid-file /p --process /f --detach 0f",
		  "exec p=/f@6 0f");
	BOTH_READ("--systemd-cgroup --root /r state 0f", "pass");
	BOTH_READ("--root /r --log /l --log-format json create --bundle /b "
		  "--pid-file /p 0f",
		  "create b=/b 0f");
	BOTH_READ("--root /r update --resources - 0f", "pass");
	BOTH_READ("--root /r restore --detach --image-path /i --work-path /w "
		  "--bundle /b --pid-file /p --manage-cgroups-mode soft 0f",
		  "restore b=/b 0f");
	BOTH_READ("restore --image-path restore --tcp-established 0f",
		  "restore 0f");
	BOTH_READ("checkpoint --image-path /i 0f", "pass");
	BOTH_READ("kill --all 0f 9", "pass");
	BOTH_READ("delete --force 0f", "pass");
}

static void an_exec_or_kill_is_never_a_create(void)
{
	BOTH_READ("--root create exec ID true", "exec ID");
	BOTH_READ("--root=create kill ID", "pass");
	BOTH_READ("exec ID create -b X", "exec ID");
	BOTH_READ("exec -p create create create -b X ID",
		  "exec p=create@3 create");
	BOTH_READ("kill create -b X ID", "pass");
	BOTH_READ("--log create --root run kill run", "pass");
	RUNC_READS("-root create exec ID", "exec ID");
	CRUN_READS("-root create exec ID", "exec ID");
	RUNC_READS("--cgroup-manager create kill ID", "pass");
	CRUN_READS("--criu create kill ID", "pass");
	CRUN_READS("--criu X create -bA ID", "pass"); /* crun has no --criu */
}

static void what_no_runtime_starts_is_passed(void)
{
	BOTH_READ("create", "pass");
	BOTH_READ("create -b A", "pass");
	BOTH_READ("create -b A ''", "pass");
	BOTH_READ("create -b A ID more", "pass");
	BOTH_READ("create --bundle", "pass");
	BOTH_READ("create -b A --pid-file ID", "pass");
	BOTH_READ("CREATE -b A ID", "pass");
	BOTH_READ("- create -b A ID", "pass");
	BOTH_READ("exec --process /f", "pass");
	BOTH_READ("create ---bundle=A ID", "pass");
	BOTH_READ("create --=A ID", "pass");
	CRUN_READS("-d create -b A ID", "pass");
}

static void an_option_of_a_verb_starts_nothing_before_the_verb(void)
{
	static const char *const words[] = {
		"--bundle X",
		"--config X",
		"--no-new-keyring",
		"--no-pivot",
		"--no-subreaper",
		"--keep",
		"--detach",
		"--console-socket X",
		"--pid-file X",
		"--pidfd-socket X",
		"--preserve-fds 1",
		"--image-path X",
		"--work-path X",
		"--empty-ns X",
		"--lsm-profile X",
		"--tcp-close",
		"--ext-unix-sk",
		"--shell-job",
		"--file-locks",
		"--auto-dedup",
		"--lazy-pages",
		"--process X",
		"--process-label X",
		"--apparmor X",
		"--additional-gids X",
		"--cap X",
		"--cwd X",
		"--env X",
		"--ignore-paused",
		"--no-new-privs",
		"--tty",
		"--user X",
		"--tcp-established",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char line[TEXT_MAX] = "";

		append(line, "%s create -b A ID", words[i]);
		BOTH_READ(line, "pass");
	}
}

static void help_and_version_are_passed(void)
{
	BOTH_READ("--help create -b A ID", "pass");
	BOTH_READ("--version create -b A ID", "pass");
	BOTH_READ("-v create -b A ID", "pass");
	BOTH_READ("create --help -b A ID", "pass");
	BOTH_READ("exec --help --process /f ID", "pass");
	RUNC_READS("create -b A ID -h", "pass");
	RUNC_READS("create --help --help=false -b A ID", "create b=A ID");
	RUNC_READS("--version=0 create -b A ID", "create b=A ID");
	CRUN_READS("create --usage -b A ID", "pass");
	CRUN_READS("-? create -b A ID", "pass");
	CRUN_READS("--help --help=false create -b A ID", "pass");
	BOTH_READ("create --pid-file --help -b A ID", "create b=A ID");
}

static void the_last_option_wins(void)
{
	BOTH_READ("create -b A --bundle B ID", "create b=B ID");
	RUNC_READS("create --bundle= -b A ID", "create b=A ID");
	CRUN_READS("create --bundle= -b A ID", "create b=A ID");
	CRUN_READS("create -f X -f config.json ID", "create ID");
	CRUN_READS("create -f config.json -f X ID", "create f=X ID");
	BOTH_READ("exec -p X --process Y ID", "exec p=Y@5 ID");
}

static void runc_reads_flags_as_go_does(void)
{
	RUNC_READS("-debug=T create -bundle A ID", "create b=A ID");
	RUNC_READS("--debug=False create -bundle=A ID", "create b=A ID");
	RUNC_READS("--debug=yes create -b A ID", "pass");
	RUNC_READS("--debug= create", "pass");
	RUNC_READS("create --no-pivot=2 -b A ID", "pass");
	RUNC_READS("create -b= ID", "create b= ID");
	RUNC_READS("create -b==x ID", "create b==x ID");
	RUNC_READS("create -b A -- -ID", "create b=A -ID");
	RUNC_READS("--debug -- create -b A ID", "create b=A ID");
	RUNC_READS("create -b A -", "create b=A -");
}

static void cli_v1_moves_options_to_the_front(void)
{
	RUNC_READS("create ID -b A", "create b=A ID");
	RUNC_READS("create ID --bundle --no-pivot", "create b=--no-pivot ID");
	RUNC_READS("create ID --pid-file -- -b A", "create b=A ID");
	RUNC_READS("create ID -- -b A", "pass");
	RUNC_READS("create -b A ID --", "create b=A ID");
	/* an option without a value takes an argument that was left over */
	RUNC_READS("create ID X -b A --pid-file", "create b=A X");
	RUNC_READS("create --pid-file=P ID X -b A --pid-file", "create b=A X");
	RUNC_READS("create ID X --bundle -- --pid-file", "create b=-- X");
	RUNC_READS("create ID X --new -b A --pid-file", "create b=A X");
	RUNC_READS("create --no-such ID -b", "create b=--no-such ID");
	RUNC_READS("create --no-such -b A --", "create b=A --no-such");
	RUNC_READS("create ---b --", "pass");
}

static void cli_v3_takes_options_anywhere_and_global_ones_too(void)
{
	struct call call;

	call = RUNC_READS("create ID --log L --root=R -b A", "create b=A ID");
	CHECK_STR(call.args.log, "L");
	CHECK_STR(call.args.root, "R");
	RUNC_READS("create --no-pivot X -b A", "create b=A X");
	RUNC_READS("create --no-pivot= -b A ID", "create b=A ID");
	RUNC_READS("create -b A -1", "create b=A -1");
	call = RUNC_READS("exec --log L --process F ID", "exec p=F@5 ID");
	CHECK_STR(call.args.log, "L");
	CHECK(call.args.dialect == RUNTIME_RUNC);
}

static void a_bundle_that_the_versions_of_runc_differ_in_is_refused(void)
{
	struct call call = RUNC_READS("--log L create - -b A", "unclear");

	CHECK_HAS(call.err.text, "--bundle=DIR before the id ('A' or '.')");
	CHECK_STR(call.args.log, "L");
	CHECK(!call.args.bundle);
	RUNC_READS("create -b A -", "create b=A -");
}

static void crun_takes_unambiguous_abbreviations(void)
{
	CRUN_READS("--cgroup-m cgroupfs create --bun=A ID", "create b=A ID");
	CRUN_READS("create --b A ID", "create b=A ID");
	CRUN_READS("create --con=S ID", "pass");
	CRUN_READS("create --conf=S ID", "create f=S ID");
	CRUN_READS("create --no -b A ID", "pass");
	CRUN_READS("create --bundl -b A ID", "pass");
	CRUN_READS("create --program x -b A ID", "create b=A ID");
	CRUN_READS("create --HANG -b A ID", "create b=A ID");
	CRUN_READS("create --HA=1 -b A ID", "create b=A ID");
	CRUN_READS("run --k -b A ID", "run b=A ID");
	CRUN_READS("--log-l debug create -b A ID", "create b=A ID");
	CRUN_READS("--lo L create -b A ID", "pass");
}

static void an_option_of_newer_crun_makes_no_abbreviation_ambiguous(void)
{
	struct call call;

	call = CRUN_READS("--log-=json create -b A ID", "create b=A ID");
	CHECK_STR(call.args.log_format, "json");
	call = CRUN_READS("--ro create create -b A ID", "create b=A ID");
	CHECK_STR(call.args.root, "create");
}

static void crun_takes_letters_in_clusters(void)
{
	CRUN_READS("run -dbA ID", "run b=A ID");
	CRUN_READS("run -db A ID", "run b=A ID");
	CRUN_READS("run -b=A ID", "run b==A ID");
	CRUN_READS("run -dfA -bd ID", "run b=d f=A ID");
	CRUN_READS("exec -dpF ID", "exec p=F@2 ID");
	/* -t has an optional value: the rest of the word */
	CRUN_READS("exec -tdpF ID", "exec ID");
	CRUN_READS("exec -tX -pF ID", "exec p=F@3 ID");
	CRUN_READS("exec --tty=X -pF ID", "exec p=F@3 ID");
	CRUN_READS("exec -t -pF ID", "exec p=F@3 ID");
}

static void crun_options_end_at_the_id(void)
{
	CRUN_READS("create -b A -- ID", "create b=A ID");
	CRUN_READS("create -b A -- -ID", "create b=A -ID");
	CRUN_READS("create -b A ID -f X", "pass");
	CRUN_READS("create ID -f X", "pass");
}

static void exec_options_end_at_the_id(void)
{
	BOTH_READ("exec ID -p F", "exec ID");
	BOTH_READ("exec -t ID --help", "exec ID");
}

static void crun_wants_no_empty_bundle_or_config(void)
{
	CRUN_READS("create -f '' ID", "pass");
	CRUN_READS("create -f '' -b A ID", "pass");
	/* runc accepts an empty bundle, and crun reports it itself */
	CRUN_READS("create -b '' ID", "create b= ID");
	CRUN_READS("create -b '' -f X ID", "pass");
}

static void a_refused_form_is_tried_in_the_other_dialect(void)
{
	struct call call;

	call = RUNC_READS("run -dbA ID", "run b=A ID");
	CHECK(call.args.dialect == RUNTIME_CRUN);
	call = RUNC_READS("create -f X ID", "create f=X ID");
	CHECK(call.args.dialect == RUNTIME_CRUN);
	/* A newer crun can know the option, and still reads JSON as crun. */
	call = CRUN_READS("create ID -b A", "create b=A ID");
	CHECK(call.args.dialect == RUNTIME_CRUN);
	call = CRUN_READS("run --pidfd-socket S -b A ID", "run b=A ID");
	CHECK(call.args.dialect == RUNTIME_CRUN);
	call = CRUN_READS("--criu X create -b A ID", "create b=A ID");
	CHECK(call.args.dialect == RUNTIME_CRUN);
	call = CRUN_READS("create --log -bA ID", "create ID");
	CHECK_STR(call.args.log, "-bA");
	call = RUNC_READS("exec -td -pF ID", "exec p=F@3 ID");
	CHECK(call.args.dialect == RUNTIME_CRUN);
	call = CRUN_READS("create", "pass");
	CHECK(call.args.dialect == RUNTIME_CRUN);
	call = RUNC_READS("create", "pass");
	CHECK(call.args.dialect == RUNTIME_RUNC);
}

static void an_unknown_option_before_the_verb_hides_no_create(void)
{
	BOTH_READ("--new create -b A ID", "create b=A ID");
	BOTH_READ("--new=X create -b A ID", "create b=A ID");
	BOTH_READ("--new X create -b A ID", "create b=A ID");
	BOTH_READ("--new X run -b A ID", "run b=A ID");
	BOTH_READ("--new X --more Y --debug create -b A ID", "create b=A ID");
	BOTH_READ("--new X exec --process F ID", "exec p=F@5 ID");
	BOTH_READ("--new run run -b A ID", "run b=A ID");
	BOTH_READ("-x create -b A ID", "create b=A ID");
	BOTH_READ("--new kill --log-level debug create -b A ID",
		  "create b=A ID");
	/* an option before the verb is known, and the runtime refuses it */
	BOTH_READ("--bundle A create ID", "pass");
}

static void an_unknown_option_before_another_verb_is_passed(void)
{
	BOTH_READ("--new kill ID", "pass");
	BOTH_READ("--new X kill ID", "pass");
	BOTH_READ("--new create kill ID", "pass");
	BOTH_READ("--q1 --q2 --q3 --q4 --q5 --q6 --q7 kill ID", "pass");
	BOTH_READ("--q1 --q2 --q3 --q4 --q5 --q6 --q7 create -b A ID",
		  "unclear");
}

static void two_possible_verbs_are_refused(void)
{
	struct call call;

	call = RUNC_READS("--new exec create -b A ID", "unclear");
	CHECK_HAS(call.err.text, "cannot tell which verb is meant");
	CHECK_HAS(call.err.text, "option '--new' is unknown");
	CHECK_HAS(call.err.text, "'exec' or 'create'");
	CRUN_READS("--new exec create -b A ID", "unclear");
	BOTH_READ("--new=exec create -b A ID", "create b=A ID");
	BOTH_READ("--q exec --x exec create -b A ID", "unclear");
	BOTH_READ("exec --q 1 --r 2 --s 3 --w 4 --x 5 --y 6 --z 7 create",
		  "unclear");
}

static void words_with_blanks_around_are_refused_for_runc(void)
{
	static const char *const lines[] = {
		"create ' --bundle=B ' -b A ID",
		"create -b A ' ID'",
		"create -b A 'ID '",
		"create -b ' A' ID",
		"create --bundle=' A' ID",
		"run ' -b' A ID",
		"create '--pid-file=P ' -b A ID",
		"exec --process ' F' ID",
		"--root ' /r' create -b A ID",
		"' --debug' create -b A ID",
		"'--debug ' run -b A ID",
		"' --root' /r restore -b A ID",
		"'\xe3\x80\x80\t--root=/r' exec --process F ID",
	};
	struct call call;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		call = RUNC_READS(lines[i], "unclear");
		CHECK_HAS(call.err.text, "has a blank at its beginning or end");
	}
	CRUN_READS("create -b A ' ID'", "create b=A  ID");
	RUNC_READS("create -b A --pid-file ' P' ID", "create b=A ID");
	RUNC_READS("exec ID ' true'", "exec ID");
	RUNC_READS("kill ' ID'", "pass");
	RUNC_READS("' --debug' kill ID", "pass");
	CRUN_READS("' --debug' create -b A ID", "pass");
	RUNC_READS("create -b 'A B' ID", "create b=A B ID");
}

static void an_unknown_option_may_leave_one_bundle(void)
{
	BOTH_READ("create --new -b A ID", "create b=A ID");
	BOTH_READ("create -b A --new ID", "create b=A ID");
	BOTH_READ("create -b A --new X ID", "create b=A ID");
	BOTH_READ("create --new X -b A ID", "create b=A ID");
	BOTH_READ("create --new=X -b A ID", "create b=A ID");
	BOTH_READ("create --new X --more Y -b A ID", "create b=A ID");
	BOTH_READ("create --new -- -b A ID", "create b=A ID");
	BOTH_READ("create --new -- -b A -- ID", "create b=A ID");
	BOTH_READ("create --new", "pass");
	BOTH_READ("create --new X Y Z -b A ID", "pass");
	RUNC_READS("create ID --new X -b A", "create b=A ID");
	RUNC_READS("create ID -b A --new", "create b=A ID");
	CRUN_READS("run -dx -b A ID", "run b=A ID");
	CRUN_READS("run -xd -b A ID", "run b=A ID");
	CRUN_READS("run -xb A ID", "run b=A ID");
	CRUN_READS("run -dx=-bY -b A ID", "run b=A ID");
	CRUN_READS("run -x= -bA ID", "run b=A ID");
}

static void two_possible_ids_are_refused(void)
{
	struct call call;

	CRUN_READS("create -b A --new X --more ID", "create b=A ID");
	call = RUNC_READS("create -b A --new X --more ID", "unclear");
	CHECK_HAS(call.err.text, "cannot tell which id is meant");
	CHECK_HAS(call.err.text, "('ID' or 'X')");
}

static void two_possible_bundles_are_refused(void)
{
	struct call call;

	call = RUNC_READS("--log L --log-format json create --new -b=/a ID",
			  "unclear");
	CHECK_HAS(call.err.text, "option '--new' is unknown to capruntime");
	CHECK_HAS(call.err.text, "write --bundle=DIR before it");
	CHECK_HAS(call.err.text, "'/a' or '.'");
	CHECK(!strchr(call.err.text, '\n'));
	CHECK(call.args.verb == RUNTIME_CREATE);
	CHECK(!call.args.bundle && !call.args.config);
	CHECK_STR(call.args.log, "L");
	CHECK_STR(call.args.log_format, "json");
	call = CRUN_READS("create -b A --new -bB ID", "unclear");
	CHECK_HAS(call.err.text, "'B' or 'A'");
	call = CRUN_READS("run -b A --new -fX ID", "unclear");
	CHECK_HAS(call.err.text, "'X' or '.'");
	CRUN_READS("run -xbA ID", "unclear");
	/* the remedy in the message */
	BOTH_READ("create --bundle=/a --new=-x ID", "create b=/a ID");
	BOTH_READ("create --bundle=/a --new ID", "create b=/a ID");
}

static void seven_unknown_options_are_refused(void)
{
	struct call call;

	BOTH_READ("create --q 1 --r 2 --s 3 --w 4 --x 5 --y 6 -b A ID",
		  "create b=A ID");
	call = RUNC_READS("create --q 1 --r 2 --s 3 --w 4 --x 5 --y 6 --z 7 "
			  "-b A ID",
			  "unclear");
	CHECK_HAS(call.err.text, "more than 6 options are unknown");
	CHECK_HAS(call.err.text, "'--q'");
	BOTH_READ("create --q=1 --r=2 --s=3 --w=4 --x=5 --y=6 --z=7 -b A ID",
		  "create b=A ID");
	BOTH_READ("exec --q 1 --r 2 --s 3 --w 4 --x 5 --y 6 --z 7 ID",
		  "unclear exec");
}

static void an_unclear_exec_is_not_refused_here(void)
{
	BOTH_READ("exec --new --process F ID", "unclear exec");
	BOTH_READ("exec --new=X --process F ID", "exec p=F@4 ID");
	BOTH_READ("exec --new X --process F ID", "unclear exec");
	BOTH_READ("exec --new --process=F ID", "unclear exec");
	BOTH_READ("exec --process F --new ID", "exec p=F@3 ID");
	/* No reading is complete, but one knows the verb. */
	BOTH_READ("--n0 exec --n1 --n2 --n3 --n4 --n5 --n6 --n7 --n8 --n9 "
		  "--n10 --n11 --n12 --n13 ID",
		  "unclear exec");
}

static void the_word_that_ends_in_process_is_told(void)
{
	struct call call;

	BOTH_READ("exec --process F ID", "exec p=F@3 ID");
	BOTH_READ("exec --process=F ID", "exec p=F@2 ID");
	BOTH_READ("--root R exec -t -p F ID sh", "exec p=F@6 ID");
	RUNC_READS("exec -process F ID", "exec p=F@3 ID");
	RUNC_READS("exec -p=F ID", "exec p=F@2 ID");
	CRUN_READS("exec -pF ID", "exec p=F@2 ID");
	CRUN_READS("exec -dpF ID", "exec p=F@2 ID");
	CRUN_READS("exec -dp F ID", "exec p=F@3 ID");
	call = CRUN_READS("exec --proces=F ID", "pass");
	call = CRUN_READS("exec -t -p=F ID", "exec p==F@3 ID");
	CHECK(call.args.process_index == 3);
}

static void root_log_and_format_are_told_for_every_verb(void)
{
	static const char *const lines[] = {
		"--root R --log=file:L --log-format json kill ID",
		"--log X --log-format=json --log file:L --root=R delete ID",
		"--root R --log-format json --log file:L create",
		"--root R --log-format json --log file:L --debug=2 list",
	};
	struct call call;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		call = RUNC_READS(lines[i], "pass");
		CHECK_STR(call.args.root, "R");
		CHECK_STR(call.args.log, "file:L");
		CHECK_STR(call.args.log_format, "json");
		CHECK(!call.args.id && !call.args.bundle);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(every_form_means_the_bundle_that_the_runtime_took),
	TAP_TEST(a_value_may_look_like_a_verb_or_an_option),
	TAP_TEST(a_flag_leaves_the_next_word_alone),
	TAP_TEST(the_dialect_is_told_by_the_file_name),
	TAP_TEST(no_words_are_passed),
	TAP_TEST(crun_takes_options_of_restore),
	TAP_TEST(the_calls_of_the_engines_are_read),
	TAP_TEST(an_exec_or_kill_is_never_a_create),
	TAP_TEST(what_no_runtime_starts_is_passed),
	TAP_TEST(an_option_of_a_verb_starts_nothing_before_the_verb),
	TAP_TEST(help_and_version_are_passed),
	TAP_TEST(the_last_option_wins),
	TAP_TEST(runc_reads_flags_as_go_does),
	TAP_TEST(cli_v1_moves_options_to_the_front),
	TAP_TEST(cli_v3_takes_options_anywhere_and_global_ones_too),
	TAP_TEST(a_bundle_that_the_versions_of_runc_differ_in_is_refused),
	TAP_TEST(crun_takes_unambiguous_abbreviations),
	TAP_TEST(an_option_of_newer_crun_makes_no_abbreviation_ambiguous),
	TAP_TEST(crun_takes_letters_in_clusters),
	TAP_TEST(crun_options_end_at_the_id),
	TAP_TEST(exec_options_end_at_the_id),
	TAP_TEST(crun_wants_no_empty_bundle_or_config),
	TAP_TEST(a_refused_form_is_tried_in_the_other_dialect),
	TAP_TEST(an_unknown_option_before_the_verb_hides_no_create),
	TAP_TEST(an_unknown_option_before_another_verb_is_passed),
	TAP_TEST(two_possible_verbs_are_refused),
	TAP_TEST(words_with_blanks_around_are_refused_for_runc),
	TAP_TEST(an_unknown_option_may_leave_one_bundle),
	TAP_TEST(two_possible_ids_are_refused),
	TAP_TEST(two_possible_bundles_are_refused),
	TAP_TEST(seven_unknown_options_are_refused),
	TAP_TEST(an_unclear_exec_is_not_refused_here),
	TAP_TEST(the_word_that_ends_in_process_is_told),
	TAP_TEST(root_log_and_format_are_told_for_every_verb),
};

TAP_MAIN(tests)
