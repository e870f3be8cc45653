/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "capctl/dryrun.h"
#include "capctl/out.h"
#include "capctl/process/cgroup.h"
#include "capctl/process/containers.h"
#include "capctl/process/status.h"
#include "capctl/verb.h"
#include "capctl/verify/drift.h"

#define STATUS_MAX ((size_t)64 * 1024)
#define SHOWN_DIGITS 12 /* of an engine's id, as engines show them */

struct choice {
	struct dryrun_options dryrun;
	const char *root;
	bool all;
	bool json;
};

/* One container: what was found out, or why nothing was. */
struct check {
	const struct container *container;
	struct drift_facts facts;
	struct drift verification;
	bool stale; /* a dead one's state, of which the bundle is gone */
	bool refused_today;
	char *rule; /* that the record names; NULL: none */
	struct err trouble; /* "": none */
};

/* All of them. */
struct report {
	const struct choice *choice;
	const struct dryrun_host *node;
	struct out_table table;
	struct json_object *list;
	enum verb_status status;
};

static int read_held(struct check *check, struct err *err)
{
	char path[32], *text CLEANUP_FREE = NULL;
	struct procstatus status;
	size_t len;
	int fd CLEANUP_FD = -1;

	if (!check->container->runs)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/status",
		 check->container->state.pid);
	fd = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0 && errno == ENOENT)
		return 0; /* it ended just now */
	if (fd < 0)
		return err_set_errno(err, errno, "'%s'", path);
	if (fileio_read(fd, path, STATUS_MAX, &text, &len, err) < 0)
		return -1;
	procstatus_parse(&status, text, len);
	if (!procstatus_is_whole(&status))
		return err_set(err, "'%s' does not say all", path);
	check->facts.running = !procstatus_is_dead(&status);
	check->facts.held.sets = status.sets;
	check->facts.held.no_new_privileges = status.no_new_privs;
	return 0;
}

static int read_given(struct check *check, const struct evaluation *evaluation,
		      struct err *err)
{
	struct spec spec CLEANUP_SPEC = { 0 };

	if (spec_read(&spec, &evaluation->config, evaluation->args->dialect,
		      err) < 0)
		return -1;
	check->facts.given.sets = spec.sets;
	check->facts.given.no_new_privileges = spec.no_new_privileges;
	if (!evaluation_record(evaluation) || !evaluation->record.about.rule)
		return 0;
	check->rule = strdup(evaluation->record.about.rule);
	return check->rule ? 0 : err_set(err, "out of memory");
}

/* What a create of the same bundle would write now: in mode audit nothing. */
static void take_today(struct check *check, const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;
	struct drift_state *today = &check->facts.today;
	bool enforced = evaluation->policy->mode == POLICY_ENFORCE;
	bool decided = evaluation->has_decision && enforced;

	check->refused_today = run->refused && enforced;
	if (check->refused_today) {
		*today = check->facts.given; /* there is nothing to compare */
		return;
	}
	today->sets =
		decided ? evaluation->decision.sets : evaluation->spec.sets;
	today->no_new_privileges =
		decided ? evaluation->decision.no_new_privileges
			: evaluation->spec.no_new_privileges;
}

static int look(struct check *check, const struct dryrun_host *node,
		struct err *err)
{
	const struct container *container = check->container;
	struct dryrun_host asked = *node;
	struct dryrun run CLEANUP_DRYRUN = { .evaluation = EVALUATION_INIT };

	if (*container->error.text) {
		*err = container->error;
		return -1;
	}
	if (container->hidden)
		return err_set(err,
			       "its process %d cannot be looked at in /proc",
			       container->state.pid);
	if (!container->state.bundle)
		return err_set(err, "its state names no bundle");
	asked.options.id = container->id;
	if (dryrun_bundle(&run, &asked, container->state.bundle, err) < 0) {
		check->stale =
			run.evaluation.bundle.is_missing && !container->runs;
		return check->stale ? 0 : -1;
	}
	if (!run.evaluation.restored_text) {
		*err = run.reason;
		return -1;
	}
	if (read_given(check, &run.evaluation, err) < 0 ||
	    read_held(check, err) < 0)
		return -1;
	take_today(check, &run);
	check->verification = drift_make(&check->facts);
	return 0;
}

static bool is_clean(const struct check *check)
{
	for (int i = 0; i < DRIFT_COUNT; i++)
		if (check->verification.found[i])
			return false;
	return !check->refused_today;
}

static void add_finding(struct report *report, const char *id, const char *word,
			capmask names, const char *text)
{
	char *list CLEANUP_FREE = out_names(names);
	char *line CLEANUP_FREE = alloc_text(
		"%s%s%s", names && list ? list : "", names ? ": " : "", text);

	out_table_add(&report->table, OUT_BAD, 3, id, word, line);
}

static const char *clean_text(const struct check *check)
{
	if (check->stale)
		return "does not run, and its bundle is gone";
	if (!check->facts.running)
		return "does not run; today's policy says the same";
	return check->rule
		       ? "holds what was decided, and today's policy says so"
		       : "no rule was applied, and today's policy has none";
}

static void add_rows(struct report *report, const struct check *check)
{
	char cut[SHOWN_DIGITS + 1];
	const char *id = check->container->id;

	if (cgroup_is_engine_id(id, strlen(id))) {
		snprintf(cut, sizeof(cut), "%.*s", SHOWN_DIGITS, id);
		id = cut;
	}
	if (*check->trouble.text)
		out_table_add(&report->table, OUT_BAD, 3, id, "unknown",
			      check->trouble.text);
	else if (is_clean(check))
		out_table_add(&report->table, OUT_PLAIN, 3, id,
			      check->stale ? "stale" : "ok", clean_text(check));
	for (int i = 0; i < DRIFT_COUNT; i++)
		if (check->verification.found[i])
			add_finding(report, id,
				    drift_word((enum drift_finding)i),
				    check->verification.names[i],
				    drift_text((enum drift_finding)i));
	if (check->refused_today)
		add_finding(
			report, id, "refused", 0,
			"today's policy would not start it (capctl explain)");
}

static struct json_object *findings_array(const struct check *check)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; i < DRIFT_COUNT; i++) {
		enum drift_finding which = (enum drift_finding)i;
		struct json_object *object;

		if (!check->verification.found[i])
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "code",
				       out_json_text(drift_word(which)));
		json_object_object_add(
			object, "names",
			out_json_names(check->verification.names[i]));
		json_object_array_add(array, object);
	}
	return array;
}

static void add_object(struct report *report, const struct check *check)
{
	struct json_object *object = json_object_new_object();
	const struct container *container = check->container;
	const struct drift_facts *facts = &check->facts;
	bool known = !*check->trouble.text && !check->stale;

	json_object_object_add(object, "id", out_json_text(container->id));
	json_object_object_add(object, "root", out_json_text(container->root));
	json_object_object_add(object, "bundle",
			       out_json_text(container->state.bundle));
	json_object_object_add(
		object, "pid",
		facts->running ? json_object_new_int(container->state.pid)
			       : NULL);
	json_object_object_add(object, "rule", out_json_text(check->rule));
	json_object_object_add(
		object, "error",
		out_json_text(known ? NULL : check->trouble.text));
	json_object_object_add(object, "given",
			       known ? out_json_sets(&facts->given.sets)
				     : NULL);
	json_object_object_add(object, "held",
			       facts->running ? out_json_sets(&facts->held.sets)
					      : NULL);
	json_object_object_add(object, "today",
			       known && !check->refused_today
				       ? out_json_sets(&facts->today.sets)
				       : NULL);
	json_object_object_add(object, "refused_today",
			       json_object_new_boolean(check->refused_today));
	json_object_object_add(object, "findings", findings_array(check));
	json_object_array_add(report->list, object);
}

static void verify_one(struct report *report, const struct container *container)
{
	struct check check = { .container = container };
	enum verb_status status = VERB_TROUBLE;

	if (look(&check, report->node, &check.trouble) == 0) {
		check.trouble = (struct err){ 0 };
		status = is_clean(&check) ? VERB_GOOD : VERB_FINDINGS;
	}
	if (status > report->status)
		report->status = status;
	if (report->list)
		add_object(report, &check);
	else
		add_rows(report, &check);
	free(check.rule);
}

/* `whole`: else the first digits of an engine's id, as we show it ourselves. */
static bool is_meant(const struct container *container, const char *id,
		     bool whole)
{
	if (whole)
		return !id || strcmp(container->id, id) == 0;
	return *id &&
	       cgroup_is_engine_id(container->id, strlen(container->id)) &&
	       strncmp(container->id, id, strlen(id)) == 0;
}

static size_t verify_those(struct report *report,
			   const struct containers *found, const char *id,
			   bool whole)
{
	size_t count = 0;

	for (size_t i = 0; i < found->count; i++) {
		if (!is_meant(&found->list[i], id, whole))
			continue;
		verify_one(report, &found->list[i]);
		count++;
	}
	return count;
}

static int verify_id(struct report *report, const char *id, struct err *err)
{
	const char *root = report->choice->root;
	struct containers found CLEANUP_CONTAINERS = { 0 };
	int status = containers_find(&found, root, NULL, err);

	if (verify_those(report, &found, id, true) || !id ||
	    verify_those(report, &found, id, false) || status < 0)
		return status;
	return err_set(err, "no container '%s'%s%s", id, root ? " in " : "",
		       root ? root : ": say --root");
}

static void print(struct report *report)
{
	struct json_object *object;

	if (report->list) {
		object = json_object_new_object();
		json_object_object_add(object, "containers", report->list);
		out_json(object);
	} else if (!report->table.count && report->status == VERB_GOOD) {
		out_line(OUT_PLAIN, "no containers");
	}
	out_table_print(&report->table);
	out_table_free(&report->table);
}

static int parse(int argc, char **argv, struct choice *choice, struct err *err)
{
	const struct verb_option options[] = {
		{ "policy", NULL, &choice->dryrun.policy },
		{ "handler", NULL, &choice->dryrun.handler },
		{ "root", NULL, &choice->root },
		{ "all", &choice->all, NULL },
		{ "json", &choice->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first >= 0 && choice->all && first < argc)
		return verb_misuse(err, argv[0], "--all takes no ids");
	return first;
}

enum verb_status verb_verify(int argc, char **argv, struct err *err)
{
	struct choice choice = { 0 };
	struct dryrun_host node CLEANUP_DRYRUN_HOST = { 0 };
	struct report report = { .choice = &choice, .node = &node };
	int first = parse(argc, argv, &choice, err), status = 0;

	if (first < 0 || dryrun_load(&node, &choice.dryrun, err) < 0)
		return VERB_TROUBLE;
	if (choice.json)
		report.list = json_object_new_array();
	if (first == argc)
		status = verify_id(&report, NULL, err);
	for (int i = first; status == 0 && i < argc; i++)
		status = verify_id(&report, argv[i], err);
	if (status < 0)
		report.status = VERB_TROUBLE;
	print(&report);
	return report.status;
}
