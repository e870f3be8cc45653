/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/container/docker_name.h"

#include "base/cleanup.h"
#include "tap.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define BUNDLE "/run/containerd/io.containerd.runtime.v2.task/moby/" ID
#define DEFAULT "/var/lib/docker/containers/" ID "/config.v2.json"

static void check_path(const char *config, const char *want)
{
	char *path CLEANUP_FREE = docker_name_path(BUNDLE, config);

	CHECK_STR(path, want);
}

static void check_name(const char *text, const char *want)
{
	char *name CLEANUP_FREE = docker_name_parse(text);

	CHECK_STR(name, want);
}

static void a_bundle_is_known_by_its_path(void)
{
	CHECK(docker_name_is_bundle(BUNDLE));
	CHECK(docker_name_is_bundle("/moby/" ID));
	CHECK(!docker_name_is_bundle("moby/" ID));
	CHECK(!docker_name_is_bundle("/run/containerd/k8s.io/" ID));
	CHECK(!docker_name_is_bundle("/run/moby/web"));
	CHECK(!docker_name_is_bundle("/run/moby/" ID "/"));
	CHECK(!docker_name_is_bundle(ID));
	CHECK(!docker_name_is_bundle(""));
}

static void a_mount_tells_the_data_root(void)
{
	check_path(
		"{\"mounts\":[{\"source\":\"proc\"},{\"source\":\"/data/c/" ID
		"/hostname\"}]}",
		"/data/c/" ID "/config.v2.json");
	check_path("{\"mounts\":[{\"source\":\"/" ID "/hosts\"}]}", DEFAULT);
	check_path("{\"mounts\":[{\"source\":\"/d/" ID "/resolv.conf\"}]}",
		   "/d/" ID "/config.v2.json");
}

/* With --network container:OTHER the files are those of the other container. */
static void a_shared_network_leads_to_the_own_file(void)
{
	check_path("{\"mounts\":[{\"source\":\"/d/" OTHER "/hosts\"}]}",
		   "/d/" ID "/config.v2.json");
}

static void without_such_a_mount_it_is_the_default(void)
{
	check_path("{}", DEFAULT);
	check_path("[", DEFAULT);
	check_path("{\"mounts\":{}}", DEFAULT);
	check_path("{\"mounts\":[1,{},{\"source\":7},{\"source\":\"/hosts\"},"
		   "{\"source\":\"\"},{\"source\":\"/\"},"
		   "{\"source\":\"d/" ID "/hosts\"},"
		   "{\"source\":\"/d/" ID "/shadow\"},"
		   "{\"source\":\"/d/web/hosts\"}]}",
		   DEFAULT);
}

static void the_name_has_no_slash_before_it(void)
{
	check_name("{\"ID\":\"x\",\"Name\":\"/web\"}", "web");
	check_name("{\"Name\":\"web\"}", "web");
	check_name("{\"Name\":\"/\"}", NULL);
	check_name("{\"Name\":\"\"}", NULL);
	check_name("{\"Name\":1}", NULL);
	check_name("{}", NULL);
	check_name("[]", NULL);
	check_name("", NULL);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_bundle_is_known_by_its_path),
	TAP_TEST(a_mount_tells_the_data_root),
	TAP_TEST(a_shared_network_leads_to_the_own_file),
	TAP_TEST(without_such_a_mount_it_is_the_default),
	TAP_TEST(the_name_has_no_slash_before_it),
};
TAP_MAIN(tests)
