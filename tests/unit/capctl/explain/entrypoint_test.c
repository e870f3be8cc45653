/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/explain/entrypoint.h"

#include <sched.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#include "tap.h"
#include "tempdir.h"

#define NOT_ROOT "only root can give files owners and capabilities"

#define KILL (UINT64_C(1) << CAP_KILL)
#define BIND (UINT64_C(1) << CAP_NET_BIND_SERVICE)
#define RAW (UINT64_C(1) << CAP_NET_RAW)

/* BIND becomes ambient; KILL is only bounding. */
#define CAPABILITIES                                                           \
	"\"capabilities\":{"                                                   \
	"\"bounding\":[\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"],"                \
	"\"permitted\":[\"CAP_NET_BIND_SERVICE\"],"                            \
	"\"effective\":[\"CAP_NET_BIND_SERVICE\"],"                            \
	"\"inheritable\":[\"CAP_NET_BIND_SERVICE\"],"                          \
	"\"ambient\":[\"CAP_NET_BIND_SERVICE\"]}"
#define USER "\"user\":{\"uid\":1000,\"gid\":1000}"
#define PROCESS(more) "{" USER "," CAPABILITIES "," more "}"
#define ROOT ",\"root\":{\"path\":\"rootfs\"}"
#define APP PROCESS("\"args\":[\"/bin/app\"]")

/* A bundle with rootfs/bin/app, and the prediction for it. */
struct scene {
	struct tempdir dir;
	struct dryrun_host node;
	struct dryrun run;
	struct entrypoint entry;
};

#define CLEANUP_SCENE __attribute__((cleanup(scene_free)))

static void forget_prediction(struct scene *scene)
{
	entrypoint_free(&scene->entry);
	dryrun_free(&scene->run);
	dryrun_host_free(&scene->node);
	scene->run = (struct dryrun){ .evaluation = EVALUATION_INIT };
}

static void scene_free(struct scene *scene)
{
	forget_prediction(scene);
	tempdir_remove(&scene->dir);
}

static void make_dir(const struct scene *scene, const char *name)
{
	CHECK(mkdirat(scene->dir.fd, name, 0755) == 0);
}

static void make_file(const struct scene *scene, const char *name,
		      const char *text, mode_t mode)
{
	CHECK(tempdir_write_str(&scene->dir, name, text));
	CHECK(fchmodat(scene->dir.fd, name, mode, 0) == 0);
}

/* chown(2) removes the bits, so it comes first. */
static void make_owned(const struct scene *scene, const char *name, uid_t uid,
		       gid_t gid, mode_t mode)
{
	make_file(scene, name, "app", 0755);
	CHECK(fchownat(scene->dir.fd, name, uid, gid, 0) == 0);
	CHECK(fchmodat(scene->dir.fd, name, mode, 0) == 0);
}

static void make_link(const struct scene *scene, const char *target,
		      const char *name)
{
	CHECK(symlinkat(target, scene->dir.fd, name) == 0);
}

/* Version 2, or 3 with root user 4096. */
static void set_caps(const struct scene *scene, const char *name,
		     capmask permitted, bool effective, unsigned char version)
{
	unsigned char value[24] = { effective, 0, 0, version };
	char *path CLEANUP_FREE = tempdir_path(&scene->dir, name);

	for (int i = 0; i < 4; i++)
		value[4 + i] = (unsigned char)(permitted >> 8 * i);
	value[21] = 0x10; /* 4096 */
	CHECK(setxattr(path, VFSCAP_NAME, value, version == 3 ? 24 : 20, 0) ==
	      0);
}

static struct scene scene_make(void)
{
	struct scene scene = { .dir = tempdir_make(),
			       .run = { .evaluation = EVALUATION_INIT } };

	/* Not this machine's. */
	setenv("CAPRUNTIME_RUNTIME", "/usr/bin/runc", 1);
	make_dir(&scene, "rootfs");
	make_dir(&scene, "rootfs/bin");
	make_file(&scene, "rootfs/bin/app", "app", 0755);
	CHECK(tempdir_write_str(
		&scene.dir, "p.json",
		"{\"version\":1,\"rules\":[{\"name\":\"a\",\"match\":"
		"{\"id\":\"granted\"},\"ambient\":[\"KILL\"],"
		"\"no_new_privileges\":true}]}"));
	return scene;
}

/* `more`: other members of config.json than process, each after a comma. */
static void predict_as(struct scene *scene, const char *id, const char *process,
		       const char *more)
{
	char *policy CLEANUP_FREE = tempdir_path(&scene->dir, "p.json");
	char *text CLEANUP_FREE = NULL;
	struct dryrun_options options = { .policy = policy, .id = id };
	struct err err = { 0 };

	forget_prediction(scene);
	if (asprintf(&text, "{\"process\":%s%s}", process, more) < 0)
		abort();
	CHECK(tempdir_write_str(&scene->dir, "config.json", text));
	REQUIRE(dryrun_load(&scene->node, &options, &err) == 0);
	scene->node.own.permitted = scene->node.own.bounding =
		scene->node.own.kernel;
	if (!CHECK(dryrun_bundle(&scene->run, &scene->node, scene->dir.path,
				 &err) == 0))
		printf("#   %s\n", err.text);
	CHECK_STR(scene->run.reason.text, "");
	CHECK(entrypoint_predict(&scene->entry, &scene->run, &err) == 0);
}

static void predict(struct scene *scene, const char *process)
{
	predict_as(scene, "x", process, ROOT);
}

static bool is_found(const struct scene *scene)
{
	if (!CHECK(scene->entry.found))
		printf("#   %s\n", scene->entry.reason.text);
	return scene->entry.found;
}

static void check_unknown(const struct scene *scene, const char *reason)
{
	CHECK(!scene->entry.found);
	CHECK_HAS(scene->entry.reason.text, reason);
}

static void check_path(struct scene *scene, const char *process,
		       const char *path)
{
	predict(scene, process);
	if (is_found(scene))
		CHECK_STR(scene->entry.path, path);
}

/* The permitted and ambient sets, and the reasons. */
static void check_result(const struct scene *scene, capmask permitted,
			 capmask ambient, unsigned int why)
{
	const struct execve_result *result = &scene->entry.result;

	if (!is_found(scene))
		return;
	CHECK(!result->refused);
	CHECK_U64(result->sets.set[CAPSET_PERMITTED], permitted);
	CHECK_U64(result->sets.set[CAPSET_AMBIENT], ambient);
	CHECK_U64(result->why & ~(1u << EXECVE_BY_KERNEL), why);
}

static void a_plain_program_holds_what_is_ambient(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	const capmask *set = scene.entry.result.sets.set;

	predict(&scene, APP);
	check_result(&scene, BIND, BIND, 0);
	CHECK_U64(set[CAPSET_EFFECTIVE], BIND);
	CHECK_U64(set[CAPSET_BOUNDING], BIND | KILL);
	CHECK_U64(set[CAPSET_INHERITABLE], BIND);
	CHECK_STR(scene.entry.name, "/bin/app");
	CHECK_STR(scene.entry.path, "/bin/app");
	CHECK_STR(scene.entry.interpreter, NULL);
	CHECK_U64(scene.entry.task.uid, 1000);
	CHECK_U64(scene.entry.result.euid, 1000);
}

static void the_decision_of_a_rule_counts(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	predict_as(&scene, "granted",
		   "{" USER ",\"args\":[\"/bin/app\"],\"capabilities\":"
		   "{\"bounding\":[\"CAP_KILL\"]}}",
		   ROOT);
	check_result(&scene, KILL, KILL, 0);
	CHECK(scene.entry.task.no_new_privs);
}

static void root_holds_the_bounding_set(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	predict(&scene, "{\"user\":{\"uid\":0,\"gid\":0}," CAPABILITIES
			",\"args\":[\"/bin/app\"]}");
	check_result(&scene, BIND | KILL, BIND, 1u << EXECVE_ROOT);
}

/* The runtimes give no message. */
static void the_runtime_drops_what_it_cannot_make_ambient(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	static const char process[] =
		"{" USER ",\"args\":[\"/bin/app\"],\"capabilities\":{"
		"\"bounding\":[\"CAP_KILL\",\"CAP_NET_RAW\"],"
		"\"permitted\":[\"CAP_KILL\"],\"inheritable\":[\"CAP_KILL\","
		"\"CAP_NET_RAW\"],\"ambient\":[\"CAP_KILL\",\"CAP_NET_RAW\","
		"\"CAP_CHOWN\"]}}";

	predict(&scene, process);
	check_result(&scene, KILL, KILL, 0);
}

static void bounding_is_limited_by_our_own_bounding_set(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	struct err err = { 0 };

	predict(&scene, APP);
	scene.node.own.bounding = BIND;
	entrypoint_free(&scene.entry);
	REQUIRE(entrypoint_predict(&scene.entry, &scene.run, &err) == 0);
	CHECK_U64(scene.entry.result.sets.set[CAPSET_BOUNDING], BIND);
}

static void programs_are_found_by_path_and_directory(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	make_dir(&scene, "rootfs/srv");
	make_file(&scene, "rootfs/srv/app", "app", 0755);
	make_link(&scene, "../bin/app", "rootfs/srv/link");
	check_path(
		&scene,
		PROCESS("\"args\":[\"app\"],\"env\":[\"PATH=/x:/srv:/bin\"]"),
		"/srv/app");
	check_path(&scene, PROCESS("\"args\":[\"./app\"],\"cwd\":\"/srv\""),
		   "/srv/app");
	check_path(&scene, PROCESS("\"args\":[\"srv/app\"],\"cwd\":\"/\""),
		   "/srv/app");
	check_path(&scene, PROCESS("\"args\":[\"bin/app\"]"), "/bin/app");
	check_path(&scene, PROCESS("\"args\":[\"/srv/link\"]"), "/bin/app");
	predict(&scene, PROCESS("\"args\":[\"app\"],\"cwd\":\"/srv\""));
	check_unknown(&scene, "'app' is not in $PATH");
}

static void the_root_may_be_anywhere(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	char *more CLEANUP_FREE = NULL;

	REQUIRE(asprintf(&more, ",\"root\":{\"path\":\"%s/rootfs\"}",
			 scene.dir.path) > 0);
	predict_as(&scene, "x", APP, more);
	is_found(&scene);
	make_link(&scene, "rootfs", "tree");
	predict_as(&scene, "x", APP, ",\"root\":{\"path\":\"./tree\"}");
	is_found(&scene);
}

static void a_missing_program_has_no_prediction(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	predict_as(&scene, "x", APP, "");
	check_unknown(&scene, "config.json has no root.path");
	predict_as(&scene, "x", APP,
		   ",\"root\":{\"path\":\"/nowhere/at/all\"}");
	check_unknown(&scene, "root.path: '/nowhere/at/all': is missing");
	predict(&scene, PROCESS("\"args\":[]"));
	check_unknown(&scene, "config.json has no program in process.args");
	CHECK_STR(scene.entry.name, NULL);
	predict(&scene, PROCESS("\"args\":[\"/bin/none\"]"));
	check_unknown(&scene, "'/bin/none': is missing");
	CHECK_STR(scene.entry.name, "/bin/none");
	CHECK_STR(scene.entry.path, NULL);
	predict(&scene, PROCESS("\"args\":[\"/bin\"]"));
	check_unknown(&scene, "'/bin' is not a regular file");
	make_file(&scene, "rootfs/bin/app", "app", 0644);
	predict(&scene, APP);
	check_unknown(&scene, "'/bin/app' is not executable");
}

static void there_is_no_prediction_where_runtimes_differ(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	predict(&scene, "{" USER ",\"args\":[\"/bin/app\"]}");
	check_unknown(&scene, "no process.capabilities");
	predict(&scene,
		"{" USER ",\"capabilities\":null,\"args\":[\"/bin/app\"]}");
	check_unknown(&scene, "no process.capabilities");
	predict(&scene,
		"{" USER ",\"capabilities\":{},\"args\":[\"/bin/app\"]}");
	check_result(&scene, 0, 0, 0);
	predict_as(&scene, "x", APP,
		   ROOT ",\"linux\":{\"namespaces\":[{\"type\":\"user\","
			"\"path\":\"/proc/1/ns/user\"}]}");
	check_unknown(&scene, "the container joins a user namespace");
	predict_as(&scene, "x", APP, ROOT ",\"mounts\":[{}]");
	check_unknown(&scene, "'destination' is missing");
}

static void no_link_leaves_the_root(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	make_file(&scene, "outside", "app", 04755);
	make_link(&scene, "../../../outside", "rootfs/bin/out");
	make_link(&scene, "/bin/app", "rootfs/bin/in");
	predict(&scene, PROCESS("\"args\":[\"/bin/out\"]"));
	check_unknown(&scene, "'/bin/out': is missing");
	check_path(&scene, PROCESS("\"args\":[\"/../../bin/in\"]"), "/bin/app");
}

static void of_a_script_the_interpreters_file_counts(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	make_link(&scene, "app", "rootfs/bin/sh");
	make_owned(&scene, "rootfs/bin/app", 0, 0, 04755);
	make_file(&scene, "rootfs/bin/script", "#!/bin/sh -e\n", 0755);
	predict(&scene, PROCESS("\"args\":[\"/bin/script\"]"));
	check_result(&scene, BIND | KILL, 0,
		     1u << EXECVE_SETUID | 1u << EXECVE_ROOT |
			     1u << EXECVE_AMBIENT_LOST);
	CHECK_STR(scene.entry.path, "/bin/script");
	CHECK_STR(scene.entry.interpreter, "/bin/app");
	/* A script's own bit has no effect. */
	make_owned(&scene, "rootfs/bin/app", 0, 0, 0755);
	make_owned(&scene, "rootfs/bin/script", 0, 0, 04755);
	make_file(&scene, "rootfs/bin/script", "#!/bin/sh -e\n", 04755);
	predict(&scene, PROCESS("\"args\":[\"/bin/script\"]"));
	check_result(&scene, BIND, BIND, 0);
}

static void nested_interpreters_have_the_kernels_limit(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	char name[] = "rootfs/bin/0", text[] = "#!/bin/1\n";

	make_file(&scene, "rootfs/bin/5", "#!/bin/app", 0755);
	for (char i = '0'; i < '5'; i++) {
		name[strlen(name) - 1] = i;
		text[strlen("#!/bin/")] = (char)(i + 1);
		make_file(&scene, name, text, 0755);
	}
	predict(&scene, PROCESS("\"args\":[\"/bin/1\"]"));
	is_found(&scene);
	CHECK_STR(scene.entry.path, "/bin/1");
	CHECK_STR(scene.entry.interpreter, "/bin/app");
	predict(&scene, PROCESS("\"args\":[\"/bin/0\"]"));
	check_unknown(&scene, "'/bin/0' needs more than 5 interpreters");
	make_file(&scene, "rootfs/bin/0", "#!/bin/0\n", 0755);
	predict(&scene, PROCESS("\"args\":[\"/bin/0\"]"));
	check_unknown(&scene, "'/bin/0' needs more than 5 interpreters");
}

static void an_interpreter_is_not_searched_for_in_path(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	static const char by_path[] = PROCESS(
		"\"args\":[\"/bin/s\"],\"env\":[\"PATH=/bin\"],\"cwd\":\"/\"");
	static const char from_bin[] = PROCESS(
		"\"args\":[\"/bin/s\"],\"env\":[\"PATH=/\"],\"cwd\":\"/bin\"");

	make_file(&scene, "rootfs/bin/s", "#!app\n", 0755);
	predict(&scene, by_path);
	check_unknown(&scene, "interpreter of '/bin/s': '/./app': is missing");
	predict(&scene, from_bin);
	is_found(&scene);
	CHECK_STR(scene.entry.interpreter, "/bin/app");
	make_file(&scene, "rootfs/bin/s", "#! \n", 0755);
	predict(&scene, by_path);
	check_unknown(&scene,
		      "'/bin/s' starts with '#!' but names no interpreter");
	make_file(&scene, "rootfs/bin/s", "#!/bin\n", 0755);
	predict(&scene, by_path);
	check_unknown(&scene, "interpreter of '/bin/s': '/bin' is not a reg");
}

#define MOUNTS(list) ROOT ",\"mounts\":[" list "]"

static void a_program_below_a_mount_has_no_prediction(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	static const char over_bin[] = MOUNTS(
		"{\"destination\":\"/proc\"},{\"destination\":\"bin/\"}");
	static const char over_data[] = MOUNTS("{\"destination\":\"/data\"}");

	predict_as(&scene, "x", APP, over_bin);
	check_unknown(&scene, "'/bin/app' is on the mount '/bin', which only");
	predict_as(&scene, "x",
		   PROCESS("\"args\":[\"./app\"],\"cwd\":\"/data/x\""),
		   over_data);
	check_unknown(&scene, "'/data/x/./app' is on the mount '/data'");
	predict_as(
		&scene, "x",
		PROCESS("\"args\":[\"app\"],\"env\":[\"PATH=/data/a:/bin\"]"),
		over_data);
	check_unknown(&scene, "'/data/a' is on the mount '/data'");
	predict_as(&scene, "x", APP, over_data);
	is_found(&scene);
	predict_as(&scene, "x", APP, MOUNTS("{\"destination\":\"/\"}"));
	is_found(&scene);
}

static void mount_destinations_follow_links(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	make_link(&scene, "bin", "rootfs/sbin");
	make_link(&scene, "/bin/app", "rootfs/start");
	predict_as(&scene, "x", APP, MOUNTS("{\"destination\":\"/sbin\"}"));
	check_unknown(&scene, "'/bin/app' is on the mount '/bin'");
	predict_as(&scene, "x", PROCESS("\"args\":[\"/start\"]"),
		   MOUNTS("{\"destination\":\"/sbin/app\"}"));
	check_unknown(&scene, "'/bin/app' is on the mount '/bin/app'");
	/* An earlier mount hides the link. */
	make_dir(&scene, "rootfs/data");
	make_link(&scene, "/bin", "rootfs/data/x");
	predict_as(&scene, "x", APP,
		   MOUNTS("{\"destination\":\"/data\"},"
			  "{\"destination\":\"/data/x\"}"));
	is_found(&scene);
}

#define BIND_MOUNT(to, from)                                                   \
	"{\"destination\":\"" to "\",\"source\":\"" from                       \
	"\",\"options\":[\"rbind\",\"ro\"]}"
#define DATA_APP PROCESS("\"args\":[\"/data//x/app\"]")

static void the_source_of_a_bind_mount_is_used(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	static const char other[] = MOUNTS(BIND_MOUNT("/bin", "other"));

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	make_dir(&scene, "other");
	make_dir(&scene, "other/x");
	make_owned(&scene, "other/app", 0, 0, 04755);
	make_owned(&scene, "other/x/app", 0, 0, 04755);
	predict(&scene, APP);
	check_result(&scene, BIND, BIND, 0);
	predict_as(&scene, "x", APP, other);
	check_result(&scene, BIND | KILL, 0,
		     1u << EXECVE_SETUID | 1u << EXECVE_ROOT |
			     1u << EXECVE_AMBIENT_LOST);
	CHECK_STR(scene.entry.path, "/bin/app");
	predict_as(&scene, "x", APP,
		   MOUNTS(BIND_MOUNT("/bin/app", "other/app")));
	CHECK_U64(scene.entry.result.euid, 0);
	predict_as(&scene, "x", DATA_APP, MOUNTS(BIND_MOUNT("/data", "other")));
	CHECK_U64(scene.entry.result.euid, 0);
	predict_as(&scene, "x", APP,
		   MOUNTS("{\"destination\":\"/bin\",\"source\":\"other\","
			  "\"options\":[\"bind\",\"nosuid\"]}"));
	check_result(&scene, BIND, BIND, 1u << EXECVE_SETID_NOSUID);
}

static void bind_mounts_that_differ_from_their_source_have_no_prediction(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	make_dir(&scene, "other");
	make_file(&scene, "other/data", "", 0644);
	make_link(&scene, "app", "other/link");
	make_link(&scene, ".", "other/here");
	predict_as(&scene, "x", APP, MOUNTS(BIND_MOUNT("/bin", "other")));
	check_unknown(&scene, "/other/app': is missing");
	predict_as(&scene, "x", PROCESS("\"args\":[\"/bin/link\"]"),
		   MOUNTS(BIND_MOUNT("/bin", "other")));
	check_unknown(&scene, "/other/link' is a symbolic link or below one");
	predict_as(&scene, "x", PROCESS("\"args\":[\"/bin/here/data\"]"),
		   MOUNTS(BIND_MOUNT("/bin", "other")));
	check_unknown(&scene,
		      "/other/here/data' is a symbolic link or below one");
	predict_as(&scene, "x", PROCESS("\"args\":[\"/bin/data\"]"),
		   MOUNTS(BIND_MOUNT("/bin", "other")));
	check_unknown(&scene, "'data' is not executable");

	make_file(&scene, "other/app", "app", 0755);
	predict_as(&scene, "x", APP, MOUNTS(BIND_MOUNT("/bin", "other")));
	is_found(&scene);
	predict_as(&scene, "x", PROCESS("\"args\":[\"/bin/../bin/app\"]"),
		   MOUNTS(BIND_MOUNT("/bin", "other")));
	check_unknown(&scene, "which only the running container has");
	predict_as(&scene, "x", APP,
		   MOUNTS(BIND_MOUNT("/bin", "other") "," BIND_MOUNT("/bin/x",
								     "other")));
	check_unknown(&scene, "which only the running container has");
	predict_as(&scene, "x", APP,
		   MOUNTS("{\"destination\":\"/bin\",\"source\":\"other\","
			  "\"options\":[\"bind\",\"idmap=uids=0-1-1\"]}"));
	check_unknown(&scene, "which only the running container has");
	predict_as(&scene, "x", APP,
		   MOUNTS("{\"destination\":\"/bin\",\"source\":\"other\","
			  "\"options\":[\"bind\"],\"uidMappings\":[]}"));
	check_unknown(&scene, "which only the running container has");
	predict_as(&scene, "x", APP,
		   MOUNTS("{\"destination\":\"/bin\",\"source\":\"other\","
			  "\"options\":[\"bind\",\"noexec\"]}"));
	check_unknown(&scene, "'/bin/app' is on a noexec mount");
}

static void an_interpreter_below_a_mount_has_no_prediction(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	make_file(&scene, "rootfs/s", "#!/bin/app\n", 0755);
	predict_as(&scene, "x", PROCESS("\"args\":[\"/s\"]"),
		   MOUNTS("{\"destination\":\"/bin\"}"));
	check_unknown(&scene, "interpreter of '/s': '/bin/app' is on the");
}

static void setuid_setgid_and_capabilities_count(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	static const char none[] =
		PROCESS("\"noNewPrivileges\":true,\"args\":[\"/bin/app\"]");

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	make_owned(&scene, "rootfs/bin/app", 0, 0, 04755);
	predict(&scene, APP);
	check_result(&scene, BIND | KILL, 0,
		     1u << EXECVE_SETUID | 1u << EXECVE_ROOT |
			     1u << EXECVE_AMBIENT_LOST);
	CHECK_U64(scene.entry.result.euid, 0);
	predict(&scene, none);
	check_result(&scene, BIND, BIND, 1u << EXECVE_SETID_NO_NEW_PRIVS);
	make_owned(&scene, "rootfs/bin/app", 0, 7, 02755);
	predict(&scene, APP);
	check_result(&scene, 0, 0,
		     1u << EXECVE_SETGID | 1u << EXECVE_AMBIENT_LOST);
	make_owned(&scene, "rootfs/bin/app", 0, 0, 0755);
	set_caps(&scene, "rootfs/bin/app", KILL, true, 2);
	predict(&scene, APP);
	check_result(&scene, KILL, 0,
		     1u << EXECVE_FILE_CAPS | 1u << EXECVE_AMBIENT_LOST);
	set_caps(&scene, "rootfs/bin/app", KILL | RAW, true, 2);
	predict(&scene, APP);
	REQUIRE(is_found(&scene));
	CHECK(scene.entry.result.refused);
	CHECK_U64(scene.entry.result.missing, RAW);
}

/* Since Linux 6.17 a supplementary group as egid is no change of IDs. */
static void supplementary_groups_count(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	static const char process[] =
		"{\"user\":{\"uid\":1000,\"gid\":1000,\"additionalGids\":"
		"[6,7]}," CAPABILITIES ",\"args\":[\"/bin/app\"]}";
	bool since;

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	make_owned(&scene, "rootfs/bin/app", 0, 7, 02755);
	predict(&scene, process);
	REQUIRE(is_found(&scene));
	since = scene.entry.task.rules == EXECVE_SINCE_6_17;
	CHECK(scene.entry.result.why & 1u << EXECVE_BY_KERNEL);
	CHECK_U64(scene.entry.result.sets.set[CAPSET_AMBIENT],
		  since ? BIND : 0);
	CHECK(!scene.entry.task.groups && !scene.entry.task.groups_count);
}

#define USERNS                                                                 \
	ROOT ",\"linux\":{\"namespaces\":[{\"type\":\"user\"}],"               \
	     "\"uidMappings\":[{\"containerID\":0,\"hostID\":4096,"            \
	     "\"size\":2000}],\"gidMappings\":[{\"containerID\":0,"            \
	     "\"hostID\":4096,\"size\":2000}]}"

static void ids_are_mapped_by_the_user_namespace(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	predict_as(&scene, "x", APP, USERNS);
	check_result(&scene, BIND, BIND, 0);
	CHECK_U64(scene.entry.task.uid, 5096);
	CHECK_U64(scene.entry.task.gid, 5096);
	CHECK_U64(scene.entry.task.root, 4096);
	make_owned(&scene, "rootfs/bin/app", 4096, 4096, 04755);
	predict_as(&scene, "x", APP, USERNS);
	check_result(&scene, BIND | KILL, 0,
		     1u << EXECVE_SETUID | 1u << EXECVE_ROOT |
			     1u << EXECVE_AMBIENT_LOST);
	/* The host's root has no ID there. */
	make_owned(&scene, "rootfs/bin/app", 0, 4096, 04755);
	predict_as(&scene, "x", APP, USERNS);
	check_result(&scene, BIND, BIND, 1u << EXECVE_SETID_UNMAPPED);
	make_owned(&scene, "rootfs/bin/app", 4097, 0, 04755);
	predict_as(&scene, "x", APP, USERNS);
	check_result(&scene, BIND, BIND, 1u << EXECVE_SETID_UNMAPPED);
}

static void file_capabilities_may_be_for_a_user_namespace(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	set_caps(&scene, "rootfs/bin/app", KILL, true, 3);
	predict_as(&scene, "x", APP, USERNS);
	check_result(&scene, KILL, 0,
		     1u << EXECVE_FILE_CAPS | 1u << EXECVE_AMBIENT_LOST);
	predict(&scene, APP);
	check_result(&scene, BIND, BIND, 1u << EXECVE_CAPS_OTHER_ROOT);
}

static void a_new_user_namespace_has_a_full_bounding_set(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();
	struct err err = { 0 };

	predict_as(&scene, "x", APP, USERNS);
	scene.node.own.bounding = 0;
	entrypoint_free(&scene.entry);
	REQUIRE(entrypoint_predict(&scene.entry, &scene.run, &err) == 0);
	CHECK_U64(scene.entry.result.sets.set[CAPSET_BOUNDING], BIND | KILL);
}

/* Before scene_make(), whose descriptor belongs to its mount namespace. */
static bool own_mounts(void)
{
	return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool mount_bin(const struct scene *scene, unsigned long flags)
{
	char *bin CLEANUP_FREE = tempdir_path(&scene->dir, "rootfs/bin");

	return CHECK(mount("none", bin, "tmpfs", flags, "mode=755") == 0);
}

static void unmount_bin(const struct scene *scene)
{
	char *bin CLEANUP_FREE = tempdir_path(&scene->dir, "rootfs/bin");

	CHECK(umount2(bin, MNT_DETACH) == 0);
}

static void bits_have_no_effect_on_a_nosuid_mount(void)
{
	bool mounts = own_mounts();
	struct scene scene CLEANUP_SCENE = scene_make();

	if (!mounts)
		SKIP("cannot mount here");
	REQUIRE(mount_bin(&scene, MS_NOSUID));
	make_owned(&scene, "rootfs/bin/app", 0, 0, 04755);
	predict(&scene, APP);
	check_result(&scene, BIND, BIND, 1u << EXECVE_SETID_NOSUID);
	make_owned(&scene, "rootfs/bin/app", 0, 0, 0755);
	set_caps(&scene, "rootfs/bin/app", RAW, true, 2);
	predict(&scene, APP);
	check_result(&scene, BIND, BIND, 1u << EXECVE_CAPS_NOSUID);
	unmount_bin(&scene);
}

/* Runtimes that remount the root drop the option. */
static void a_nosuid_root_may_be_remounted(void)
{
	bool mounts = own_mounts();
	struct scene scene CLEANUP_SCENE = scene_make();
	char *rootfs CLEANUP_FREE = tempdir_path(&scene.dir, "rootfs");
	static const char readonly[] =
		",\"root\":{\"path\":\"rootfs\",\"readonly\":true}";

	if (!mounts)
		SKIP("cannot mount here");
	REQUIRE(mount("none", rootfs, "tmpfs", MS_NOSUID, "mode=755") == 0);
	make_dir(&scene, "rootfs/bin");
	make_file(&scene, "rootfs/bin/app", "app", 0755);
	predict_as(&scene, "x", APP, readonly);
	check_result(&scene, BIND, BIND, 0);
	make_owned(&scene, "rootfs/bin/app", 0, 0, 04755);
	predict_as(&scene, "x", APP, readonly);
	check_unknown(&scene, "the runtime may remount without nosuid");
	predict_as(&scene, "x", APP, ROOT);
	check_result(&scene, BIND, BIND, 1u << EXECVE_SETID_NOSUID);
	setenv("CAPRUNTIME_RUNTIME", "/usr/bin/crun", 1);
	predict_as(&scene, "x", APP, ROOT);
	check_unknown(&scene, "the runtime may remount without nosuid");
	predict_as(&scene, "x", APP, USERNS);
	is_found(&scene);
	CHECK(umount2(rootfs, MNT_DETACH) == 0);
}

static void nothing_is_executed_on_a_noexec_mount(void)
{
	bool mounts = own_mounts();
	struct scene scene CLEANUP_SCENE = scene_make();

	if (!mounts)
		SKIP("cannot mount here");
	REQUIRE(mount_bin(&scene, MS_NOEXEC));
	make_file(&scene, "rootfs/bin/app", "app", 0755);
	predict(&scene, APP);
	check_unknown(&scene, "'/bin/app' is on a noexec mount");
	unmount_bin(&scene);
}

static void config_json_may_mount_the_root_nosuid(void)
{
	struct scene scene CLEANUP_SCENE = scene_make();

	if (geteuid() != 0)
		SKIP(NOT_ROOT);
	make_owned(&scene, "rootfs/bin/app", 0, 0, 04755);
	predict_as(&scene, "x", APP,
		   MOUNTS("{\"destination\":\"/\",\"options\":[\"nosuid\"]}"));
	check_result(&scene, BIND, BIND, 1u << EXECVE_SETID_NOSUID);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_plain_program_holds_what_is_ambient),
	TAP_TEST(the_decision_of_a_rule_counts),
	TAP_TEST(root_holds_the_bounding_set),
	TAP_TEST(the_runtime_drops_what_it_cannot_make_ambient),
	TAP_TEST(bounding_is_limited_by_our_own_bounding_set),
	TAP_TEST(programs_are_found_by_path_and_directory),
	TAP_TEST(the_root_may_be_anywhere),
	TAP_TEST(a_missing_program_has_no_prediction),
	TAP_TEST(there_is_no_prediction_where_runtimes_differ),
	TAP_TEST(no_link_leaves_the_root),
	TAP_TEST(of_a_script_the_interpreters_file_counts),
	TAP_TEST(nested_interpreters_have_the_kernels_limit),
	TAP_TEST(an_interpreter_is_not_searched_for_in_path),
	TAP_TEST(a_program_below_a_mount_has_no_prediction),
	TAP_TEST(mount_destinations_follow_links),
	TAP_TEST(the_source_of_a_bind_mount_is_used),
	TAP_TEST(bind_mounts_that_differ_from_their_source_have_no_prediction),
	TAP_TEST(an_interpreter_below_a_mount_has_no_prediction),
	TAP_TEST(setuid_setgid_and_capabilities_count),
	TAP_TEST(supplementary_groups_count),
	TAP_TEST(ids_are_mapped_by_the_user_namespace),
	TAP_TEST(file_capabilities_may_be_for_a_user_namespace),
	TAP_TEST(a_new_user_namespace_has_a_full_bounding_set),
	TAP_TEST(bits_have_no_effect_on_a_nosuid_mount),
	TAP_TEST(a_nosuid_root_may_be_remounted),
	TAP_TEST(nothing_is_executed_on_a_noexec_mount),
	TAP_TEST(config_json_may_mount_the_root_nosuid),
};

TAP_MAIN(tests)
