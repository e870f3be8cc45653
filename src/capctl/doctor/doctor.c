/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>

#include "base/paths.h"
#include "capctl/doctor/checks.h"
#include "capctl/doctor/in_use.h"
#include "capctl/engine/engine.h"
#include "capctl/engine/files.h"
#include "capctl/out.h"
#include "capctl/probe/payload.h"
#include "capctl/probe/probe.h"
#include "capctl/verb.h"

static void doctor_print(const struct findings *findings)
{
	findings_print_table(findings, FINDING_FIELD_LEVEL,
			     FINDING_FIELD_TOPIC);
	out_line(findings_summary_style(findings), "errors: %zu, warnings: %zu",
		 findings_count(findings, FINDING_ERROR),
		 findings_count(findings, FINDING_WARNING));
}

static void doctor_print_json(const struct doctor *doctor,
			      const struct findings *findings)
{
	static const struct finding_key keys[] = {
		{ "status", FINDING_FIELD_LEVEL },
		{ "topic", FINDING_FIELD_TOPIC },
		{ "text", FINDING_FIELD_TEXT },
		{ "fix", FINDING_FIELD_FIX },
	};
	struct json_object *object = json_object_new_object();

	for (int i = 0; i < FINDING_LEVEL_COUNT; i++) {
		enum finding_level level = (enum finding_level)i;
		size_t count = findings_count(findings, level);

		json_object_object_add(object, finding_level_name(level),
				       json_object_new_int64((int64_t)count));
	}
	json_object_object_add(
		object, "program",
		out_json_text(installed_path(&doctor->installed)));
	json_object_object_add(object, "configuration",
			       out_json_text(paths_config_dir));
	json_object_object_add(object, "state", out_json_text(paths_state_dir));
	json_object_object_add(object, "findings",
			       findings_json(findings, keys, ARRAY_LEN(keys)));
	out_json(object);
}

/* With chroot(2) no link of the tree, absolute or not, leads out of it. */
static int doctor_enter(const char *root, struct err *err)
{
	if (chroot(root) < 0 || chdir("/") < 0)
		return err_set_errno(err, errno, "--root '%s'%s", root,
				     errno == EPERM ? " (to be run as root)"
						    : "");
	return 0;
}

/* Most checks of the running system need it; another tree has none. */
static void doctor_check_proc(struct findings *findings)
{
	if (access("/proc/self", F_OK) == 0)
		return;
	findings_add(findings, FINDING_UNKNOWN, "kernel",
		     "'/proc' has no processes");
	findings_fix(findings, "mount -t proc proc /proc");
}

static int doctor_check_all(struct doctor *doctor, struct findings *findings,
			    struct err *err)
{
	doctor_check_kernel(findings);
	doctor_check_program(doctor, findings);
	doctor_check_containers(doctor, findings);
	doctor_check_policy(doctor, findings);
	if (doctor_check_engines(doctor, findings, err) < 0)
		return -1;
	return findings_check(findings, err);
}

static enum verb_status doctor_status(const struct findings *findings,
				      struct err *err)
{
	size_t unknown = findings_count(findings, FINDING_UNKNOWN);

	if (findings_count(findings, FINDING_ERROR))
		return VERB_FINDINGS;
	if (!unknown)
		return VERB_GOOD;
	err_set(err, "could not be checked: %zu", unknown);
	return VERB_ERROR;
}

/* Warnings are of no use here: the files could be read. */
static bool is_failure(const struct finding *finding)
{
	return finding->level == FINDING_ERROR ||
	       finding->level == FINDING_UNKNOWN;
}

/*
 * Only root with CAP_SYS_PTRACE can read the program of process 1; others may not
 * even see the process (proc(5), hidepid). Another tree may have no /proc.
 */
static bool sees_processes(void)
{
	char target[1];

	return access("/proc/self", F_OK) < 0 ||
	       (geteuid() == 0 &&
		readlink("/proc/1/exe", target, sizeof(target)) >= 0);
}

/* The last line tells a script that the search reached its end. */
static enum verb_status doctor_in_use(const char *program, struct err *err)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };

	if (*program != '/') {
		verb_misuse(err, "doctor", "--in-use '%s' is not absolute",
			    program);
		return VERB_ERROR;
	}
	if (!sees_processes())
		findings_add(
			&findings, FINDING_UNKNOWN, "containers",
			"cannot read the processes of root: this takes root with CAP_SYS_PTRACE");
	if (in_use_find(program, &findings, err) < 0)
		return VERB_ERROR;
	for (size_t i = 0; i < findings.count; i++)
		if (is_failure(&findings.list[i]))
			finding_print_line(&findings.list[i]);
	out_line(OUT_PLAIN, "uses: %zu, unknown: %zu",
		 findings_count(&findings, FINDING_ERROR),
		 findings_count(&findings, FINDING_UNKNOWN));
	return doctor_status(&findings, err);
}

static int print_engine_runtime(enum engine kind, struct err *err)
{
	struct engine_config config CLEANUP_ENGINE = { .kind = kind };
	struct findings findings CLEANUP_FINDINGS = { 0 };
	const char *program;

	if (engine_files_load(&config, &findings, err) < 0 ||
	    findings_check(&findings, err) < 0)
		return -1;
	for (size_t i = 0; i < findings.count; i++)
		if (is_failure(&findings.list[i]))
			return err_set(err, "%s", findings.list[i].text);
	program = engine_default_program(&config);
	if (program)
		out_line(OUT_PLAIN, "%s", program);
	return 0;
}

/* What could not be read could name another one: that fails. */
static enum verb_status doctor_engine_runtimes(struct err *err)
{
	if (print_engine_runtime(ENGINE_CRIO, err) < 0 ||
	    print_engine_runtime(ENGINE_CONTAINERD, err) < 0)
		return VERB_ERROR;
	return VERB_GOOD;
}

struct doctor_options {
	bool json;
	bool engine_runtimes;
	bool probe;
	bool wrong_only; /* --findings */
	bool probe_inside; /* for the probe's own containers: not in the help */
	const char *root;
	const char *in_use;
	const char *handler;
};

static int check_options(const struct doctor_options *options, const char *verb,
			 struct err *err)
{
	if (options->json + options->engine_runtimes +
		    (options->in_use != NULL) >
	    1)
		return verb_misuse(
			err, verb,
			"--json, --in-use and --engine-runtimes are exclusive");
	if (options->probe &&
	    (options->engine_runtimes || options->in_use || options->root))
		return verb_misuse(
			err, verb,
			"--probe excludes --root, --in-use and --engine-runtimes");
	if (options->handler && !options->probe)
		return verb_misuse(err, verb, "--handler needs --probe");
	return 0;
}

static int parse_options(struct doctor_options *ret_options, int argc,
			 char **argv, struct err *err)
{
	const struct verb_option options[] = {
		{ "json", &ret_options->json, NULL },
		{ "root", NULL, &ret_options->root },
		{ "in-use", NULL, &ret_options->in_use },
		{ "engine-runtimes", &ret_options->engine_runtimes, NULL },
		{ "probe", &ret_options->probe, NULL },
		{ "findings", &ret_options->wrong_only, NULL },
		{ "probe-inside", &ret_options->probe_inside, NULL },
		{ "handler", NULL, &ret_options->handler },
	};
	int first;

	*ret_options = (struct doctor_options){ 0 };
	first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);
	if (first < 0)
		return -1;
	if (first < argc)
		return verb_misuse(err, argv[0], "takes no operands: '%s'",
				   argv[first]);
	return check_options(ret_options, argv[0], err);
}

static enum verb_status doctor_probe(const struct doctor *doctor,
				     const struct doctor_options *options,
				     struct err *err)
{
	const struct probe_options probe = {
		.program = installed_path(&doctor->installed),
		.handler = options->handler ? options->handler : PACKAGE_NAME,
		.json = options->json,
		.wrong_only = options->wrong_only,
	};

	return probe_run(&probe, err);
}

static enum verb_status doctor_report(struct doctor *doctor,
				      const struct doctor_options *options,
				      struct err *err)
{
	struct findings findings CLEANUP_FINDINGS = {
		.wrong_only = options->wrong_only,
	};

	if (doctor->asks_engines)
		doctor_check_proc(&findings);
	if (doctor_check_all(doctor, &findings, err) < 0)
		return VERB_ERROR;
	if (options->json)
		doctor_print_json(doctor, &findings);
	else
		doctor_print(&findings);
	return doctor_status(&findings, err);
}

enum verb_status verb_doctor(int argc, char **argv, struct err *err)
{
	struct doctor doctor CLEANUP_DOCTOR = { 0 };
	struct doctor_options options;

	if (parse_options(&options, argc, argv, err) < 0)
		return VERB_ERROR;
	if (options.probe_inside)
		return payload_run(err) < 0 ? VERB_ERROR : VERB_GOOD;
	installed_init(&doctor.installed);
	if (options.probe)
		return doctor_probe(&doctor, &options, err);
	if (options.root && doctor_enter(options.root, err) < 0)
		return VERB_ERROR;
	if (options.in_use)
		return doctor_in_use(options.in_use, err);
	if (options.engine_runtimes)
		return doctor_engine_runtimes(err);
	doctor.asks_engines = !options.root;
	return doctor_report(&doctor, &options, err);
}
