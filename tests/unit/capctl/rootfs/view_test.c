/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/rootfs/view.h"

#include <sys/stat.h>

#include "tap.h"
#include "tempdir.h"

/* A bundle with rootfs/bin, rootfs/data and the link rootfs/sbin to bin. */
struct scene {
	struct tempdir dir;
	struct rootfs rootfs;
	struct rootfs_view view;
};

#define CLEANUP_SCENE __attribute__((cleanup(scene_free)))

static void scene_free(struct scene *scene)
{
	rootfs_view_free(&scene->view);
	rootfs_close(&scene->rootfs);
	tempdir_remove(&scene->dir);
}

static struct scene scene_make(void)
{
	struct scene scene = { .dir = tempdir_make() };
	char *root CLEANUP_FREE = tempdir_path(&scene.dir, "rootfs");
	struct err err = { 0 };

	CHECK(mkdirat(scene.dir.fd, "rootfs", 0755) == 0);
	CHECK(mkdirat(scene.dir.fd, "rootfs/bin", 0755) == 0);
	CHECK(mkdirat(scene.dir.fd, "rootfs/data", 0755) == 0);
	CHECK(symlinkat("bin", scene.dir.fd, "rootfs/sbin") == 0);
	CHECK(symlinkat("/bin", scene.dir.fd, "rootfs/data/link") == 0);
	CHECK(rootfs_open(&scene.rootfs, root, &err) == 0);
	return scene;
}

static void read_view(struct scene *scene, const char *config, bool new_userns,
		      enum runtime_dialect dialect)
{
	struct json_doc doc = { .name = "config.json",
				.text = config,
				.len = strlen(config) };
	struct err err = { 0 };

	rootfs_view_free(&scene->view);
	if (!CHECK(rootfs_view_read(&scene->view, &doc, new_userns, dialect,
				    &err) == 0))
		printf("#   %s\n", err.text);
	rootfs_view_resolve(&scene->view, &scene->rootfs, scene->dir.path);
}

static void read_mounts(struct scene *scene, const char *mounts)
{
	char *config CLEANUP_FREE = NULL;

	REQUIRE(asprintf(&config, "{\"mounts\":[%s]}", mounts) > 0);
	read_view(scene, config, false, RUNTIME_RUNC);
}

static void check_covered(const struct scene *scene, const char *path,
			  const char *destination)
{
	const struct spec_mount *mount = rootfs_view_mount(&scene->view, path);

	CHECK_STR(mount ? mount->destination : NULL, destination);
}

static void destinations_follow_the_images_links(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	read_mounts(&scene, "{\"destination\":\"/sbin\"},"
			    "{\"destination\":\"/none\"}");
	check_covered(&scene, "/bin/app", "/bin");
	check_covered(&scene, "/none/app", "/none");
	check_covered(&scene, "/data/app", NULL);
	read_mounts(&scene, "{\"destination\":\"/data/link\"}");
	check_covered(&scene, "/bin/app", "/bin");
}

static void links_below_an_earlier_mount_are_not_followed(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	read_mounts(&scene, "{\"destination\":\"/data\"},"
			    "{\"destination\":\"/data/link\"}");
	check_covered(&scene, "/bin/app", NULL);
	check_covered(&scene, "/data/link/app", "/data/link");
	/* A directory bound over itself hides nothing. */
	read_mounts(&scene, "{\"destination\":\"/data\",\"type\":\"bind\","
			    "\"source\":\"rootfs/data\"},"
			    "{\"destination\":\"/data/link\"}");
	check_covered(&scene, "/bin/app", "/bin");
}

static void the_root_mount_covers_no_path(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	read_mounts(&scene, "{\"destination\":\"/\"}");
	check_covered(&scene, "/bin/app", NULL);
}

static void check_itself(struct scene *scene, const char *mount, bool itself)
{
	read_mounts(scene, mount);
	CHECK(scene->view.tree.mounts[0].itself == itself);
}

static void a_directory_may_be_bound_over_itself(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	check_itself(&scene,
		     "{\"destination\":\"/bin\",\"type\":\"bind\","
		     "\"source\":\"rootfs/bin\"}",
		     true);
	check_itself(&scene,
		     "{\"destination\":\"/sbin\",\"options\":[\"rbind\"],"
		     "\"source\":\"./rootfs/sbin/\"}",
		     true);
	check_itself(&scene,
		     "{\"destination\":\"/bin\",\"type\":\"bind\","
		     "\"source\":\"rootfs/data\"}",
		     false);
	check_itself(&scene,
		     "{\"destination\":\"/bin\",\"type\":\"bind\","
		     "\"source\":\"/none\"}",
		     false);
	check_itself(&scene,
		     "{\"destination\":\"/bin\",\"type\":\"tmpfs\","
		     "\"source\":\"rootfs/bin\"}",
		     false);
}

static void a_remount_clears_the_options_of_the_roots_mount(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	struct rootfs_file file CLEANUP_ROOTFS_FILE = { 0 };
	static const char readonly[] = "{\"root\":{\"readonly\":true}}";
	struct err err = { 0 };

	REQUIRE(rootfs_stat(&scene.rootfs, "/bin", &file, &err) == 0);
	read_view(&scene, "{}", false, RUNTIME_RUNC);
	CHECK(!rootfs_view_may_remount(&scene.view, &file));
	read_view(&scene, readonly, false, RUNTIME_RUNC);
	CHECK(rootfs_view_may_remount(&scene.view, &file));
	read_view(&scene, readonly, true, RUNTIME_RUNC);
	CHECK(!rootfs_view_may_remount(&scene.view, &file));
	read_view(&scene, "{}", true, RUNTIME_CRUN);
	CHECK(!rootfs_view_may_remount(&scene.view, &file));
	read_view(&scene, "{}", false, RUNTIME_CRUN);
	CHECK(rootfs_view_may_remount(&scene.view, &file));
	file.mount++;
	CHECK(!rootfs_view_may_remount(&scene.view, &file));
}

static void owners_are_mapped_in_a_new_user_namespace(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	struct rootfs_file file = { .program.file = { .uid = 4096,
						      .gid = 8192 } };
	static const char maps[] =
		"{\"linux\":{\"uidMappings\":[{\"containerID\":0,"
		"\"hostID\":4096,\"size\":10}],\"gidMappings\":["
		"{\"containerID\":0,\"hostID\":8192,\"size\":10}]}}";

	read_view(&scene, maps, true, RUNTIME_RUNC);
	CHECK(rootfs_view_has_owner(&scene.view, &file));
	CHECK_U64(rootfs_view_uid(&scene.view, 9), 4105);
	CHECK_U64(rootfs_view_gid(&scene.view, 9), 8201);
	CHECK_U64(rootfs_view_uid(&scene.view, 10), EXECVE_NO_ROOT);
	file.program.file.gid = 4096;
	CHECK(!rootfs_view_has_owner(&scene.view, &file));
	read_view(&scene, maps, false, RUNTIME_RUNC);
	CHECK(rootfs_view_has_owner(&scene.view, &file));
	CHECK_U64(rootfs_view_uid(&scene.view, 10), 10);
}

static void a_config_that_cannot_be_read_is_an_error(void)
{
	struct rootfs_view view CLEANUP_ROOTFS_VIEW;
	struct json_doc doc = { .name = "c", .text = "[]", .len = 2 };
	struct err err = { 0 };

	CHECK(rootfs_view_read(&view, &doc, false, RUNTIME_RUNC, &err) < 0);
	CHECK_HAS(err.text, "expected an object, not a list");
}

static const struct tap_test tests[] = {
	TAP_TEST(destinations_follow_the_images_links),
	TAP_TEST(links_below_an_earlier_mount_are_not_followed),
	TAP_TEST(the_root_mount_covers_no_path),
	TAP_TEST(a_directory_may_be_bound_over_itself),
	TAP_TEST(a_remount_clears_the_options_of_the_roots_mount),
	TAP_TEST(owners_are_mapped_in_a_new_user_namespace),
	TAP_TEST(a_config_that_cannot_be_read_is_an_error),
};

TAP_MAIN(tests)
