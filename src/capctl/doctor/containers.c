/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "capctl/doctor/checks.h"
#include "capctl/process/containers.h"
#include "runtime/args.h"

#define TOPIC "containers"

/* All containers in a runtime's default state directory belong to it. */
static bool is_own_place(const struct container *container)
{
	const char *name = strrchr(container->root, '/');

	return name && strcmp(name + 1, container->dialect == RUNTIME_CRUN
						? "crun"
						: "runc") == 0;
}

static bool is_stranger(const struct container *container,
			enum runtime_dialect ours)
{
	return container->runs && container->dialect != ours &&
	       (!is_own_place(container) ||
		strstr(container->root, "/containerd/"));
}

static const char *name_of(enum runtime_dialect dialect)
{
	return dialect == RUNTIME_CRUN ? "crun" : "runc";
}

/* `at` is the first container of its root; the list is sorted by root. */
static size_t count_root(const struct containers *containers, size_t at,
			 enum runtime_dialect ours, size_t *ret_strangers)
{
	const char *root = containers->list[at].root;
	size_t end = at;

	*ret_strangers = 0;
	while (end < containers->count &&
	       strcmp(containers->list[end].root, root) == 0)
		*ret_strangers += is_stranger(&containers->list[end++], ours);
	return end;
}

static void check_strangers(const struct containers *containers,
			    enum runtime_dialect ours,
			    struct findings *findings)
{
	size_t strangers;

	for (size_t at = 0, next; at < containers->count; at = next) {
		next = count_root(containers, at, ours, &strangers);
		if (!strangers)
			continue;
		findings_add(
			findings, FINDING_WARNING, TOPIC,
			"containers of %s under '%s', which %s cannot manage: %zu",
			name_of(ours == RUNTIME_CRUN ? RUNTIME_RUNC
						     : RUNTIME_CRUN),
			containers->list[at].root, name_of(ours), strangers);
		findings_fix(
			findings,
			"if capruntime started them, point its link back until they have ended, and use a second link for the other runtime");
	}
}

static void add_unknown_container(struct findings *findings, const char *text)
{
	findings_add(findings, FINDING_UNKNOWN, TOPIC, "%s", text);
	findings_fix(
		findings,
		geteuid() == 0
			? "search for it in 'capctl show': if none of its processes run, remove that directory"
			: "run capctl doctor as root");
}

void doctor_check_containers(const struct doctor *doctor,
			     struct findings *findings)
{
	struct containers containers CLEANUP_CONTAINERS = { 0 };
	struct err cause;
	size_t alive = 0;

	if (containers_find(&containers, NULL, NULL, &cause) < 0)
		add_unknown_container(findings, cause.text);
	for (size_t i = 0; i < containers.count; i++) {
		alive += containers.list[i].runs;
		if (*containers.list[i].error.text)
			add_unknown_container(findings,
					      containers.list[i].error.text);
	}
	findings_add(findings, FINDING_OK, TOPIC, "%zu running", alive);
	if (*doctor->launch.path)
		check_strangers(&containers,
				runtime_args_dialect(doctor->launch.path),
				findings);
}
