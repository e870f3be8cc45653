/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "capctl/doctor/engine_config.h"
#include "capctl/doctor/engine_files.h"
#include "capctl/doctor/host.h"

/* What of the policy depends on the engine. */
struct wishes {
	bool identity; /* some rule names namespace, pod, container, image */
	bool requests; /* some rule reads annotations */
};

struct look {
	const struct doctor *doctor;
	struct wishes wishes;
	struct findings *findings;
	bool runs[ENGINE_COUNT];
	size_t handlers[ENGINE_COUNT];
};

static struct wishes wishes_of(const struct doctor *doctor)
{
	struct wishes wishes = { 0 };

	for (size_t i = 0; doctor->has_policy && i < doctor->policy.count;
	     i++) {
		const struct policy_rule *rule = &doctor->policy.rules[i];

		wishes.identity |= rule->identity_at != 0;
		wishes.requests |=
			rule->on_request || rule->match.annotations_count > 0;
	}
	return wishes;
}

/* A policy calls a handler by the basename of what the engine executes. */
static const char *policy_name(const struct engine_handler *handler)
{
	return basename(handler->path ? handler->path : handler->name);
}

static bool is_other_copy(const char *path)
{
	struct stat st;

	return stat(doctor_installed(), &st) == 0 && !doctor_is_installed(path);
}

static void check_path(const struct engine_handler *handler, const char *topic,
		       struct findings *findings)
{
	struct launch launch;
	struct err trouble;
	struct stat st;

	if (!handler->path ||
	    !doctor_check_executable(handler->path, topic, findings))
		return;
	if (is_other_copy(handler->path)) {
		findings_add(findings, FINDING_WARNING, topic,
			     "'%s' is another copy than '%s'", handler->path,
			     doctor_installed());
		findings_fix(findings, "keep one, and name that");
	}
	/* A link that is there was looked at with the others. */
	if (launch_resolve(&launch, handler->path, &trouble) < 0 &&
	    lstat(launch.link, &st) < 0) {
		findings_add(findings, FINDING_ERROR, topic, "%s",
			     trouble.text);
		findings_fix(findings, "ln -s /path/to/runc %s", launch.link);
	}
}

static void check_vouching(const struct look *look, enum engine kind,
			   const struct engine_handler *handler)
{
	enum engine said =
		policy_engine(&look->doctor->policy, policy_name(handler));

	if (said == kind || (said == ENGINE_NONE && kind == ENGINE_PODMAN))
		return;
	if (kind == ENGINE_PODMAN) {
		findings_add(
			look->findings, FINDING_ERROR, engine_name(kind),
			"runtime '%s' in '%s': the policy says engine \"%s\" for '%s', so podman's containers are refused",
			handler->name, handler->file, engine_policy_name(said),
			policy_name(handler));
		findings_fix(
			look->findings,
			"give podman a link of its own to capruntime, with engine \"none\"");
	} else if (said != ENGINE_NONE) {
		findings_add(
			look->findings, FINDING_ERROR, engine_name(kind),
			"handler '%s' in '%s': the policy says engine \"%s\" for '%s', so its containers are refused",
			handler->name, handler->file, engine_policy_name(said),
			policy_name(handler));
		findings_fix(look->findings,
			     "\"engine\": \"%s\" in policy.json",
			     engine_policy_name(kind));
	} else if (look->wishes.identity) {
		findings_add(
			look->findings, FINDING_WARNING, engine_name(kind),
			"handler '%s' in '%s': the policy says engine \"none\" for '%s', so rules that name namespace, pod, container or image never match",
			handler->name, handler->file, policy_name(handler));
		findings_fix(look->findings,
			     "\"engine\": \"%s\" in policy.json",
			     engine_policy_name(kind));
	}
}

static void check_requests(const struct look *look, enum engine kind,
			   const struct engine_handler *handler)
{
	if (handler->gets_requests || !look->wishes.requests)
		return;
	findings_add(
		look->findings, FINDING_WARNING, engine_name(kind),
		"handler '%s' in '%s': rules read annotations, and none reach it",
		handler->name, handler->file);
	findings_fix(look->findings, "pod_annotations = [\"capruntime.io/*\"]");
}

static void check_handlers(const struct look *look,
			   const struct engine_config *config)
{
	for (size_t i = 0; i < config->handlers_count; i++) {
		const struct engine_handler *handler = &config->handlers[i];

		findings_add(
			look->findings, FINDING_OK, engine_name(config->kind),
			"handler '%s' in '%s' calls '%s'%s", handler->name,
			handler->file, policy_name(handler),
			look->runs[config->kind] ? "; the engine runs" : "");
		check_path(handler, engine_name(config->kind), look->findings);
		if (look->doctor->has_policy)
			check_vouching(look, config->kind, handler);
		check_requests(look, config->kind, handler);
	}
}

static int look_at(struct look *look, enum engine kind, struct err *err)
{
	struct engine_config config CLEANUP_ENGINE = {
		.kind = kind, .names_us = doctor_is_capruntime
	};

	look->runs[kind] = engine_runs(kind);
	if (engine_files_load(&config, look->findings, err) < 0 ||
	    engine_config_judge(&config, look->findings, err) < 0)
		return -1;
	look->handlers[kind] = config.handlers_count;
	check_handlers(look, &config);
	return 0;
}

/* An engine that vouches by the policy's word, and calls nobody of us. */
static void check_unused(const struct look *look, enum engine kind)
{
	const struct policy *policy = &look->doctor->policy;
	enum engine other =
		kind == ENGINE_CRIO ? ENGINE_CONTAINERD : ENGINE_CRIO;

	if (!look->doctor->has_policy || look->handlers[kind] ||
	    policy->engine != kind)
		return;
	findings_add(look->findings, FINDING_WARNING, "policy",
		     "engine \"%s\", but no handler of %s calls capruntime%s%s",
		     engine_policy_name(policy->engine), engine_name(kind),
		     look->runs[other] ? "; what runs here is " : "",
		     look->runs[other] ? engine_name(other) : "");
	findings_fix(look->findings,
		     "configure %s, or mend \"engine\" in policy.json",
		     engine_name(kind));
}

/* One that runs without us is well when it is not the only one. */
static void check_missing(const struct look *look, enum engine kind)
{
	static const char *const snippets[ENGINE_COUNT] = {
		[ENGINE_CRIO] = "crio/50-capruntime.conf",
		[ENGINE_CONTAINERD] = "containerd/config-v2.toml or -v3.toml",
		[ENGINE_PODMAN] = "podman/50-capruntime.conf",
	};

	if (!look->runs[kind] || look->handlers[kind])
		return;
	findings_add(look->findings, FINDING_WARNING, engine_name(kind),
		     "it runs, and none of its handlers calls capruntime");
	findings_fix(look->findings, "see packaging/%s", snippets[kind]);
}

static void check_all(const struct look *look)
{
	size_t handlers = 0;

	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++)
		handlers += look->handlers[kind];
	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++)
		check_missing(look, (enum engine)kind);
	check_unused(look, ENGINE_CRIO);
	check_unused(look, ENGINE_CONTAINERD);
	if (handlers)
		return;
	findings_add(look->findings, FINDING_WARNING, "engines",
		     "no engine's configuration names capruntime");
	findings_fix(
		look->findings,
		"see packaging/crio, containerd and podman; 'capruntime run' by hand works without");
}

int doctor_check_engines(const struct doctor *doctor, struct findings *findings,
			 struct err *err)
{
	struct look look = { .doctor = doctor,
			     .wishes = wishes_of(doctor),
			     .findings = findings };

	for (int kind = ENGINE_FIRST; kind < ENGINE_COUNT; kind++)
		if (look_at(&look, (enum engine)kind, err) < 0)
			return -1;
	check_all(&look);
	return 0;
}
