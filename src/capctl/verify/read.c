/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "capctl/process/processes.h"
#include "capctl/verify/verify.h"

static void init_held(struct verify_result *result)
{
	result->facts.held = (struct drift_state){ .no_new_privileges = true };
}

/*
 * Any thread can act for the process. Those of runc before "start" do not
 * matter: only its main thread becomes the program.
 */
static void add_held(struct verify_result *result,
		     const struct process *process)
{
	struct drift_state *held = &result->facts.held;
	const struct procstatus *status = &process->status;

	if (procstatus_is_dead(status) ||
	    (process->is_thread && result->container->created))
		return;
	result->facts.running = true;
	for (size_t i = 0; i < CAPSET_COUNT; i++)
		held->sets.set[i] |= status->sets.set[i];
	held->no_new_privileges &= status->no_new_privs;
}

/*
 * File capabilities and set-user-ID give nothing under no_new_privs. A created
 * process is still the runtime, which has not called execve.
 */
static bool adds_file_nothing(const struct verify_result *result)
{
	uint32_t pid = (uint32_t)result->container->state.pid;
	char *exe CLEANUP_FREE = NULL;
	struct stat st;

	if (result->container->created)
		return false;
	if (result->facts.given.no_new_privileges)
		return true;
	exe = processes_file("/proc", pid, "exe");
	return exe && stat(exe, &st) == 0 && !(st.st_mode & S_ISUID) &&
	       getxattr(exe, "security.capability", NULL, 0) < 0 &&
	       (errno == ENODATA || errno == EOPNOTSUPP);
}

int verify_read_held(struct verify_result *result, struct err *err)
{
	struct processes processes CLEANUP_PROCESSES = PROCESSES_INIT;
	const struct process_error *error;

	result->facts.running = false;
	if (!result->container->runs)
		return 0;
	if (processes_open(&processes, "/proc", PROCESSES_CGROUPS, NULL, err) <
		    0 ||
	    processes_add(&processes, (uint32_t)result->container->state.pid,
			  err) < 0)
		return -1;
	error = processes.errors;
	if (error && error->number == ESRCH)
		return 0; /* it has ended since */
	if (error)
		return err_set(err, "process %u: %s", error->pid,
			       processes_reason(error));
	init_held(result);
	for (size_t i = 0; i < processes.count; i++)
		add_held(result, &processes.list[i]);
	result->facts.file_adds_nothing = adds_file_nothing(result);
	return 0;
}

static int read_given(struct verify_result *result,
		      const struct evaluation *evaluation, struct err *err)
{
	struct spec spec CLEANUP_SPEC = { 0 };

	if (spec_read(&spec, &evaluation->config, evaluation->args->dialect,
		      err) < 0)
		return -1;
	result->facts.given.sets = spec.sets;
	result->facts.given.no_new_privileges = spec.no_new_privileges;
	result->facts.starts_as_root = spec.uid == 0;
	if (!evaluation_record(evaluation) || !evaluation->record.about.rule)
		return 0;
	result->granted =
		evaluation->record.about.wanted & spec.sets.set[CAPSET_AMBIENT];
	result->rule = strdup(evaluation->record.about.rule);
	return result->rule ? 0 : err_set_no_memory(err);
}

/* What a create of the bundle would write now; in mode audit, no change. */
static void take_today(struct verify_result *result, const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;
	struct drift_state *today = &result->facts.today;
	bool enforced = evaluation->policy->mode == POLICY_ENFORCE;
	bool decided = evaluation->has_decision && enforced;
	bool refused = run->refused && enforced;

	*today = result->facts.given; /* nothing to compare */
	if (result->origin == VERIFY_OTHER)
		return;
	result->refused_today = refused && result->facts.running;
	if (refused)
		return;
	result->applies_today =
		decided && dryrun_outcome(run) == DRYRUN_APPLIED;
	today->sets =
		decided ? evaluation->decision.sets : evaluation->spec.sets;
	today->no_new_privileges =
		decided ? evaluation->decision.no_new_privileges
			: evaluation->spec.no_new_privileges;
}

static int check_container(const struct container *container, struct err *err)
{
	if (*container->error.text) {
		*err = container->error;
		return -1;
	}
	if (container->hidden)
		return err_set(err, "cannot read its process %d in /proc",
			       container->state.pid);
	if (!container->state.bundle)
		return err_set(err, "its state names no bundle");
	return 0;
}

int verify_read(struct verify_result *result, const struct dryrun_host *host,
		struct err *err)
{
	const struct container *container = result->container;
	struct dryrun_host with_id = *host;
	struct dryrun run CLEANUP_DRYRUN = { .evaluation = EVALUATION_INIT };

	if (check_container(container, err) < 0)
		return -1;
	with_id.options.id = container->id;
	if (result->runtime)
		dryrun_use_handler(&with_id, result->runtime);
	if (dryrun_bundle(&run, &with_id, container->state.bundle, err) < 0) {
		result->stale =
			run.evaluation.bundle.is_missing && !container->runs;
		return result->stale ? 0 : -1;
	}
	if (!run.evaluation.restored.text) {
		*err = run.reason;
		return -1;
	}
	if (!result->runtime && evaluation_record(&run.evaluation))
		result->origin = VERIFY_CAPRUNTIME;
	if (read_given(result, &run.evaluation, err) < 0 ||
	    verify_read_held(result, err) < 0)
		return -1;
	take_today(result, &run);
	return 0;
}
