/* SPDX-License-Identifier: Apache-2.0 */
/* The way from config.json and a policy to a rule and a decision. */
#include "config.h"

#include "bundle/evaluate.h"

#include <linux/capability.h>

#include "base/alloc.h"
#include "policy/files.h"
#include "tap.h"
#include "tempdir.h"

#define BIT(cap) (UINT64_C(1) << CAP_##cap)
#define POLICY(more, rules) "{\"version\":1," more "\"rules\":[" rules "]}"
#define RAISE(match, more)                                                     \
	"{\"name\":\"r\",\"match\":{" match "},\"ambient\":[\"KILL\"]" more "}"
#define CAPABILITIES                                                           \
	"\"capabilities\":{\"bounding\":[\"CAP_KILL\",\"CAP_CHOWN\"]}"
#define CONFIG(uid, more)                                                      \
	"{\"process\":{\"user\":{\"uid\":" uid ",\"gid\":7}," CAPABILITIES     \
	"}" more "}"
#define PLAIN CONFIG("1000", "")
#define RECORD ".capruntime.json"

struct scene {
	struct tempdir dir;
	struct policy policy;
	struct runtime_args args;
	struct own_caps own;
	struct evaluation evaluation;
	struct err err;
};

static struct scene make_scene(void)
{
	const capmask all = BIT(KILL) | BIT(CHOWN) | BIT(SYS_ADMIN);

	return (struct scene){
		.dir = tempdir_make(),
		.args = { .verb = RUNTIME_CREATE, .id = "c1" },
		.own = { .kernel = all, .permitted = all, .bounding = all },
		.evaluation = EVALUATION_INIT,
	};
}

static void end_scene(struct scene *scene)
{
	evaluation_free(&scene->evaluation);
	policy_free(&scene->policy);
	tempdir_remove(&scene->dir);
}

#define CLEANUP_SCENE __attribute__((cleanup(end_scene)))

static bool load_policy(struct scene *scene, const char *text)
{
	char *path CLEANUP_FREE = tempdir_path(&scene->dir, "policy");

	return tempdir_write_str(&scene->dir, "policy", text) &&
	       policy_files_load_from(&scene->policy, path, &scene->err) == 0;
}

/* As create does; NULL: no error. */
static const char *evaluate(struct scene *scene, const char *policy,
			    const char *config, enum engine engine)
{
	struct evaluation *evaluation = &scene->evaluation;

	if (!load_policy(scene, policy) ||
	    !tempdir_write_str(&scene->dir, "config.json", config))
		return "cannot be tested";
	scene->args.bundle = scene->dir.path;
	evaluation->args = &scene->args;
	evaluation->handler = "h";
	evaluation->policy = &scene->policy;
	evaluation->engine = engine;
	if (bundle_open(&evaluation->bundle, &scene->args, &scene->err) < 0 ||
	    evaluation_read_record(evaluation, &scene->err) < 0 ||
	    evaluation_read_config(evaluation, &scene->err) < 0 ||
	    evaluation_decide(evaluation, &scene->own, &scene->err) < 0)
		return scene->err.text;
	return NULL;
}

/* The name of the rule for the container; "" for none; else the error. */
static void check_rule(const char *policy, const char *config,
		       enum engine engine, const char *want)
{
	struct scene scene CLEANUP_SCENE = make_scene();
	const char *error = evaluate(&scene, policy, config, engine);
	const struct policy_rule *rule = scene.evaluation.rule;

	if (error)
		CHECK_HAS(error, want);
	else
		CHECK_STR(rule ? rule->name : "", want);
	CHECK(scene.evaluation.has_decision == (rule != NULL));
}

static void the_first_rule_that_matches_decides(void)
{
	struct scene scene CLEANUP_SCENE = make_scene();
	const struct evaluation *evaluation = &scene.evaluation;

	CHECK_STR(
		evaluate(&scene, POLICY("", RAISE("", "")), PLAIN, ENGINE_NONE),
		NULL);
	REQUIRE(evaluation->rule && evaluation->has_decision);
	CHECK(evaluation->has_subject && evaluation_is_concerned(evaluation));
	CHECK(!evaluation_record(evaluation) && !evaluation->exact);
	CHECK_U64(evaluation->decision.raised, BIT(KILL));
	CHECK_U64(evaluation->spec.uid, 1000);
	CHECK_STR(evaluation->note, NULL);
	CHECK_STR(evaluation->restored.text, PLAIN);
	CHECK_U64(evaluation->restored.len, sizeof(PLAIN) - 1);
}

static void without_rules_a_config_is_only_read(void)
{
	struct scene scene CLEANUP_SCENE = make_scene();
	const struct evaluation *evaluation = &scene.evaluation;

	/* It has no mark of the engine. */
	CHECK_STR(evaluate(&scene, POLICY("", ""), PLAIN, ENGINE_CRIO), NULL);
	CHECK(!evaluation->rule && !evaluation->has_subject &&
	      !evaluation->has_decision);
	CHECK(!evaluation_is_concerned(evaluation));
	CHECK_U64(evaluation->spec.uid, 1000);
}

static void an_earlier_grant_is_reverted_before_the_decision(void)
{
	static const char record[] =
		"{\"version\":1,\"id\":\"c1\",\"root\":null,\"rule\":\"r\",\"uid\":1000,"
		"\"decided\":{\"wanted\":[\"CAP_KILL\"],\"ambient\":[\"CAP_KILL\"],"
		"\"inheritable\":[],\"drop\":[],\"no_new_privileges\":false,"
		"\"exec\":false,\"new_userns\":false},\"capabilities\":{"
		"\"was\":\"{\\\"bounding\\\":[\\\"CAP_KILL\\\"]}\","
		"\"wrote\":[\"{\\\"bounding\\\":[\\\"CAP_KILL\\\"],\\\"ambient\\\":[\\\"CAP_KILL\\\"]}\"]}}";
	static const char config[] =
		"{\"process\":{\"user\":{\"uid\":1000,\"gid\":7},"
		"\"capabilities\":{\"bounding\":[\"CAP_KILL\"],\"ambient\":[\"CAP_KILL\"]}}}";
	struct scene scene CLEANUP_SCENE = make_scene();
	const struct evaluation *evaluation = &scene.evaluation;

	REQUIRE(tempdir_write_str(&scene.dir, RECORD, record));
	CHECK_STR(evaluate(&scene, POLICY("", ""), config, ENGINE_NONE), NULL);
	CHECK(evaluation_record(evaluation) && !evaluation->exact);
	CHECK_U64(evaluation->spec.sets.set[CAPSET_AMBIENT], 0);
	CHECK_U64(evaluation->spec.sets.set[CAPSET_BOUNDING], BIT(KILL));
}

static void a_container_without_a_process_matches_no_rule(void)
{
	check_rule(POLICY("", RAISE("", "")), "{}", ENGINE_NONE, "");
	check_rule(POLICY("", RAISE("\"uid\":0", "")), "{\"process\":null}",
		   ENGINE_NONE, "");
	check_rule(POLICY("", RAISE("", "")),
		   "{\"process\":{\"user\":{\"uid\":1,\"gid\":1}}}",
		   ENGINE_NONE, "'r'");
}

static void each_key_has_the_containers_value(void)
{
	static const struct {
		const char *match;
		const char *config;
		const char *rule;
	} cases[] = {
		{ "\"id\":\"c1\"", PLAIN, "r" },
		{ "\"id\":\"h\"", PLAIN, "" },
		{ "\"handler\":\"h\"", PLAIN, "r" },
		{ "\"uid\":1000", PLAIN, "r" },
		{ "\"uid\":7", PLAIN, "" },
		{ "\"gid\":7", PLAIN, "r" },
		{ "\"no_new_privileges\":false", PLAIN, "r" },
		{ "\"no_new_privileges\":true", PLAIN, "" },
		{ "\"privileged\":true", PLAIN, "" },
		{ "\"host_network\":true", PLAIN, "r" },
		{ "\"host_pid\":true", PLAIN, "r" },
		{ "\"userns\":false", PLAIN, "r" },
		{ "\"userns\":true", PLAIN, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char policy[256];

		snprintf(policy, sizeof(policy), POLICY("", RAISE("%s", "")),
			 cases[i].match);
		check_rule(policy, cases[i].config, ENGINE_NONE, cases[i].rule);
	}
}

static void a_new_namespace_is_not_the_hosts(void)
{
#define NAMESPACE(entry)                                                       \
	CONFIG("1000", ",\"linux\":{\"namespaces\":[" entry "]}")
	static const char network[] = NAMESPACE("{\"type\":\"network\"}");
	static const char pid[] = NAMESPACE("{\"type\":\"pid\"}");
	static const char user[] = NAMESPACE("{\"type\":\"user\"}");

	check_rule(POLICY("", RAISE("\"host_network\":false", "")), network,
		   ENGINE_NONE, "r");
	check_rule(POLICY("", RAISE("\"host_network\":false", "")), pid,
		   ENGINE_NONE, "");
	check_rule(POLICY("", RAISE("\"host_pid\":false", "")), pid,
		   ENGINE_NONE, "r");
	check_rule(POLICY("", RAISE("\"host_pid\":false", "")), user,
		   ENGINE_NONE, "");
	check_rule(POLICY("", RAISE("\"userns\":true", "")), user, ENGINE_NONE,
		   "r");
	check_rule(POLICY("", RAISE("\"userns\":true", "")), network,
		   ENGINE_NONE, "");
}

static void check_unknown(const char *match, const char *kind, const char *note)
{
	char policy[256], config[512];
	static const char *const values[] = { "true", "false" };

	snprintf(config, sizeof(config),
		 NAMESPACE("{\"type\":\"%s\",\"path\":\"ns\"}"), kind);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct scene scene CLEANUP_SCENE = make_scene();

		snprintf(policy, sizeof(policy),
			 POLICY("", RAISE("\"%s\":%s", "")), match, values[i]);
		CHECK_STR(evaluate(&scene, policy, config, ENGINE_NONE), NULL);
		CHECK(!scene.evaluation.rule);
		REQUIRE(scene.evaluation.note);
		CHECK_HAS(scene.evaluation.note, note);
	}
}

static void an_unknown_namespace_is_noted_and_matches_neither(void)
{
	check_unknown("host_network", "network", "'host_network' matches");
	check_unknown("host_pid", "pid", "'host_pid' matches");
	check_unknown("userns", "user", "'userns' matches");
}

static void what_no_rule_asks_for_is_described_on_request_alone(void)
{
	static const char config[] =
		NAMESPACE("{\"type\":\"network\",\"path\":\"ns\"}");

	for (int all = 0; all <= 1; all++) {
		struct scene scene CLEANUP_SCENE = make_scene();

		scene.evaluation.describes_all = all;
		CHECK_STR(evaluate(&scene,
				   POLICY("", RAISE("\"uid\":1000", "")),
				   config, ENGINE_NONE),
			  NULL);
		REQUIRE(scene.evaluation.rule);
		CHECK(scene.evaluation.subject.unknown[MATCH_HOST_NETWORK] ==
		      all);
		CHECK_STR(scene.evaluation.note, NULL);
	}
}

static bool is_privileged_under(capmask own, const char *rule)
{
	struct scene scene CLEANUP_SCENE = make_scene();

	scene.own.bounding = own;
	CHECK_STR(evaluate(&scene, POLICY("", RAISE("", "")),
			   "{\"process\":{\"user\":{\"uid\":1,\"gid\":1},"
			   "\"capabilities\":{\"bounding\":[\"CAP_KILL\","
			   "\"CAP_SYS_ADMIN\"]}}}",
			   ENGINE_NONE),
		  NULL);
	CHECK_STR(scene.evaluation.rule ? "r" : "", rule);
	return scene.evaluation.subject.flags[MATCH_PRIVILEGED];
}

static void privileged_is_all_that_we_have_with_sys_admin(void)
{
	CHECK(is_privileged_under(BIT(KILL) | BIT(SYS_ADMIN), ""));
	CHECK(is_privileged_under(BIT(SYS_ADMIN), ""));
	CHECK(!is_privileged_under(BIT(KILL), "r"));
	CHECK(!is_privileged_under(BIT(KILL) | BIT(SYS_ADMIN) | BIT(CHOWN),
				   "r"));
}

#define ANNOTATED(more)                                                        \
	CONFIG("1000",                                                         \
	       ",\"annotations\":{\"io.container.manager\":\"cri-o\"" more     \
	       "}")

static void a_sandbox_matches_no_rule(void)
{
	struct scene scene CLEANUP_SCENE = make_scene();

	CHECK_STR(evaluate(&scene, POLICY("", RAISE("", "")),
			   ANNOTATED(",\"io.kubernetes.cri-o.ContainerType\":"
				     "\"sandbox\""),
			   ENGINE_CRIO),
		  NULL);
	CHECK(!scene.evaluation.rule);
	CHECK_STR(scene.evaluation.note, "a sandbox is never changed");
	check_rule(POLICY("", RAISE("", "")), ANNOTATED(""), ENGINE_CRIO, "r");
	check_rule(POLICY("", RAISE("", "")), PLAIN, ENGINE_CRIO,
		   "was not written by cri-o");
	check_rule(POLICY("", RAISE("", "")), PLAIN, ENGINE_CRIO,
		   "/config.json)");
}

static void check_raised(const char *annotation, capmask want)
{
	struct scene scene CLEANUP_SCENE = make_scene();

	CHECK_STR(evaluate(&scene,
			   POLICY("", RAISE("\"id\":\"c1\"",
					    ",\"on_request\":true")),
			   annotation, ENGINE_CRIO),
		  NULL);
	CHECK_U64(scene.evaluation.decision.raised, want);
}

static void a_request_is_read_for_the_engines_container_name(void)
{
#define NAMED(request)                                                         \
	ANNOTATED(",\"io.kubernetes.container.name\":\"web\"," request)

	check_raised(ANNOTATED(""), 0);
	check_raised(NAMED("\"capruntime.io/ambient\":\"KILL\""), BIT(KILL));
	check_raised(NAMED("\"capruntime.io/ambient.web\":\"KILL\""),
		     BIT(KILL));
	check_raised(NAMED("\"capruntime.io/ambient.db\":\"KILL\""), 0);
}

static void check_root_note(const char *config, const char *more,
			    const char *note)
{
	struct scene scene CLEANUP_SCENE = make_scene();
	char policy[256];

	snprintf(policy, sizeof(policy), "%s%s}]}",
		 "{\"version\":1,\"rules\":[{\"name\":\"r\",\"match\":{\"uid\":"
		 "\"0-2000\"},\"ambient\":[\"KILL\"]",
		 more);
	CHECK_STR(evaluate(&scene, policy, config, ENGINE_NONE), NULL);
	CHECK_STR(scene.evaluation.note, note);
}

static void what_user_0_can_lose_is_noted_if_it_is_required(void)
{
	check_root_note(
		CONFIG("0", ""), ",\"require\":true",
		"'require' is met, but user 0 loses what is raised when it becomes another user");
	check_root_note(CONFIG("0", ""), "", NULL);
	check_root_note(PLAIN, ",\"require\":true", NULL);
}

static void what_is_above_the_ceiling_is_noted(void)
{
	struct scene scene CLEANUP_SCENE = make_scene();
	static const char note[] = "the rule is cut to the policy's 'ceiling'";

	CHECK_STR(evaluate(&scene,
			   POLICY("\"ceiling\":[\"CHOWN\"],",
				  RAISE("\"id\":\"c1\"", "")),
			   PLAIN, ENGINE_NONE),
		  NULL);
	CHECK_U64(scene.evaluation.decision.raised, 0);
	CHECK_STR(scene.evaluation.note, note);
}

static void a_required_capability_must_be_raised(void)
{
	static const char require[] =
		POLICY("", "{\"name\":\"r\",\"match\":{\"id\":\"c1\"},"
			   "\"ambient\":[\"SYS_ADMIN\"],\"require\":true}");
	struct scene scene CLEANUP_SCENE = make_scene();
	const char *error = evaluate(&scene, require, PLAIN, ENGINE_NONE);

	REQUIRE(error);
	CHECK_HAS(error, "'r'");
	CHECK_HAS(error, "SYS_ADMIN");
	CHECK_HAS(error, "/config.json)");
	CHECK(scene.evaluation.has_decision);
}

static void evaluate_annotation(const char *rule, const char *key,
				enum runtime_dialect dialect, const char *want)
{
	struct scene scene CLEANUP_SCENE = make_scene();
	char *config CLEANUP_FREE = alloc_text(
		CONFIG("1000", ",\"annotations\":{\"%s\":\"/x\"}"), key);
	const char *error;

	REQUIRE(config);
	scene.args.dialect = dialect;
	error = evaluate(&scene, rule, config, ENGINE_NONE);
	if (want)
		CHECK_HAS(error, want);
	else
		CHECK_STR(error, NULL);
}

static void an_annotation_does_not_name_the_bundle_of_a_session(void)
{
	static const char narrow[] =
		POLICY("", RAISE("", ",\"drop\":\"others\",\"exec\":true"));
	static const char want[] = "rule 'r': exec: the annotation 'bundle'";

	evaluate_annotation(narrow, "bundle", RUNTIME_RUNC, want);
	evaluate_annotation(narrow, "bundle=", RUNTIME_RUNC, want);
	evaluate_annotation(narrow, "bundle=a", RUNTIME_RUNC, want);
	evaluate_annotation(narrow, "bundles", RUNTIME_RUNC, NULL);
	evaluate_annotation(narrow, "a.bundle", RUNTIME_RUNC, NULL);
	evaluate_annotation(narrow, "bundle", RUNTIME_CRUN, NULL);
	evaluate_annotation(POLICY("", RAISE("", ",\"exec\":true,"
						 "\"drop\":[\"CHOWN\"]")),
			    "bundle", RUNTIME_RUNC, want);
	evaluate_annotation(POLICY("", RAISE("", ",\"exec\":true,"
						 "\"no_new_privileges\":true")),
			    "bundle", RUNTIME_RUNC, want);
	evaluate_annotation(POLICY("", RAISE("", ",\"exec\":true")), "bundle",
			    RUNTIME_RUNC, NULL);
	evaluate_annotation(POLICY("", RAISE("", ",\"drop\":\"others\"")),
			    "bundle", RUNTIME_RUNC, NULL);
}

static void a_broken_config_or_record_is_refused(void)
{
	struct scene scene CLEANUP_SCENE = make_scene();

	check_rule(POLICY("", RAISE("", "")), "{", ENGINE_NONE, "config.json");
	check_rule(POLICY("", RAISE("", "")), CONFIG("\"0\"", ""), ENGINE_NONE,
		   "'uid' must be a number");
	REQUIRE(tempdir_write_str(&scene.dir, RECORD, "{"));
	CHECK_HAS(evaluate(&scene, POLICY("", ""), PLAIN, ENGINE_NONE),
		  "/" RECORD "'");
}

static void a_record_that_others_can_write_is_refused(void)
{
	struct scene scene CLEANUP_SCENE = make_scene();
	const char *error;

	REQUIRE(tempdir_write_str(&scene.dir, RECORD, "{}"));
	REQUIRE(fchmodat(scene.dir.fd, RECORD, 0666, 0) == 0);
	error = evaluate(&scene, POLICY("", ""), PLAIN, ENGINE_NONE);
	REQUIRE(error);
	CHECK_HAS(error, "is writable by others");
}

static const struct tap_test tests[] = {
	TAP_TEST(the_first_rule_that_matches_decides),
	TAP_TEST(without_rules_a_config_is_only_read),
	TAP_TEST(an_earlier_grant_is_reverted_before_the_decision),
	TAP_TEST(a_container_without_a_process_matches_no_rule),
	TAP_TEST(each_key_has_the_containers_value),
	TAP_TEST(a_new_namespace_is_not_the_hosts),
	TAP_TEST(an_unknown_namespace_is_noted_and_matches_neither),
	TAP_TEST(what_no_rule_asks_for_is_described_on_request_alone),
	TAP_TEST(privileged_is_all_that_we_have_with_sys_admin),
	TAP_TEST(a_sandbox_matches_no_rule),
	TAP_TEST(a_request_is_read_for_the_engines_container_name),
	TAP_TEST(what_user_0_can_lose_is_noted_if_it_is_required),
	TAP_TEST(what_is_above_the_ceiling_is_noted),
	TAP_TEST(a_required_capability_must_be_raised),
	TAP_TEST(an_annotation_does_not_name_the_bundle_of_a_session),
	TAP_TEST(a_broken_config_or_record_is_refused),
	TAP_TEST(a_record_that_others_can_write_is_refused),
};

TAP_MAIN(tests)
