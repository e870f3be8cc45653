/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/dryrun.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "capctl/out.h"
#include "policy/files.h"
#include "json/read.h"

static int find_forced(struct dryrun_host *node, struct err *err)
{
	const char *name = node->options.rule;

	for (size_t i = 0; name && i < node->policy.count; i++)
		if (strcmp(node->policy.rules[i].name, name) == 0)
			node->forced = &node->policy.rules[i];
	if (name && !node->forced)
		return err_set(err, "the policy has no rule '%s'", name);
	return 0;
}

/* Engines call capruntime as root, whatever user runs capctl. */
static void assume_root(struct dryrun_host *node)
{
	if (geteuid() == 0)
		return;
	node->assumed = true;
	node->own.permitted = node->own.bounding;
	node->own.ambient_forbidden = false;
}

int dryrun_load(struct dryrun_host *ret_node,
		const struct dryrun_options *options, struct err *err)
{
	struct dryrun_host *node = ret_node;
	int status;

	*node = (struct dryrun_host){ .options = *options };
	if (!node->options.handler)
		node->options.handler = "capruntime";
	if (launch_resolve(&node->launch, node->options.handler,
			   &node->runtime_problem) == 0)
		node->runtime_problem = (struct err){ 0 };
	if (own_caps_read(&node->own, err) < 0)
		return -1;
	assume_root(node);
	status = options->policy ? policy_files_load_from(&node->policy,
							  options->policy, err)
				 : policy_files_load(&node->policy, err);
	if (status < 0)
		return err_wrap(err, "load policy");
	return find_forced(node, err);
}

void dryrun_use_handler(struct dryrun_host *copy, const char *runtime)
{
	copy->options.handler = path_basename(runtime);
	copy->runtime_problem = (struct err){ 0 };
	if (launch_resolve(&copy->launch, copy->options.handler,
			   &copy->runtime_problem) == 0)
		copy->runtime_problem = (struct err){ 0 };
}

void dryrun_host_free(struct dryrun_host *node)
{
	policy_free(&node->policy);
}

struct runtime_args dryrun_args(const char *path)
{
	struct runtime_args args = { .verb = RUNTIME_CREATE };
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		args.config = path;
	else
		args.bundle = path;
	return args;
}

/* An untrusted record refuses the container, even without a policy. */
static int read_bundle_record(struct dryrun *run, struct err *err)
{
	struct evaluation *evaluation = &run->evaluation;

	if (evaluation_read_record(evaluation, err) < 0) {
		run->refused = evaluation->bundle.record_text || geteuid() == 0;
		return -1;
	}
	if (!run->args.id && evaluation_record(evaluation))
		run->args.id = evaluation->record.about.id;
	return 0;
}

/* Without a policy and a record the runtime does not read config.json. */
static int decide_bundle(struct dryrun *run, struct err *err)
{
	struct evaluation *evaluation = &run->evaluation;
	struct own_caps own = run->node->own;
	int status = evaluation->bundle.config_text
			     ? evaluation_take_config(evaluation, err)
			     : evaluation_read_config(evaluation, err);

	if (status < 0 && !evaluation->bundle.config_text)
		return -1;
	evaluation->describes_all = true;
	if (status == 0)
		status = evaluation_decide(evaluation, &own, err);
	if (status < 0)
		run->refused = evaluation_is_concerned(evaluation);
	return run->refused ? -1 : 0;
}

/* -1: the runtime would refuse (`refused`), or the bundle cannot be read. */
static int dryrun_evaluate(struct dryrun *run, struct err *err)
{
	if (bundle_open(&run->evaluation.bundle, &run->args, err) < 0 ||
	    read_bundle_record(run, err) < 0)
		return -1;
	return decide_bundle(run, err);
}

/* What is no config.json says nothing about a container. */
int dryrun_check_config(const struct dryrun *run, struct err *err)
{
	const struct json_doc *config = &run->evaluation.restored;
	struct json_value process, rules;

	if (run->refused)
		return 0;
	if (!config->text) {
		*err = run->reason;
		return -1;
	}
	if (json_find(config, json_root(config), "process", &process) &&
	    process.kind == JSON_OBJECT)
		return 0;
	if (json_find(config, json_root(config), "rules", &rules))
		return err_set(
			err,
			"'%s' is a policy: name it with --policy, and a bundle or a config.json as the operand",
			config->name);
	return err_set(
		err,
		"'%s' is not the config.json of a container: it has no object 'process'",
		config->name);
}

static void begin_run(struct dryrun *run, const struct dryrun_host *node,
		      struct runtime_args args)
{
	*run = (struct dryrun){ .node = node,
				.args = args,
				.evaluation = EVALUATION_INIT };
	run->args.id = node->options.id;
	run->args.dialect = runtime_args_dialect(node->launch.path);
	run->evaluation.args = &run->args;
	run->evaluation.handler = node->options.handler;
	run->evaluation.policy = &node->policy;
	run->evaluation.forced = node->forced;
	run->evaluation.engine =
		policy_engine(&node->policy, run->evaluation.handler);
}

static int end_run(const struct dryrun *run, int status, struct err *err)
{
	if (status == 0 || run->refused)
		return 0;
	*err = run->reason;
	return -1;
}

int dryrun_bundle(struct dryrun *ret_run, const struct dryrun_host *node,
		  const char *path, struct err *err)
{
	begin_run(ret_run, node, dryrun_args(path));
	return end_run(ret_run, dryrun_evaluate(ret_run, &ret_run->reason),
		       err);
}

int dryrun_config(struct dryrun *ret_run, const struct dryrun_host *node,
		  const char *name, const char *text, struct err *err)
{
	const struct runtime_args args = { .verb = RUNTIME_CREATE };
	struct bundle *bundle = &ret_run->evaluation.bundle;

	begin_run(ret_run, node, args);
	bundle->config_path = strdup(name);
	bundle->directory_path = strdup("/");
	bundle->config_text = strdup(text);
	if (!bundle->config_path || !bundle->directory_path ||
	    !bundle->config_text)
		return err_set_no_memory(err);
	bundle->config_len = strlen(text);
	return end_run(ret_run, decide_bundle(ret_run, &ret_run->reason), err);
}

void dryrun_free(struct dryrun *run)
{
	evaluation_free(&run->evaluation);
}

enum dryrun_outcome dryrun_outcome(const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;

	if (run->refused)
		return DRYRUN_REFUSED;
	if (!evaluation_is_concerned(evaluation))
		return DRYRUN_NO_POLICY;
	if (evaluation->kind == SUBJECT_SANDBOX)
		return DRYRUN_SANDBOX;
	if (!evaluation->spec.has_process)
		return DRYRUN_NO_PROCESS;
	if (!evaluation->rule)
		return DRYRUN_NO_RULE;
	return decide_touches(evaluation->rule) ||
			       evaluation->rule->no_new_privileges
		       ? DRYRUN_APPLIED
		       : DRYRUN_LEFT_ALONE;
}

const char *dryrun_outcome_name(enum dryrun_outcome outcome)
{
	static const char *const names[] = {
		[DRYRUN_REFUSED] = "refused",
		[DRYRUN_NO_POLICY] = "no_policy",
		[DRYRUN_SANDBOX] = "sandbox",
		[DRYRUN_NO_PROCESS] = "no_process",
		[DRYRUN_NO_RULE] = "no_rule",
		[DRYRUN_APPLIED] = "applied",
		[DRYRUN_LEFT_ALONE] = "left_alone",
	};

	return names[outcome];
}

static char *summary_applied(const struct evaluation *evaluation)
{
	char *raised CLEANUP_FREE = out_names(evaluation->decision.raised);
	char *missing CLEANUP_FREE = out_names(evaluation->decision.missing);
	const char *unknown = evaluation->request.unknown;
	bool lacks = evaluation->decision.missing || unknown;

	if (!raised || !missing)
		return NULL;
	return alloc_text("rule '%s' decides: raises %s%s%s%s%s",
			  evaluation->rule->name, raised,
			  lacks ? ", cannot raise " : "",
			  evaluation->decision.missing ? missing : "",
			  evaluation->decision.missing && unknown ? ", " : "",
			  unknown ? unknown : "");
}

char *dryrun_summary(const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;
	enum dryrun_outcome outcome = dryrun_outcome(run);
	static const char *const texts[] = {
		[DRYRUN_NO_POLICY] =
			"no policy and no record: config.json is not read",
		[DRYRUN_SANDBOX] = "a sandbox: never changed",
		[DRYRUN_NO_PROCESS] = "no process: never changed",
		[DRYRUN_NO_RULE] = "no rule matches: nothing changes",
	};

	if (outcome == DRYRUN_APPLIED)
		return summary_applied(evaluation);
	if (outcome == DRYRUN_REFUSED)
		return alloc_text("refused: %s", run->reason.text);
	if (outcome == DRYRUN_LEFT_ALONE)
		return alloc_text("rule '%s' decides: nothing changes",
				  evaluation->rule->name);
	return strdup(texts[outcome]);
}

static const char *why_not_raised(const struct dryrun *run, capmask bit)
{
	const struct evaluation *evaluation = &run->evaluation;
	const struct own_caps *own = &run->node->own;

	if (!((evaluation->rule->ambient | evaluation->rule->inheritable) &
	      bit))
		return "the pod asks for it, the rule does not allow it";
	if (evaluation->policy->above_ceiling & bit)
		return "above the policy's 'ceiling': no rule may raise it";
	if (!(evaluation->spec.sets.set[CAPSET_BOUNDING] & bit))
		return "not in the container's bounding set: add it to the container (capabilities.add)";
	if (!(own->kernel & bit))
		return "this kernel does not know it";
	if (own->ambient_forbidden)
		return "the securebits here forbid ambient capabilities";
	return "the process that starts containers here does not hold it: start the engine with it";
}

char *dryrun_why_missing(const struct dryrun *run, capmask bit)
{
	const struct evaluation *evaluation = &run->evaluation;
	capmask bounding = evaluation->spec.sets.set[CAPSET_BOUNDING];
	struct stray stray =
		stray_find(&evaluation->restored, &evaluation->spec,
			   bit & evaluation->rule->ambient & ~bounding &
				   ~evaluation->policy->above_ceiling);
	char text[STRAY_TEXT_MAX];

	if (!stray.meant)
		return strdup(why_not_raised(run, bit));
	stray_text(&stray, text);
	return strdup(text);
}
