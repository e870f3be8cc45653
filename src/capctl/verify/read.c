/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fileio.h"
#include "capctl/process/status.h"
#include "capctl/verify/verify.h"

#define STATUS_MAX ((size_t)64 * 1024)

static int read_held(struct verify_result *result, struct err *err)
{
	char path[32], *text CLEANUP_FREE = NULL;
	struct procstatus status;
	size_t len;
	int fd CLEANUP_FD = -1;

	if (!result->container->runs)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/status",
		 result->container->state.pid);
	fd = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0 && errno == ENOENT)
		return 0; /* it has ended since */
	if (fd < 0)
		return err_set_errno(err, errno, "'%s'", path);
	if (fileio_read(fd, path, STATUS_MAX, &text, &len, err) < 0)
		return -1;
	procstatus_parse(&status, text, len);
	if (!procstatus_is_whole(&status))
		return err_set(err, "'%s': unexpected format", path);
	result->facts.running = !procstatus_is_dead(&status);
	result->facts.held.sets = status.sets;
	result->facts.held.no_new_privileges = status.no_new_privs;
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
	if (!evaluation_record(evaluation) || !evaluation->record.about.rule)
		return 0;
	result->rule = strdup(evaluation->record.about.rule);
	return result->rule ? 0 : err_set(err, "out of memory");
}

/* What a create of the bundle would write now; in mode audit, no change. */
static void take_today(struct verify_result *result, const struct dryrun *run)
{
	const struct evaluation *evaluation = &run->evaluation;
	struct drift_state *today = &result->facts.today;
	bool enforced = evaluation->policy->mode == POLICY_ENFORCE;
	bool decided = evaluation->has_decision && enforced;

	result->refused_today = run->refused && enforced;
	if (result->refused_today) {
		*today = result->facts.given; /* nothing to compare */
		return;
	}
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
	if (dryrun_bundle(&run, &with_id, container->state.bundle, err) < 0) {
		result->stale =
			run.evaluation.bundle.is_missing && !container->runs;
		return result->stale ? 0 : -1;
	}
	if (!run.evaluation.restored_text) {
		*err = run.reason;
		return -1;
	}
	if (read_given(result, &run.evaluation, err) < 0 ||
	    read_held(result, err) < 0)
		return -1;
	take_today(result, &run);
	return 0;
}
