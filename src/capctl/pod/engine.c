/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/engine.h"

#include <string.h>

#include "capctl/engine/crio.h"
#include "capctl/engine/engine.h"
#include "capctl/engine/files.h"

static void set_defaults(struct pod_engine *engine, enum engine kind)
{
	engine->sets.kind = kind;
	if (kind == ENGINE_CRIO)
		engine->sets.defaults = engine_crio_defaults(
			&engine->config, &engine->sets.inheritable);
	else
		engine->sets.defaults = pod_sets_containerd_defaults();
}

static int choose_named(struct pod_engine *engine, const char *name,
			struct err *err)
{
	bool crio = strcmp(name, "crio") == 0 || strcmp(name, "cri-o") == 0;

	if (!crio && strcmp(name, "containerd") != 0)
		return err_set(
			err,
			"--engine: unknown engine '%s': write crio or containerd",
			name);
	engine->source = POD_ENGINE_NAMED;
	set_defaults(engine, crio ? ENGINE_CRIO : ENGINE_CONTAINERD);
	return 0;
}

/* The findings are doctor's to report. */
static int load_config(struct engine_config *config,
		       struct installed *installed, enum engine kind,
		       struct err *err)
{
	struct findings findings CLEANUP_FINDINGS = { 0 };
	const char *root;

	*config = (struct engine_config){ .kind = kind,
					  .is_capruntime =
						  installed_is_capruntime,
					  .context = installed };
	if (engine_files_load(config, &findings, err) < 0)
		return -1;
	for (size_t i = 0; kind == ENGINE_CONTAINERD && !config->files_count &&
			   (root = engine_files_distribution(i));
	     i++)
		if (engine_files_load_root(config, root, &findings, err) < 0)
			return -1;
	return engine_check(config, &findings, err);
}

/* Of two engines, the one that has a handler of ours, or else the first. */
static int choose_node(struct pod_engine *engine, enum engine first,
		       struct err *err)
{
	enum engine second =
		first == ENGINE_CRIO ? ENGINE_CONTAINERD : ENGINE_CRIO;
	struct engine_config other CLEANUP_ENGINE = { 0 };

	installed_init(&engine->installed);
	if (load_config(&engine->config, &engine->installed, first, err) < 0 ||
	    load_config(&other, &engine->installed, second, err) < 0)
		return -1;
	if ((other.handlers_count && !engine->config.handlers_count) ||
	    (other.files_count && !engine->config.files_count)) {
		struct engine_config swap = engine->config;

		engine->config = other;
		other = swap;
	}
	engine->source = POD_ENGINE_NODE;
	set_defaults(engine, engine->config.kind);
	return 0;
}

int pod_engine_choose(struct pod_engine *ret_engine, const char *name,
		      enum engine policy_engine, struct err *err)
{
	bool is_said = policy_engine == ENGINE_CRIO ||
		       policy_engine == ENGINE_CONTAINERD;

	*ret_engine = (struct pod_engine){ 0 };
	if (name)
		return choose_named(ret_engine, name, err);
	if (choose_node(ret_engine, is_said ? policy_engine : ENGINE_CRIO,
			err) < 0)
		return -1;
	if (ret_engine->config.files_count)
		return 0;
	if (!is_said)
		return err_set(
			err,
			"the engine that would run the pod is not known: there is no configuration of CRI-O or containerd here, and the policy names no engine: use --engine crio or --engine containerd");
	ret_engine->source = POD_ENGINE_POLICY;
	set_defaults(ret_engine, policy_engine);
	return 0;
}

void pod_engine_free(struct pod_engine *engine)
{
	engine_config_free(&engine->config);
}

const struct engine_handler *pod_engine_handler(const struct pod_engine *engine,
						const char *name)
{
	const struct engine_config *config = &engine->config;

	for (size_t i = 0; i < config->handlers_count; i++)
		if (strcmp(config->handlers[i].name, name) == 0)
			return &config->handlers[i];
	return NULL;
}
