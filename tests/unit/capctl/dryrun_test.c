/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/dryrun.h"

#include <sys/capability.h>

#include "tap.h"
#include "tempdir.h"

#define KILL (UINT64_C(1) << CAP_KILL)
#define CHOWN (UINT64_C(1) << CAP_CHOWN)
#define SYS_NICE (UINT64_C(1) << CAP_SYS_NICE)

#define POLICY(rules) "{\"version\":1,\"rules\":[" rules "]}"
#define CONFIG                                                                 \
	"{\"process\":{\"user\":{\"uid\":1000,\"gid\":1000},"                  \
	"\"capabilities\":{\"bounding\":[\"CAP_KILL\"],"                       \
	"\"permitted\":[\"CAP_KILL\"],\"effective\":[\"CAP_KILL\"]}}}"

static const char two_rules[] =
	POLICY("{\"name\":\"other\",\"match\":{\"id\":\"x-*\"},"
	       "\"ambient\":[\"CHOWN\"]},"
	       "{\"name\":\"all\",\"match\":{},"
	       "\"ambient\":[\"KILL\",\"SYS_NICE\"]}");

/* A policy.json, a bundle and the result for them. */
struct scene {
	struct tempdir dir;
	char *policy;
	char *bundle;
	struct dryrun_host node;
	struct dryrun run;
	struct err err;
};

#define CLEANUP_SCENE __attribute__((cleanup(scene_free)))

static void scene_free(struct scene *scene)
{
	dryrun_free(&scene->run);
	dryrun_host_free(&scene->node);
	free(scene->policy);
	free(scene->bundle);
	tempdir_remove(&scene->dir);
}

static struct scene scene_make(const char *policy, const char *config)
{
	struct scene scene = { .dir = tempdir_make(),
			       .run = { .evaluation = EVALUATION_INIT } };

	scene.policy = tempdir_path(&scene.dir, "p.json");
	scene.bundle = tempdir_path(&scene.dir, "b");
	CHECK(mkdirat(scene.dir.fd, "b", 0755) == 0);
	CHECK(tempdir_write_str(&scene.dir, "p.json", policy));
	CHECK(!config ||
	      tempdir_write_str(&scene.dir, "b/config.json", config));
	return scene;
}

static int load(struct scene *scene, struct dryrun_options options)
{
	options.policy = scene->policy;
	return dryrun_load(&scene->node, &options, &scene->err);
}

/* The status of dryrun_bundle(). */
static int look(struct scene *scene, struct dryrun_options options)
{
	if (!CHECK(load(scene, options) == 0)) {
		printf("#   %s\n", scene->err.text);
		return -2;
	}
	/* The same for every user. */
	scene->node.own.permitted = scene->node.own.bounding =
		scene->node.own.kernel = KILL | CHOWN | SYS_NICE;
	scene->node.own.ambient_forbidden = false;
	return dryrun_bundle(&scene->run, &scene->node, scene->bundle,
			     &scene->err);
}

static void the_rule_that_matches_decides(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);
	const struct decision *decision = &scene.run.evaluation.decision;

	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK(!scene.run.refused);
	CHECK_STR(scene.run.reason.text, "");
	REQUIRE(scene.run.evaluation.rule != NULL);
	CHECK_STR(scene.run.evaluation.rule->name, "all");
	CHECK_U64(decision->raised, KILL);
	CHECK_U64(decision->missing, SYS_NICE);
	CHECK(!tempdir_has(&scene.dir, "b/.capruntime.json"));
}

static void the_id_and_the_handler_are_as_asked(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);
	const char *const *texts = scene.run.evaluation.subject.texts;

	REQUIRE(look(&scene, (struct dryrun_options){ .id = "x-1",
						      .handler = "h" }) == 0);
	REQUIRE(scene.run.evaluation.rule != NULL);
	CHECK_STR(scene.run.evaluation.rule->name, "other");
	CHECK_STR(texts[MATCH_ID], "x-1");
	CHECK_STR(texts[MATCH_HANDLER], "h");
}

static void without_them_they_are_usual(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);
	const char *const *texts = scene.run.evaluation.subject.texts;

	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK_STR(texts[MATCH_ID], NULL);
	CHECK_STR(texts[MATCH_HANDLER], "capruntime");
}

/* A record as this version writes it. */
static bool write_record(const struct scene *scene, const char *id)
{
	struct record originals = {
		.about = { .id = (char *)(uintptr_t)id,
			   .rule = (char *)(uintptr_t) "gone",
			   .uid = 1000 },
	};
	char *text CLEANUP_FREE = NULL;
	struct err err;

	return record_print(&originals, &text, &err) == 0 &&
	       tempdir_write_str(&scene->dir, "b/.capruntime.json", text);
}

static void the_records_id_counts_where_none_is_given(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);

	REQUIRE(write_record(&scene, "x-9"));
	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK_STR(scene.run.evaluation.subject.texts[MATCH_ID], "x-9");
	CHECK_STR(scene.run.evaluation.rule->name, "other");
}

static void a_given_id_precedes_that_of_the_record(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);

	REQUIRE(write_record(&scene, "x-9"));
	REQUIRE(look(&scene, (struct dryrun_options){ .id = "y" }) == 0);
	CHECK_STR(scene.run.evaluation.subject.texts[MATCH_ID], "y");
	CHECK_STR(scene.run.evaluation.rule->name, "all");
}

static void a_rule_can_be_made_to_decide(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);

	REQUIRE(look(&scene, (struct dryrun_options){ .rule = "other" }) == 0);
	CHECK_STR(scene.run.evaluation.rule->name, "other");
	CHECK_U64(scene.run.evaluation.decision.missing, CHOWN);
}

static void a_rule_that_is_not_there_is_an_error(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);

	CHECK(load(&scene, (struct dryrun_options){ .rule = "alL" }) == -1);
	CHECK_STR(scene.err.text, "the policy has no rule 'alL'");
}

static void a_policy_that_cannot_be_used_is_an_error(void)
{
	struct scene scene CLEANUP_SCENE = scene_make("{", CONFIG);

	CHECK(load(&scene, (struct dryrun_options){ 0 }) == -1);
	CHECK_HAS(scene.err.text, "load policy: '");
	CHECK_HAS(scene.err.text, "/p.json':1:2: ");
	dryrun_host_free(&scene.node);
	unlinkat(scene.dir.fd, "p.json", 0);
	CHECK(load(&scene, (struct dryrun_options){ 0 }) == -1);
	CHECK_HAS(scene.err.text, "is missing");
}

static void what_a_create_refuses_is_no_error(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(
		POLICY("{\"name\":\"a\",\"match\":{},"
		       "\"ambient\":[\"SYS_NICE\"],\"require\":true}"),
		CONFIG);

	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK(scene.run.refused);
	CHECK_HAS(scene.run.reason.text, "rule 'a'");
	CHECK_STR(scene.err.text, "");
	CHECK_U64(scene.run.evaluation.decision.missing, SYS_NICE);
}

static void an_ambiguous_config_is_refused_where_there_is_a_policy(void)
{
	struct scene scene CLEANUP_SCENE =
		scene_make(two_rules, "{\"process\":{},\"process\":{}}");

	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK(scene.run.refused);
	CHECK_HAS(scene.run.reason.text, "config.json':1:");
}

static void without_a_policy_nothing_is_refused(void)
{
	struct scene scene CLEANUP_SCENE =
		scene_make(POLICY(""), "{\"process\":{},\"process\":{}}");

	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK(!scene.run.refused);
}

static void with_a_record_config_json_counts_without_a_policy(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(POLICY(""), "{,}");

	REQUIRE(write_record(&scene, "x"));
	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK(scene.run.refused);
}

static void a_record_that_is_none_refuses_without_a_policy(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(POLICY(""), CONFIG);

	REQUIRE(tempdir_write_str(&scene.dir, "b/.capruntime.json", "[]"));
	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK(scene.run.refused);
	CHECK_HAS(scene.run.reason.text, ".capruntime.json'");
}

/* An ordinary user cannot find that out. */
static void a_record_that_cannot_be_believed_refuses_root_alone(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(POLICY(""), CONFIG);
	int status;

	REQUIRE(symlinkat("config.json", scene.dir.fd, "b/.capruntime.json") ==
		0);
	status = look(&scene, (struct dryrun_options){ 0 });
	CHECK(status == (geteuid() == 0 ? 0 : -1));
	CHECK(scene.run.refused == (geteuid() == 0));
	CHECK_HAS(geteuid() == 0 ? scene.run.reason.text : scene.err.text,
		  "is not a regular file with one link");
}

static void a_missing_bundle_is_an_error(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, NULL);

	CHECK(look(&scene, (struct dryrun_options){ 0 }) == -1);
	CHECK(!scene.run.refused);
	CHECK_HAS(scene.err.text, "/b/config.json': is missing");
	CHECK(!scene.run.evaluation.bundle.is_missing);
	dryrun_free(&scene.run);
	REQUIRE(unlinkat(scene.dir.fd, "b", AT_REMOVEDIR) == 0);
	CHECK(dryrun_bundle(&scene.run, &scene.node, scene.bundle,
			    &scene.err) == -1);
	CHECK(scene.run.evaluation.bundle.is_missing);
}

static void a_file_is_a_config_json_and_all_else_a_bundle(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);
	struct runtime_args args = dryrun_args(scene.policy);

	CHECK_STR(args.config, scene.policy);
	CHECK_STR(args.bundle, NULL);
	CHECK(args.verb == RUNTIME_CREATE);
	args = dryrun_args(scene.bundle);
	CHECK_STR(args.config, NULL);
	CHECK_STR(args.bundle, scene.bundle);
	args = dryrun_args("/nonexistent/b");
	CHECK_STR(args.bundle, "/nonexistent/b");
}

static void check_missing(struct scene *scene, capmask bit, const char *part)
{
	char *why CLEANUP_FREE = dryrun_why_missing(&scene->run, bit);

	CHECK_HAS(why, part);
}

static void each_missing_capability_has_its_reason(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);
	struct own_caps *own = &scene.node.own;

	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	check_missing(&scene, CHOWN, "the rule does not allow it");
	check_missing(&scene, SYS_NICE, "bounding set");
	own->permitted = 0;
	check_missing(&scene, KILL, "does not hold it: start the engine");
	own->ambient_forbidden = true;
	check_missing(&scene, KILL, "securebits");
	own->kernel = 0;
	check_missing(&scene, KILL, "this kernel does not know it");
}

static void root_is_assumed_of_others(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);

	REQUIRE(load(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK(scene.node.assumed == (geteuid() != 0));
	if (scene.node.assumed)
		CHECK_U64(scene.node.own.permitted, scene.node.own.bounding);
}

static void a_handler_without_a_runtime_is_no_error(void)
{
	struct scene scene CLEANUP_SCENE = scene_make(two_rules, CONFIG);

	unsetenv("CAPRUNTIME_RUNTIME");
	REQUIRE(load(&scene, (struct dryrun_options){
				     .handler = "none-such-handler" }) == 0);
	CHECK_HAS(scene.node.runtime_problem.text, "'none-such-handler'");
	dryrun_host_free(&scene.node);
	setenv("CAPRUNTIME_RUNTIME", "/usr/bin/crun", 1);
	REQUIRE(look(&scene, (struct dryrun_options){ 0 }) == 0);
	CHECK_STR(scene.node.runtime_problem.text, "");
	CHECK(scene.run.args.dialect == RUNTIME_CRUN);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_rule_that_matches_decides),
	TAP_TEST(the_id_and_the_handler_are_as_asked),
	TAP_TEST(without_them_they_are_usual),
	TAP_TEST(the_records_id_counts_where_none_is_given),
	TAP_TEST(a_given_id_precedes_that_of_the_record),
	TAP_TEST(a_rule_can_be_made_to_decide),
	TAP_TEST(a_rule_that_is_not_there_is_an_error),
	TAP_TEST(a_policy_that_cannot_be_used_is_an_error),
	TAP_TEST(what_a_create_refuses_is_no_error),
	TAP_TEST(an_ambiguous_config_is_refused_where_there_is_a_policy),
	TAP_TEST(without_a_policy_nothing_is_refused),
	TAP_TEST(with_a_record_config_json_counts_without_a_policy),
	TAP_TEST(a_record_that_is_none_refuses_without_a_policy),
	TAP_TEST(a_record_that_cannot_be_believed_refuses_root_alone),
	TAP_TEST(a_missing_bundle_is_an_error),
	TAP_TEST(a_file_is_a_config_json_and_all_else_a_bundle),
	TAP_TEST(each_missing_capability_has_its_reason),
	TAP_TEST(root_is_assumed_of_others),
	TAP_TEST(a_handler_without_a_runtime_is_no_error),
};

TAP_MAIN(tests)
