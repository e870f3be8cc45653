/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/doctor/checks.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "capctl/engine/engine.h"
#include "capctl/engine/files.h"
#include "capctl/engine/word.h"
#include "runtime/args.h"

/* What the policy needs from an engine. */
struct needs {
	bool identity; /* some rule names namespace, pod, container, image */
	bool requests; /* some rule reads annotations */
};

struct engines {
	const struct doctor *doctor;
	struct needs needs;
	struct findings *findings;
	bool runs[ENGINE_COUNT];
	size_t handlers[ENGINE_COUNT];
};

static struct needs policy_needs(const struct doctor *doctor)
{
	struct needs needs = { 0 };

	for (size_t i = 0; doctor->has_policy && i < doctor->policy.count;
	     i++) {
		const struct policy_rule *rule = &doctor->policy.rules[i];

		needs.identity |= rule->identity_at != 0;
		needs.requests |=
			rule->on_request || rule->match.annotations_count > 0;
	}
	return needs;
}

/* In a policy a handler is the basename of what the engine executes. */
static const char *handler_policy_name(const struct engine_handler *handler)
{
	return path_basename(handler->path ? handler->path : handler->name);
}

static bool is_other_copy(const struct doctor *doctor, const char *path)
{
	struct stat st;

	return stat(installed_path(&doctor->installed), &st) == 0 &&
	       !installed_is(&doctor->installed, path);
}

/* The state of runc and that of crun have different formats. */
static void check_handler_root(const struct engine_handler *handler,
			       const struct launch *launch, const char *topic,
			       struct findings *findings)
{
	const char *real = runtime_args_known(launch->path);
	const char *owner =
		handler->root ? runtime_args_known(handler->root) : NULL;

	if (!real || !owner || strcmp(real, owner) == 0)
		return;
	findings_add(
		findings, FINDING_WARNING, topic,
		"handler '%s' in '%s': the state directory '%s' is %s's, but the real runtime is '%s' (%s)",
		handler->name, handler->file, handler->root, owner,
		launch->path, launch_chosen_by(launch));
	findings_fix(
		findings,
		"drain the node, then name %s's directory there or restore the link to %s",
		real, owner);
}

static void check_handler_path(const struct doctor *doctor,
			       const struct engine_handler *handler,
			       const char *topic, struct findings *findings)
{
	struct launch launch;
	struct err problem;
	struct stat st;

	if (!handler->path ||
	    !doctor_check_executable(handler->path, topic, findings))
		return;
	if (is_other_copy(doctor, handler->path)) {
		findings_add(findings, FINDING_WARNING, topic,
			     "'%s' is a different copy from '%s'",
			     handler->path, installed_path(&doctor->installed));
		findings_fix(findings, "keep one copy, and configure that one");
	}
	/* doctor_check_program() checks the links that exist. */
	if (launch_resolve(&launch, handler->path, &problem) == 0) {
		check_handler_root(handler, &launch, topic, findings);
	} else if (lstat(launch.link, &st) < 0) {
		findings_add(findings, FINDING_ERROR, topic, "%s",
			     problem.text);
		findings_fix(findings, "ln -s /path/to/runc %s", launch.link);
	}
}

static void check_policy_engine(const struct engines *engines, enum engine kind,
				const struct engine_handler *handler)
{
	enum engine said = policy_engine(&engines->doctor->policy,
					 handler_policy_name(handler));
	bool has_names = engine_policy_name(kind) != NULL;

	if (said == kind || (said == ENGINE_NONE && !has_names))
		return;
	if (!has_names) {
		findings_add(
			engines->findings, FINDING_ERROR, engine_name(kind),
			"runtime '%s' in '%s': the policy says engine \"%s\" for '%s', so %s's containers %s",
			handler->name, handler->file, engine_policy_name(said),
			handler_policy_name(handler), engine_name(kind),
			doctor_refused(engines->doctor));
		findings_fix(
			engines->findings,
			"create a separate link to capruntime for %s, with engine \"none\"",
			engine_name(kind));
	} else if (said != ENGINE_NONE) {
		findings_add(
			engines->findings, FINDING_ERROR, engine_name(kind),
			"handler '%s' in '%s': the policy says engine \"%s\" for '%s', so its containers %s",
			handler->name, handler->file, engine_policy_name(said),
			handler_policy_name(handler),
			doctor_refused(engines->doctor));
		findings_fix(engines->findings,
			     "\"engine\": \"%s\" in policy.json",
			     engine_policy_name(kind));
	} else if (engines->needs.identity) {
		findings_add(
			engines->findings, FINDING_WARNING, engine_name(kind),
			"handler '%s' in '%s': the policy says engine \"none\" for '%s', so rules that name namespace, pod, container or image never match",
			handler->name, handler->file,
			handler_policy_name(handler));
		findings_fix(engines->findings,
			     "\"engine\": \"%s\" in policy.json",
			     engine_policy_name(kind));
	}
}

static void check_annotations(const struct engines *engines, enum engine kind,
			      const struct engine_handler *handler)
{
	if (handler->gets_requests || !engines->needs.requests)
		return;
	findings_add(
		engines->findings, FINDING_WARNING, engine_name(kind),
		"handler '%s' in '%s': rules use annotations, but containerd passes none",
		handler->name, handler->file);
	findings_fix(engines->findings,
		     "pod_annotations = [\"capruntime.io/*\"]");
}

static void check_handlers(const struct engines *engines,
			   const struct engine_config *config)
{
	for (size_t i = 0; i < config->handlers_count; i++) {
		const struct engine_handler *handler = &config->handlers[i];

		findings_add(engines->findings, FINDING_OK,
			     engine_name(config->kind),
			     "handler '%s' in '%s' calls '%s'%s", handler->name,
			     handler->file, handler_policy_name(handler),
			     engines->runs[config->kind]
				     ? "; the engine is running"
				     : "");
		check_handler_path(engines->doctor, handler,
				   engine_name(config->kind),
				   engines->findings);
		if (engines->doctor->has_policy)
			check_policy_engine(engines, config->kind, handler);
		check_annotations(engines, config->kind, handler);
	}
}

/* A user other than root may not be able to read what the engine reads. */
static int ask_engine(struct engines *engines,
		      const struct engine_config *config, struct err *err)
{
	size_t count;

	if (geteuid() != 0)
		return 0;
	if (engine_word_check(config, engines->findings, &count, err) < 0)
		return -1;
	if (!engines->handlers[config->kind])
		engines->handlers[config->kind] = count;
	return 0;
}

/* `root` is a distribution's, whose program is not asked; NULL: the engine's. */
static int check_engine(struct engines *engines, enum engine kind,
			const char *root, struct err *err)
{
	struct engine_config config CLEANUP_ENGINE = {
		.kind = kind,
		.is_capruntime = installed_is_capruntime,
		.context = &engines->doctor->installed
	};
	int status = root ? engine_files_load_root(&config, root,
						   engines->findings, err)
			  : engine_files_load(&config, engines->findings, err);

	if (status < 0 || engine_check(&config, engines->findings, err) < 0)
		return -1;
	engines->handlers[kind] += config.handlers_count;
	check_handlers(engines, &config);
	return engines->doctor->asks_engines && !root
		       ? ask_engine(engines, &config, err)
		       : 0;
}

static int check_distributions(struct engines *engines, struct err *err)
{
	const char *root;

	for (size_t i = 0; (root = engine_files_distribution(i)); i++)
		if (check_engine(engines, ENGINE_CONTAINERD, root, err) < 0)
			return -1;
	return 0;
}

/* The policy names an engine that never calls capruntime. */
static void check_unused_engine(const struct engines *engines, enum engine kind)
{
	const struct policy *policy = &engines->doctor->policy;
	enum engine other =
		kind == ENGINE_CRIO ? ENGINE_CONTAINERD : ENGINE_CRIO;

	if (!engines->doctor->has_policy || engines->handlers[kind] ||
	    policy->engine != kind)
		return;
	findings_add(engines->findings, FINDING_WARNING, "policy",
		     "engine \"%s\", but no handler of %s calls capruntime%s%s",
		     engine_policy_name(policy->engine), engine_name(kind),
		     engines->runs[other] ? "; running here: " : "",
		     engines->runs[other] ? engine_name(other) : "");
	findings_fix(engines->findings,
		     "configure %s, or correct \"engine\" in policy.json",
		     engine_name(kind));
}

/* Warns of an engine that runs and never calls capruntime. */
static void check_running_engine(const struct engines *engines,
				 enum engine kind)
{
	static const char *const snippets[ENGINE_COUNT] = {
		[ENGINE_CRIO] = "crio/50-capruntime.conf",
		[ENGINE_CONTAINERD] = "containerd/config-v2.toml or -v3.toml",
		[ENGINE_PODMAN] = "podman/50-capruntime.conf",
	};

	if (!engines->runs[kind] || engines->handlers[kind])
		return;
	/* Docker's containerd needs no handler. */
	if (kind == ENGINE_CONTAINERD && engines->handlers[ENGINE_DOCKER])
		return;
	findings_add(
		engines->findings, FINDING_WARNING, engine_name(kind),
		"it is running, but none of its handlers calls capruntime");
	findings_fix(engines->findings, "see packaging/%s", snippets[kind]);
}

/* Then pods of the handler start, and find out by themselves. */
static void check_unused_handlers(const struct engines *engines)
{
	const struct policy *policy = &engines->doctor->policy;

	if (!engines->doctor->has_policy || policy->count)
		return;
	findings_add(
		engines->findings, FINDING_WARNING, "policy",
		"handlers call capruntime, but there are no rules: no container gets a capability");
	findings_fix(engines->findings,
		     "add a rule: see capruntime-policy(5), EXAMPLES");
}

static void check_used_engines(const struct engines *engines)
{
	size_t handlers = 0;

	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++)
		handlers += engines->handlers[kind];
	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++)
		check_running_engine(engines, (enum engine)kind);
	check_unused_engine(engines, ENGINE_CRIO);
	check_unused_engine(engines, ENGINE_CONTAINERD);
	if (handlers) {
		check_unused_handlers(engines);
		return;
	}
	findings_add(engines->findings, FINDING_WARNING, "engines",
		     "no engine's configuration names capruntime");
	findings_fix(
		engines->findings,
		"see packaging/crio, containerd, podman and docker; 'capruntime run' needs no engine");
}

int doctor_check_engines(const struct doctor *doctor, struct findings *findings,
			 struct err *err)
{
	struct engines engines = { .doctor = doctor,
				   .needs = policy_needs(doctor),
				   .findings = findings };

	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++) {
		engines.runs[kind] = engine_runs((enum engine)kind);
		if (check_engine(&engines, (enum engine)kind, NULL, err) < 0)
			return -1;
	}
	if (check_distributions(&engines, err) < 0)
		return -1;
	check_used_engines(&engines);
	return 0;
}
