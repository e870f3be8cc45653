/* SPDX-License-Identifier: Apache-2.0 */
/* Why a container does not start, or will not hold what it asks for. */
#include "config.h"

#include <string.h>

#include "base/alloc.h"
#include "capctl/explain/pod.h"
#include "policy/ambient_request.h"

capmask explain_pod_absent(const struct explained_pod *answer)
{
	return answer->known ? answer->asked & ~answer->held : 0;
}

int explain_pod_refuse(struct explained_pod *answer, const char *unknown,
		       struct err *err)
{
	const struct pod_container *container = answer->container;

	if (container->non_root && answer->config.uid == 0)
		answer->refusal = strdup(
			"runAsNonRoot is true, but the user is 0: set runAsUser");
	else if (container->privileged && container->no_new_privileges)
		answer->refusal = strdup(
			"the API server refuses 'privileged: true' with 'allowPrivilegeEscalation: false': remove one of them");
	else if (answer->pod->port_start && answer->pod->host_network)
		answer->refusal =
			strdup("Kubernetes refuses the sysctl " POD_PORT_SYSCTL
			       " with 'hostNetwork: true': remove one of them");
	else if (unknown)
		answer->refusal = alloc_text(
			"CRI-O refuses the unknown capability '%s' in capabilities.add: correct or remove it",
			unknown);
	else
		return 0;
	return answer->refusal ? 0 : err_set_no_memory(err);
}

bool explain_pod_is_good(const struct explained_pod *answer)
{
	return !answer->refusal && !answer->bad_words &&
	       explain_is_good(&answer->explained) &&
	       !explain_pod_absent(answer);
}

/* The reasons before a rule is in question. NULL: none of them. */
static const char *why_no_rule(const struct explained_pod *answer)
{
	const struct explained *explained = &answer->explained;
	const struct evaluation *evaluation = &explained->run.evaluation;

	if (answer->refusal)
		return "the container does not start";
	if (explained->run.refused)
		return "the container is refused";
	if (explain_unstartable(explained))
		return "the runtime cannot start the container";
	if (answer->reach == POD_NO_CLASS)
		return "capruntime is not asked: add runtimeClassName to the pod";
	if (answer->reach == POD_OTHER_HANDLER)
		return "capruntime is not asked: the pod's handler does not call it";
	if (!evaluation->policy->count)
		return "the policy has no rules";
	return evaluation->rule ? NULL : "no rule matches the container";
}

static char *why_rule(const struct explained_pod *answer, capmask one)
{
	const struct evaluation *evaluation = &answer->explained.run.evaluation;
	const struct policy_rule *rule = evaluation->rule;
	capmask bounding = evaluation->decision.sets.set[CAPSET_BOUNDING];

	if (evaluation->decision.missing & one)
		return dryrun_why_missing(&answer->explained.run, one);
	if (evaluation->policy->mode == POLICY_AUDIT)
		return strdup("the policy's mode is audit: nothing is raised");
	if (explain_lost(&answer->explained) & one)
		return strdup(
			"the program's own set-user-ID or set-group-ID bit or capabilities clear the ambient set");
	if (!(evaluation->spec.sets.set[CAPSET_BOUNDING] & one))
		return strdup(
			"not in the container's bounding set: capabilities.drop has it, too");
	if (!(bounding & one))
		return alloc_text("rule '%s' drops it", rule->name);
	if (rule->on_request)
		return strdup(
			"the rule raises what the pod asks for: add the annotation " AMBIENT_REQUEST_KEY);
	if (answer->requested & one)
		return alloc_text(
			"rule '%s' does not name it, and reads no annotation: it has no 'on_request'",
			rule->name);
	return alloc_text("rule '%s' does not raise it: add it to 'ambient'",
			  rule->name);
}

char *explain_pod_why(const struct explained_pod *answer, capmask one)
{
	const char *why = why_no_rule(answer);

	return why ? strdup(why) : why_rule(answer, one);
}
