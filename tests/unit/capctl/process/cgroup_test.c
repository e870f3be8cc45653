/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/process/cgroup.h"

#include "tap.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static const char *const known[] = { "web", "db-1", "a.scope", "" };
static const struct cgroup_names names = { known, ARRAY_LEN(known) };

/* `want` is the id; "": no container. */
static void check(const char *text, const char *want)
{
	size_t size = strlen(text);
	char *exact = malloc(size ? size : 1);
	struct cgroup_search search = { exact, size, &names };
	struct cgroup_place place = { .id = "" };
	char *got CLEANUP_FREE = NULL;

	memcpy(exact, text, size);
	CHECK(cgroup_next(&search, &place) == !!*want);
	got = strndup(place.id ? place.id : "", place.id_len);
	if (!CHECK_STR(got, want))
		printf("#   of: %s\n", text);
	free(exact);
}

static void names_of_engines_are_recognised(void)
{
	static const char *const paths[] = {
		"0::/system.slice/docker-" HEX ".scope",
		"0::/docker/" HEX,
		"0::/machine.slice/libpod-" HEX ".scope/container",
		"0::/libpod_parent/libpod-" HEX,
		"0::/kubepods.slice/kubepods-besteffort.slice/"
		"kubepods-besteffort-pod1.slice/crio-" HEX ".scope",
		"0::/kubepods/besteffort/pod850f/crio-" HEX,
		"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" HEX
		".scope",
		"0::/kubepods/besteffort/pod6f427e52-13a6/" HEX,
		"0::/system.slice/kubepods-pod1.slice:cri-containerd:" HEX,
		"0::/../../k8s.io/" HEX,
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		check(paths[i], HEX);
}

static void names_of_runtimes_are_recognised(void)
{
	check("0::/system.slice/runc-my.name.scope\n", "my.name");
	check("0::/user.slice/crun-x.scope/container\n", "x");
	check("0::/web\n", "web");
	check("9:name=systemd:/\n4:memory:/process_api/1/db-1\n", "db-1");
	check("0::/a.scope\n", "a.scope");
}

static void cgroups_of_the_host_are_not_containers(void)
{
	check("", "");
	check("\n\n", "");
	check("0::/\n", "");
	check("0::/user.slice/user-1000.slice/session-1.scope\n", "");
	check("0::/system.slice/cron.service\n", "");
	check("0::/init.scope\n", "");
	check("0::/webs/we\n", "");
	check("0::/system.slice/runc-.scope\n", "");
	check("0::/system.slice/runc-web\n", "");
	check("4:memory:/process_api/bfb4653d56232e8f4ac12c8691f67bb0\n", "");
	check("web", "");
	check("0:web", "");
	check("name=web:", "");
}

static void a_monitor_is_not_in_a_container(void)
{
	check("0::/machine.slice/libpod-conmon-" HEX ".scope\n", "");
	check("0::/kubepods.slice/crio-conmon-" HEX ".scope\n", "");
	check("0::/conmon-" HEX "\n", "");
}

static void other_lengths_and_digits_are_not_ids(void)
{
	check("0::/docker/" HEX "0\n", "");
	check("0::/docker/0" HEX "\n", "");
	check("0::/docker/123456789abcdef0\n", "");
	check("0::/docker/G123456789abcdef0123456789abcdef0123456789abcdef01234"
	      "56789abcdef\n",
	      "");
	check("0::/docker/A123456789abcdef0123456789abcdef0123456789abcdef01234"
	      "56789abcdef\n",
	      "");
}

/* A container can create cgroups like these below its own. */
static void a_container_cannot_pose_as_another(void)
{
	check("0::/docker/" HEX "/docker/" OTHER "\n", HEX);
	check("0::/kubepods/pod1/" HEX "/web\n", HEX);
	check("0::/web/" HEX "\n", "web");
	check("0::/docker/" HEX "/crio-conmon-" OTHER ".scope\n", HEX);
}

static void every_hierarchy_is_searched(void)
{
	check("9:name=systemd:/\n8:pids:/docker/" HEX "\n0::/\n", HEX);
	check("1:cpu,cpuacct:/docker/" HEX "\n0::/docker/" OTHER "\n", HEX);
}

static void a_path_may_contain_colons(void)
{
	check("0::/a:b:c/web\n", "web");
	check("0::web:x\n", "");
}

/* CONTROLLERS ABOVE ID, and '*' for one of the names. */
static void check_next(struct cgroup_search *search, const char *want)
{
	struct cgroup_place place;
	char got[256];

	REQUIRE(cgroup_next(search, &place));
	snprintf(got, sizeof(got), "%.*s %.*s %.*s%s",
		 (int)place.controllers_len, place.controllers,
		 (int)place.above_len, place.above, (int)place.id_len, place.id,
		 place.is_known ? "*" : "");
	CHECK_STR(got, want);
}

static void each_hierarchy_has_a_place(void)
{
	static const char text[] = "9:name=systemd:/a/b/docker-" HEX ".scope\n"
				   "8:pids:/\n"
				   "7:cpu,cpuacct:/web/x/db-1\n"
				   "0::/u/runc-db-1.scope/web\n";
	struct cgroup_search search = { text, strlen(text), &names };
	struct cgroup_place place;

	check_next(&search, "name=systemd /a/b/ " HEX);
	check_next(&search, "cpu,cpuacct / web*");
	check_next(&search, " /u/ db-1*");
	CHECK(!cgroup_next(&search, &place));
	search = (struct cgroup_search){ text, strlen(text), NULL };
	check_next(&search, "name=systemd /a/b/ " HEX);
	check_next(&search, " /u/ db-1");
}

static void the_beginning_of_an_engines_id_is_enough(void)
{
	const char *id =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

	CHECK(cgroup_is_short_id(id, "0123456789ab"));
	CHECK(cgroup_is_short_id(id, "0"));
	CHECK(cgroup_is_short_id(id, id));
	CHECK(!cgroup_is_short_id(id, ""));
	CHECK(!cgroup_is_short_id(id, "1"));
	CHECK(!cgroup_is_short_id("web-1", "web"));
}

static const struct tap_test tests[] = {
	TAP_TEST(names_of_engines_are_recognised),
	TAP_TEST(names_of_runtimes_are_recognised),
	TAP_TEST(cgroups_of_the_host_are_not_containers),
	TAP_TEST(a_monitor_is_not_in_a_container),
	TAP_TEST(other_lengths_and_digits_are_not_ids),
	TAP_TEST(a_container_cannot_pose_as_another),
	TAP_TEST(every_hierarchy_is_searched),
	TAP_TEST(a_path_may_contain_colons),
	TAP_TEST(each_hierarchy_has_a_place),
	TAP_TEST(the_beginning_of_an_engines_id_is_enough),
};

TAP_MAIN(tests)
