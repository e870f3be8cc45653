/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/subject.h"

#include <string.h>

#include "bundle/evaluate.h"
#include "capctl/dryrun.h"

/* `evaluation` and `args` are empty. */
static int read_files(struct evaluation *evaluation, struct runtime_args *args,
		      const char *bundle, struct err *err)
{
	*args = dryrun_args(bundle);
	evaluation->args = args;
	if (bundle_open(&evaluation->bundle, args, err) < 0 ||
	    evaluation_read_record(evaluation, err) < 0)
		return -1;
	return evaluation_read_config(evaluation, err);
}

/* NULL stays NULL. */
static int copy_text(char **ret_copy, const char *text, struct err *err)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? err_set_no_memory(err) : 0;
}

static int copy_names(struct learn_subject *subject,
		      const struct match_subject *found, enum engine engine,
		      struct err *err)
{
	subject->engine = engine_policy_name(engine);
	if (copy_text(&subject->namespace, found->texts[MATCH_NAMESPACE], err) <
		    0 ||
	    copy_text(&subject->container, found->texts[MATCH_CONTAINER], err) <
		    0)
		return -1;
	return copy_text(&subject->image, found->texts[MATCH_IMAGE], err);
}

static int identify(struct learn_subject *subject,
		    const struct annotations *annotations, struct err *err)
{
	struct match_subject crio = { 0 }, containerd = { 0 };
	enum subject_kind kind[2];
	struct err ignored;
	bool is_crio = subject_identify(&crio, &kind[0], ENGINE_CRIO,
					annotations, &ignored) == 0;
	bool is_containerd =
		subject_identify(&containerd, &kind[1], ENGINE_CONTAINERD,
				 annotations, &ignored) == 0;

	if (is_crio == is_containerd)
		return 0;
	if (kind[is_containerd] == SUBJECT_SANDBOX)
		return err_set(
			err,
			"it is the sandbox of a pod, which no rule matches");
	return copy_names(subject, is_crio ? &crio : &containerd,
			  is_crio ? ENGINE_CRIO : ENGINE_CONTAINERD, err);
}

int learn_subject_read(struct learn_subject *ret_subject, const char *bundle,
		       struct err *err)
{
	struct evaluation evaluation CLEANUP_EVALUATION = EVALUATION_INIT;
	struct learn_subject *subject = ret_subject;
	struct spec spec CLEANUP_SPEC = { 0 };
	struct runtime_args args;

	*subject = (struct learn_subject){ 0 };
	if (read_files(&evaluation, &args, bundle, err) < 0 ||
	    spec_read(&spec, &evaluation.restored, args.dialect, err) < 0)
		return -1;
	if (!spec.has_process)
		return err_set(err, "'%s' has no object 'process'",
			       evaluation.bundle.config_path);
	subject->uid = spec.uid;
	subject->gid = spec.gid;
	subject->no_new_privileges = spec.no_new_privileges;
	subject->has_capabilities = spec.has_capabilities;
	subject->sets = spec.sets;
	return identify(subject, &spec.annotations, err);
}

void learn_subject_free(struct learn_subject *subject)
{
	free(subject->namespace);
	free(subject->container);
	free(subject->image);
	free(subject->id);
}

int learn_subject_read_sets(struct capsets *ret_sets, const char *bundle,
			    struct err *err)
{
	struct evaluation evaluation CLEANUP_EVALUATION = EVALUATION_INIT;
	struct spec spec CLEANUP_SPEC = { 0 };
	struct runtime_args args;

	if (read_files(&evaluation, &args, bundle, err) < 0 ||
	    spec_read(&spec, &evaluation.config, args.dialect, err) < 0)
		return -1;
	*ret_sets = spec.sets;
	return 0;
}
