/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a manifest. It is refused with a place in it, or each container
 * of its pods has a config.json, under each engine, that the runtime's reader
 * accepts and that says what was put into it.
 */
#include "config.h"

#include "capctl/pod/pod_config.h"

#include <string.h>

#include "capctl/pod/manifest.h"
#include "fuzz.h"
#include "spec/spec.h"
#include "testdata.h"
#include "json/check.h"

#define INPUT_MAX 4096

static void check_sets(const struct capsets *sets)
{
	const capmask *set = sets->set;

	MUST(!(set[CAPSET_EFFECTIVE] & ~set[CAPSET_PERMITTED]));
	MUST(!(set[CAPSET_PERMITTED] & ~set[CAPSET_BOUNDING]));
	MUST(!(set[CAPSET_INHERITABLE] & ~set[CAPSET_BOUNDING]));
	MUST(!(set[CAPSET_AMBIENT] & ~set[CAPSET_INHERITABLE]));
}

static void check_annotation(const struct spec *spec,
			     const struct pod_config *config,
			     enum match_text text, const char *wanted)
{
	const char *key = subject_text_key(config->engine, text);
	const char *found = annotations_find(&spec->annotations, key);

	MUST(found && strcmp(found, wanted) == 0);
}

static void check_config(const struct pod_config *config)
{
	struct spec spec CLEANUP_SPEC = { 0 };
	char *text CLEANUP_FREE = NULL;
	struct json_doc doc = { .name = "config.json" };
	struct err err = { 0 };

	/* Aliases make a small input large. */
	if (pod_config_make(config, &text, &err) < 0) {
		MUST(strstr(err.text, "larger than"));
		return;
	}
	doc.text = text;
	doc.len = strlen(text);
	MUST(json_check(&doc, &err) == 0);
	MUST(spec_read(&spec, &doc, RUNTIME_RUNC, &err) == 0);
	MUST(memcmp(&spec.sets, &config->sets, sizeof(spec.sets)) == 0);
	MUST(spec.uid == config->uid);
	MUST(spec.no_new_privileges == config->container->no_new_privileges);
	MUST(spec.network.present == !config->pod->host_network);
	MUST(spec.user.present == config->pod->new_users);
	check_annotation(&spec, config, MATCH_NAMESPACE, config->namespace);
	check_annotation(&spec, config, MATCH_POD, config->pod->name);
	check_annotation(&spec, config, MATCH_CONTAINER,
			 config->container->name);
}

static void check_container(const struct pod *pod,
			    const struct pod_container *container,
			    enum engine kind)
{
	const struct own_caps own = { .kernel = capset_known(),
				      .permitted = capset_known() };
	const struct pod_sets_engine engine = {
		.kind = kind,
		.defaults = pod_sets_containerd_defaults(),
		.inheritable = true
	};
	const char *unknown;
	struct pod_config config = { .pod = pod,
				     .container = container,
				     .engine = kind,
				     .namespace = "n",
				     .passes_requests = true,
				     .uid = 7 };

	config.sets = pod_sets_make(&engine, container, &own, &unknown);
	check_sets(&config.sets);
	check_config(&config);
}

static void check_pod(const struct pod *pod)
{
	MUST(pod->containers && pod->name && pod->object);
	for (const struct pod_container *container = pod->containers; container;
	     container = container->next) {
		MUST(container->name && container->at->line);
		check_container(pod, container, ENGINE_CRIO);
		check_container(pod, container, ENGINE_CONTAINERD);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct manifest manifest CLEANUP_MANIFEST = { 0 };
	struct testdata text CLEANUP_TESTDATA = { 0 };
	struct err err = { 0 };

	if (size > INPUT_MAX)
		return 0;
	text = testdata_copy("f", data, size);
	if (manifest_read(&manifest, "f", text.doc.text, size, &err) < 0) {
		MUST(strncmp(err.text, "'f':", 4) == 0);
		return 0;
	}
	MUST(manifest.pods && !*err.text);
	for (const struct pod *pod = manifest.pods; pod; pod = pod->next)
		check_pod(pod);
	return 0;
}
