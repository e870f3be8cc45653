/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/explain.h"
#include "capctl/explain/pod.h"

static int check_pod_options(const struct explain_options *chosen,
			     const char *verb, struct err *err)
{
	const struct explain_pod_options *pod = &chosen->pod;

	if (!pod->file &&
	    (pod->engine || pod->namespace || pod->user || pod->image))
		return verb_misuse(
			err, verb,
			"--engine, --namespace, --user and --image need --pod");
	if (pod->file &&
	    (chosen->all || chosen->with_others || chosen->dryrun.id))
		return verb_misuse(
			err, verb,
			"--pod excludes --all, --all-handlers and --id");
	return 0;
}

static int parse_explain(int argc, char **argv, struct explain_options *chosen,
			 struct err *err)
{
	const struct verb_option options[] = {
		{ "policy", NULL, &chosen->dryrun.policy },
		{ "handler", NULL, &chosen->dryrun.handler },
		{ "id", NULL, &chosen->dryrun.id },
		{ "rule", NULL, &chosen->dryrun.rule },
		{ "all", NULL, &chosen->all },
		{ "all-handlers", &chosen->with_others, NULL },
		{ "pod", NULL, &chosen->pod.file },
		{ "engine", NULL, &chosen->pod.engine },
		{ "namespace", NULL, &chosen->pod.namespace },
		{ "user", NULL, &chosen->pod.user },
		{ "image", NULL, &chosen->pod.image },
		{ "json", &chosen->json, NULL },
	};
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0)
		return -1;
	if (check_pod_options(chosen, argv[0], err) < 0)
		return -1;
	if (chosen->pod.file && first != argc)
		return verb_misuse(err, argv[0],
				   "--pod takes no other argument");
	if (chosen->pod.file)
		return first;
	if (chosen->all ? first != argc : first == argc)
		return verb_misuse(err, argv[0], "%s",
				   chosen->all
					   ? "--all takes no other argument"
					   : "expects a bundle or a container");
	/* Those that are named are never left out. */
	chosen->with_others |= !chosen->all;
	return first;
}

static enum verb_status explain_words(const struct dryrun_host *node,
				      const struct explain_options *options,
				      char **words, struct err *err)
{
	struct bundles bundles CLEANUP_BUNDLES = { 0 };
	const struct who_source source = {
		.policy = &node->policy,
		.handler = options->dryrun.handler,
	};

	if (bundles_find(&bundles, words, &source, err) < 0)
		return VERB_ERROR;
	return bundles.count > 1
		       ? explain_several(node, options, &bundles)
		       : explain_one(node, options, &bundles.list[0], err);
}

enum verb_status verb_explain(int argc, char **argv, struct err *err)
{
	struct explain_options options = { 0 };
	struct dryrun_host node CLEANUP_DRYRUN_HOST = { 0 };
	int first = parse_explain(argc, argv, &options, err);

	if (first < 0 || dryrun_load(&node, &options.dryrun, err) < 0)
		return VERB_ERROR;
	if (options.pod.file)
		return explain_pod(&node, &options, err);
	if (options.all)
		return explain_all(&node, &options, err);
	return explain_words(&node, &options, argv + first, err);
}
