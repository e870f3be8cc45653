/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/container.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "capctl/child.h"
#include "capctl/probe/held.h"
#include "capctl/probe/place.h"

#define WORDS_MAX 10
#define OUTPUT_MAX ((size_t)64 * 1024)
#define ERRORS_MAX ((size_t)4096)
/* For the runtime to clean up after its container, before it is killed. */
#define GRACE_MS 2000
#define LIMIT_MS (CONTAINER_LIMIT_S * 1000)

/* `words` are those after --root; NULL ends them. */
static int start(struct child *ret_child, const struct container_call *call,
		 const char *const words[], bool has_input, struct err *err)
{
	const char *runtime = secure_getenv("CAPRUNTIME_RUNTIME");
	char *policy CLEANUP_FREE =
		alloc_text("CAPRUNTIME_POLICY=%s", call->policy);
	char *named CLEANUP_FREE =
		alloc_text("CAPRUNTIME_RUNTIME=%s", runtime ? runtime : "");
	const char *argv[WORDS_MAX + 1] = { call->handler, "--root",
					    call->root };
	char *const environment[] = { child_path_entry, policy,
				      runtime ? named : NULL, NULL };
	const struct child_program program = {
		.path = call->program,
		/* posix_spawn(3) does not change them. */
		.argv = (char *const *)(uintptr_t)argv,
		.environment = environment,
		.has_input = has_input,
		.output_max = OUTPUT_MAX,
		.errors_max = ERRORS_MAX,
		.interrupt = call->interrupt,
	};

	if (!policy || !named)
		return err_set_no_memory(err);
	for (size_t i = 0; words[i]; i++)
		argv[i + 3] = words[i];
	return child_start(ret_child, &program, err);
}

static char *describe_failure(struct child *child, int status)
{
	const char *reason = child_last_line(child->streams[CHILD_ERRORS].text);

	if (status < 0)
		return strdup("killed by a signal");
	if (status == 0)
		return strdup("exit status 0, but no report from inside");
	return alloc_text("exit status %d%s%s", status,
			  *reason ? ": " : " and no message", reason);
}

/* What the program inside reported; else how the runtime ended. */
static char *describe(struct child *child, int status)
{
	char *output = child->streams[CHILD_OUTPUT].text;
	struct held held;

	if (status != 0 || !held_parse(&held, output))
		return describe_failure(child, status);
	return held_line(&held);
}

/*
 * Waits for the end. A runtime that is late gets some more time to delete its
 * container, before it is killed.
 */
static int finish(struct child *child, int64_t end, char **ret_text, bool *hung,
		  struct err *err)
{
	bool late = !child_read(child, CHILD_END, end);
	int status;

	if (late) {
		child->interrupt = -1;
		end = child_time(GRACE_MS);
		child_read(child, CHILD_END, end);
	}
	status = child_wait(child, end);
	late = late || child_time(0) >= end;
	*hung = *hung || late;
	*ret_text = late ? alloc_text("no end within %d seconds: killed",
				      CONTAINER_LIMIT_S)
			 : describe(child, status);
	return *ret_text ? 0 : err_set_no_memory(err);
}

static int try_session(struct container_seen *seen,
		       const struct container_call *call, struct err *err)
{
	const char *const words[] = { "exec", "--process", call->process,
				      call->id, NULL };
	struct child child CLEANUP_CHILD = CHILD_INIT;

	if (start(&child, call, words, false, err) < 0)
		return -1;
	return finish(&child, child_time(LIMIT_MS), &seen->session, &seen->hung,
		      err);
}

static int try_run(struct container_seen *seen,
		   const struct container_call *call, struct err *err)
{
	const char *const words[] = { "run", "--bundle", call->bundle, call->id,
				      NULL };
	struct child child CLEANUP_CHILD = CHILD_INIT;
	int64_t end = child_time(LIMIT_MS);

	if (start(&child, call, words, true, err) < 0)
		return -1;
	if (child_read(&child, CHILD_FIRST_LINE, end)) {
		if (call->process && child.streams[CHILD_OUTPUT].len &&
		    try_session(seen, call, err) < 0)
			return -1;
		end = child_time(LIMIT_MS);
	}
	child_close_input(&child);
	return finish(&child, end, &seen->container, &seen->hung, err);
}

static int delete_container(const struct container_call *call, struct err *err)
{
	const char *const words[] = { "delete", "--force", call->id, NULL };
	struct child child CLEANUP_CHILD = CHILD_INIT;
	int64_t end = child_time(GRACE_MS);

	if (start(&child, call, words, false, err) < 0)
		return -1;
	child.interrupt = -1;
	child_read(&child, CHILD_END, end);
	child_wait(&child, end);
	return 0;
}

/* After the run; what killing the runtime left behind is not its fault. */
static int clean_up(struct container_seen *seen,
		    const struct container_call *call, struct err *err)
{
	char *state CLEANUP_FREE = alloc_text("%s/%s", call->root, call->id);
	char *cgroup CLEANUP_FREE = NULL;
	bool has_state;

	if (!state)
		return err_set_no_memory(err);
	has_state = fileio_may_exist(AT_FDCWD, state);
	if (has_state && delete_container(call, err) < 0)
		return -1;
	cgroup = place_remove_cgroup(call->id);
	if (seen->hung)
		return 0;
	if (has_state)
		seen->left = alloc_text("the container's state '%s'", state);
	else if (cgroup)
		seen->left = alloc_text("the container's cgroup '%s'", cgroup);
	return (has_state || cgroup) && !seen->left ? err_set_no_memory(err)
						    : 0;
}

int container_try(struct container_seen *ret_seen,
		  const struct container_call *call, struct err *err)
{
	*ret_seen = (struct container_seen){ 0 };
	if (try_run(ret_seen, call, err) < 0)
		return -1;
	return clean_up(ret_seen, call, err);
}

void container_seen_free(struct container_seen *seen)
{
	free(seen->container);
	free(seen->session);
	free(seen->left);
}
