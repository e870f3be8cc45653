/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/who.h"

#include <json-c/json.h>

#include "tap.h"
#include "tempdir.h"

#define CRIO                                                                   \
	"\"io.container.manager\":\"cri-o\","                                  \
	"\"io.kubernetes.pod.namespace\":\"shop\","                            \
	"\"io.kubernetes.pod.name\":\"web-1\","                                \
	"\"io.kubernetes.cri-o.ImageName\":\"registry.example/web:1\","        \
	"\"io.kubernetes.container.name\":"
#define CONFIG(annotations)                                                    \
	"{\"process\":{\"user\":{\"uid\":1000,\"gid\":1000}},"                 \
	"\"annotations\":{" annotations "}}"

static struct policy_handler handlers[] = { { "capruntime", ENGINE_CRIO },
					    { "other", ENGINE_CONTAINERD } };
static const struct policy policy = { .any_engine = true,
				      .handlers = handlers,
				      .handlers_count = ARRAY_LEN(handlers) };

static struct who read_bundle(const struct tempdir *dir, const char *config,
			      const struct who_source *source,
			      const char *runtime)
{
	char *bundle CLEANUP_FREE = tempdir_path(dir, "b");

	CHECK(mkdirat(dir->fd, "b", 0755) == 0 || errno == EEXIST);
	CHECK(tempdir_write_str(dir, "b/config.json", config));
	return who_read(source, bundle, runtime, 0);
}

static void check_name(const char *config, const struct policy *engines,
		       const char *handler, const char *runtime,
		       const char *want)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct who_source source = { engines, handler };
	struct who who = read_bundle(&dir, config, &source, runtime);

	CHECK_STR(who.name, want);
	CHECK(want || !who_object(&who));
	who_free(&who);
}

static void the_handlers_engine_names_a_container(void)
{
	const char *config = CONFIG(CRIO "\"web\"");

	check_name(config, &policy, NULL, NULL, "shop/web-1/web");
	check_name(config, &policy, NULL, "/usr/bin/capruntime",
		   "shop/web-1/web");
	check_name(config, &policy, "capruntime", NULL, "shop/web-1/web");
}

static void another_engine_or_none_names_nobody(void)
{
	const char *config = CONFIG(CRIO "\"web\"");

	check_name(config, &policy, NULL, "/opt/other", NULL);
	check_name(config, &policy, "other", NULL, NULL);
	check_name(config, &policy, NULL, "runc", NULL);
	check_name(config, NULL, NULL, NULL, NULL);
}

static void forged_and_ambiguous_names_count_for_nothing(void)
{
	check_name(CONFIG("\"io.kubernetes.pod.namespace\":\"shop\","
			  "\"io.kubernetes.pod.name\":\"web-1\","
			  "\"io.kubernetes.container.name\":\"web\""),
		   &policy, NULL, NULL, NULL);
	check_name(CONFIG(CRIO "\"POD\""), &policy, NULL, NULL, NULL);
	check_name(CONFIG(CRIO "\"web\"," CRIO "\"bank\""), &policy, NULL, NULL,
		   NULL);
	check_name("{", &policy, NULL, NULL, NULL);
	check_name("", &policy, NULL, NULL, NULL);
}

static void check_again(const struct tempdir *dir, const char *want)
{
	const struct who_source source = { &policy, NULL };
	char *bundle CLEANUP_FREE = tempdir_path(dir, "b");
	struct who who = who_read(&source, bundle, NULL, 0);

	CHECK_STR(who.name, want);
	who_free(&who);
}

static void what_others_can_write_names_nobody(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct who_source source = { &policy, NULL };
	struct who who =
		read_bundle(&dir, CONFIG(CRIO "\"web\""), &source, NULL);

	who_free(&who);
	check_again(&dir, "shop/web-1/web");
	REQUIRE(fchmodat(dir.fd, "b/config.json", 0666, 0) == 0);
	check_again(&dir, NULL);
	REQUIRE(fchmodat(dir.fd, "b/config.json", 0644, 0) == 0);
	check_again(&dir, "shop/web-1/web");
	REQUIRE(fchmodat(dir.fd, "b", 0777, 0) == 0);
	check_again(&dir, NULL);
}

static void a_label_has_the_name_and_then_the_id(void)
{
	static const char id[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	const struct who who = { .name = (char[]){ "shop/web-1/web" } };
	const struct who nobody = { 0 };
	char *named CLEANUP_FREE = who_label(&who, id);
	char *nameless CLEANUP_FREE = who_label(&nobody, id);
	char *unknown CLEANUP_FREE = who_label(NULL, "web");

	CHECK_STR(named, "shop/web-1/web 0123456789ab");
	CHECK_STR(nameless, "0123456789ab");
	CHECK_STR(unknown, "web");
}

static void the_object_has_each_part(void)
{
	struct tempdir dir CLEANUP_TEMPDIR = tempdir_make();
	const struct who_source source = { &policy, NULL };
	struct who who =
		read_bundle(&dir, CONFIG(CRIO "\"web\""), &source, NULL);
	struct json_object *object = who_object(&who);

	CHECK_STR(
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
		"{\"namespace\":\"shop\",\"pod\":\"web-1\",\"container\":\"web\",\"image\":\"registry.example\\/web:1\"}");
	json_object_put(object);
	who_free(&who);
}

static const struct tap_test tests[] = {
	TAP_TEST(the_handlers_engine_names_a_container),
	TAP_TEST(another_engine_or_none_names_nobody),
	TAP_TEST(forged_and_ambiguous_names_count_for_nothing),
	TAP_TEST(what_others_can_write_names_nobody),
	TAP_TEST(a_label_has_the_name_and_then_the_id),
	TAP_TEST(the_object_has_each_part),
};
TAP_MAIN(tests)
