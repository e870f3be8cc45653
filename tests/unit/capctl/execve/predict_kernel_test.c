/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the predictions with the running kernel: processes with random
 * privileges execute a program with random mode, owner and file capabilities,
 * and the test reads /proc/PID/status before and after. CAPRUNTIME_SOAK=N in
 * the environment makes N times as many trials.
 */
#include "config.h"

#include "capctl/execve/predict.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "capctl/process/status.h"
#include "exec_probe.h"
#include "prng.h"
#include "tap.h"
#include "tempdir.h"

#define ROUNDS 4000
#define PROBE "exec_probe"
#define OFFSET 100000 /* of the IDs in a user namespace */
#define GROUPS_MAX 2

#define READY 'r'
#define IN_USERNS 'u'
#define FAILED 'f'

enum userns { USERNS_SAME, USERNS_OFFSET, USERNS_EQUAL, USERNS_NO_ROOT };

/* IDs in a task are those of the task's user namespace. */
struct trial {
	enum userns userns;
	bool new_mounts;
	uid_t uid[3];
	gid_t gid[3];
	gid_t groups[GROUPS_MAX];
	size_t groups_count;
	capmask permitted, effective, inheritable, ambient, bounding;
	unsigned long securebits;
	bool no_new_privs;
	bool nosuid; /* which of the two mounts */
	struct execve_file file; /* ids of the first user namespace */
};

struct outcome {
	struct procstatus before, after;
	char answer; /* the probe's; or FAILED, with the number */
	int error;
};

static struct tempdir dir;
static const char *const mounts[] = { "suid", "nosuid" };
static capmask kernel;
static size_t seen[EXECVE_WHY_COUNT], refused, run;

/* The child. It can report an error only by its exit status. */

static void set_caps(capmask permitted, capmask effective, capmask inheritable)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.permitted = (uint32_t)(permitted >> 32 * i),
			.effective = (uint32_t)(effective >> 32 * i),
			.inheritable = (uint32_t)(inheritable >> 32 * i),
		};
	if (syscall(SYS_capset, &header, data) < 0)
		_exit(10);
}

static capmask held(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		_exit(11);
	return data[0].permitted | (capmask)data[1].permitted << 32;
}

static void send(int fd, char byte)
{
	if (write(fd, &byte, 1) != 1)
		_exit(12);
}

static void await(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		_exit(13);
}

static void enter_namespaces(const struct trial *trial)
{
	if (trial->userns != USERNS_SAME) {
		if (unshare(CLONE_NEWUSER) < 0)
			_exit(14);
		send(PROBE_UP, IN_USERNS);
		await(PROBE_DOWN);
	}
	if (trial->new_mounts && unshare(CLONE_NEWNS) < 0)
		_exit(15);
}

static void take_ids(const struct trial *trial)
{
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) < 0 ||
	    setgroups(trial->groups_count, trial->groups) < 0 ||
	    setresgid(trial->gid[0], trial->gid[1], trial->gid[2]) < 0 ||
	    setresuid(trial->uid[0], trial->uid[1], trial->uid[2]) < 0)
		_exit(16);
}

static void take_sets(const struct trial *trial)
{
	capmask own = held();

	set_caps(own, own, trial->inheritable & own);
	for (unsigned int bit = 0; kernel >> bit; bit++) {
		if (trial->ambient & own & UINT64_C(1) << bit &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0) < 0)
			_exit(17);
		if (!(trial->bounding >> bit & 1) &&
		    prctl(PR_CAPBSET_DROP, bit, 0, 0, 0) < 0)
			_exit(18);
	}
	if (prctl(PR_SET_SECUREBITS, trial->securebits, 0, 0, 0) < 0)
		_exit(19);
	set_caps(trial->permitted & own, trial->effective & own,
		 trial->inheritable & own);
}

static void run_child(const struct trial *trial, int program)
{
	char name[] = PROBE;
	char *const argv[] = { name, NULL }, *const environment[] = { NULL };

	enter_namespaces(trial);
	take_ids(trial);
	take_sets(trial);
	if (trial->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(20);
	send(PROBE_UP, READY);
	await(PROBE_DOWN);
	syscall(SYS_execveat, program, "", argv, environment, AT_EMPTY_PATH);
	send(PROBE_UP, FAILED);
	_exit(100 + errno);
}

/* The parent. */

static bool write_map(pid_t child, const char *name, const char *map)
{
	char path[64];
	int fd CLEANUP_FD = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", child, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, map, strlen(map)) == (ssize_t)strlen(map);
}

static bool map_ids(pid_t child, enum userns userns)
{
	static const char *const maps[] = {
		[USERNS_OFFSET] = "0 100000 2000",
		[USERNS_EQUAL] = "0 0 2000",
		[USERNS_NO_ROOT] = "1000 101000 2",
	};

	return write_map(child, "uid_map", maps[userns]) &&
	       write_map(child, "gid_map", maps[userns]);
}

static bool is_mapped(enum userns userns, uint32_t id)
{
	if (userns == USERNS_OFFSET)
		return id >= OFFSET && id < OFFSET + 2000;
	if (userns == USERNS_EQUAL)
		return id < 2000;
	return userns == USERNS_SAME || id == 101000 || id == 101001;
}

static uint32_t root_of(enum userns userns)
{
	if (userns == USERNS_NO_ROOT)
		return EXECVE_NO_ROOT;
	return userns == USERNS_OFFSET ? OFFSET : 0;
}

static uint32_t outer_id(enum userns userns, uint32_t id)
{
	return userns == USERNS_OFFSET || userns == USERNS_NO_ROOT ? id + OFFSET
								   : id;
}

static bool read_status(pid_t child, struct procstatus *ret_status)
{
	char path[64], text[8192];
	int fd CLEANUP_FD = -1;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/status", child);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	procstatus_parse(ret_status, text, len < 0 ? 0 : (size_t)len);
	return procstatus_is_whole(ret_status);
}

/* Until the child closes the pipe. */
static bool talk(pid_t child, const struct trial *trial, int up, int down,
		 struct outcome *ret_outcome)
{
	char byte;

	while (read(up, &byte, 1) == 1) {
		switch (byte) {
		case IN_USERNS:
			if (!CHECK(map_ids(child, trial->userns)))
				return false;
			break;
		case READY:
			if (!CHECK(read_status(child, &ret_outcome->before)))
				return false;
			break;
		default:
			ret_outcome->answer = byte;
			return byte == FAILED ||
			       CHECK(read_status(child, &ret_outcome->after));
		}
		if (write(down, &byte, 1) != 1)
			return false;
	}
	return false;
}

static bool open_pipes(int up[2], int down[2])
{
	return pipe2(up, O_CLOEXEC) == 0 && pipe2(down, O_CLOEXEC) == 0;
}

static pid_t start(const struct trial *trial, const int up[2],
		   const int down[2], int program)
{
	pid_t child = fork();

	if (child)
		return child;
	if (dup2(up[1], PROBE_UP) < 0 || dup2(down[0], PROBE_DOWN) < 0)
		_exit(21);
	close(up[1]);
	close(down[1]);
	run_child(trial, program);
	return 0;
}

static bool execute(const struct trial *trial, int program,
		    struct outcome *ret_outcome)
{
	int up[2], down[2], status = -1;
	bool answered;
	pid_t child;

	*ret_outcome = (struct outcome){ 0 };
	if (!CHECK(open_pipes(up, down)))
		return false;
	child = start(trial, up, down, program);
	close(up[1]);
	close(down[0]);
	answered = talk(child, trial, up[0], down[1], ret_outcome);
	close(up[0]);
	close(down[1]);
	waitpid(child, &status, 0);
	if (ret_outcome->answer == FAILED)
		ret_outcome->error = WEXITSTATUS(status) - 100;
	if (!answered)
		printf("# the child ended with %d\n", WEXITSTATUS(status));
	return CHECK(answered);
}

/* Random values from a small range, so that some are equal. */

static bool chance(struct prng *prng, unsigned int percent)
{
	return prng_below(prng, 100) < percent;
}

static uint32_t one_of(struct prng *prng, const uint32_t *list, size_t count)
{
	return list[prng_below(prng, count)];
}

static uint32_t task_id(struct prng *prng, enum userns userns)
{
	static const uint32_t ids[] = { 1000, 1001, 0, 0 };

	return one_of(prng, ids, userns == USERNS_NO_ROOT ? 2 : 4);
}

static capmask some_caps(struct prng *prng)
{
	switch (prng_below(prng, 4)) {
	case 0:
		return 0;
	case 1:
		return kernel;
	case 2:
		return prng_next(prng) & kernel;
	default:
		return UINT64_C(1) << prng_below(prng, 16) | 1 << 10;
	}
}

static void choose_sets(struct trial *trial, struct prng *prng)
{
	trial->bounding = some_caps(prng) | some_caps(prng);
	trial->permitted = some_caps(prng);
	trial->inheritable = some_caps(prng);
	if (chance(prng, 40))
		trial->inheritable = trial->permitted;
	trial->effective = trial->permitted & some_caps(prng);
	trial->ambient = trial->permitted & trial->inheritable;
	if (chance(prng, 30))
		trial->ambient &= some_caps(prng);
}

static void choose_task(struct trial *trial, struct prng *prng)
{
	uint32_t uid, gid;

	trial->userns = chance(prng, 50)
				? USERNS_SAME
				: (enum userns)(1 + prng_below(prng, 3));
	trial->new_mounts = chance(prng, 5);
	uid = task_id(prng, trial->userns);
	gid = task_id(prng, trial->userns);
	for (int i = 0; i < 3; i++) {
		trial->uid[i] =
			chance(prng, 85) ? uid : task_id(prng, trial->userns);
		trial->gid[i] =
			chance(prng, 85) ? gid : task_id(prng, trial->userns);
	}
	trial->groups_count = prng_below(prng, GROUPS_MAX + 1);
	for (size_t i = 0; i < trial->groups_count; i++)
		trial->groups[i] = task_id(prng, trial->userns);
	trial->no_new_privs = chance(prng, 30);
	if (chance(prng, 20))
		trial->securebits =
			prng_next(prng) &
			(SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP |
			 SECBIT_KEEP_CAPS | SECBIT_NO_CAP_AMBIENT_RAISE);
	choose_sets(trial, prng);
}

static void choose_caps(struct trial *trial, struct prng *prng)
{
	static const uint32_t roots[] = { 0, 1000, OFFSET };
	struct vfscap *caps = &trial->file.caps;

	trial->file.has_caps = true;
	caps->version = chance(prng, 60) ? 2 : 3;
	caps->permitted = some_caps(prng);
	if (chance(prng, 60))
		caps->permitted &= trial->bounding;
	if (chance(prng, 10))
		caps->permitted |= UINT64_C(1) << 50;
	caps->inheritable = some_caps(prng);
	caps->effective = chance(prng, 50);
	if (caps->version == 3)
		caps->root = one_of(prng, roots, ARRAY_LEN(roots));
}

static void choose_file(struct trial *trial, struct prng *prng)
{
	static const uint32_t ids[] = { 0,    0,    0,	    OFFSET, OFFSET,
					1000, 1001, 101000, 101000 };
	struct execve_file *file = &trial->file;

	file->mode = chance(prng, 10) ? 0745 : 0755;
	if (chance(prng, 40))
		file->mode |= 04000;
	if (chance(prng, 30))
		file->mode |= 02000;
	file->uid = one_of(prng, ids, ARRAY_LEN(ids));
	file->gid = one_of(prng, ids, ARRAY_LEN(ids));
	file->unmapped = !is_mapped(trial->userns, file->uid) ||
			 !is_mapped(trial->userns, file->gid);
	trial->nosuid = chance(prng, 15);
	file->nosuid = trial->nosuid || trial->new_mounts;
	if (chance(prng, 45))
		choose_caps(trial, prng);
}

/* struct vfs_ns_cap_data, little-endian. */
static bool write_caps(const char *path, const struct vfscap *caps)
{
	struct vfs_ns_cap_data data = {
		.magic_etc = (caps->version == 3 ? VFS_CAP_REVISION_3
						 : VFS_CAP_REVISION_2) |
			     caps->effective,
		.rootid = caps->root,
	};

	for (int i = 0; i < 2; i++) {
		data.data[i].permitted = (uint32_t)(caps->permitted >> 32 * i);
		data.data[i].inheritable =
			(uint32_t)(caps->inheritable >> 32 * i);
	}
	return setxattr(path, VFSCAP_NAME, &data,
			caps->version == 3 ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2,
			0) == 0;
}

/* chown(2) removes the bits and the capabilities, so it comes first. */
static int make_file(const struct trial *trial)
{
	const struct execve_file *file = &trial->file;
	char *path CLEANUP_FREE = NULL;

	if (asprintf(&path, "%s/%s/" PROBE, dir.path, mounts[trial->nosuid]) <
	    0)
		return -1;
	if (chown(path, file->uid, file->gid) < 0 ||
	    chmod(path, file->mode) < 0 ||
	    (file->has_caps && !write_caps(path, &file->caps)))
		return -1;
	return open(path, O_PATH | O_CLOEXEC);
}

static struct execve_task task_before(const struct trial *trial,
				      const struct outcome *outcome,
				      uint32_t groups[GROUPS_MAX])
{
	const struct procstatus *status = &outcome->before;

	for (size_t i = 0; i < trial->groups_count; i++)
		groups[i] = outer_id(trial->userns, trial->groups[i]);
	return (struct execve_task){
		.sets = status->sets,
		.kernel = kernel,
		.uid = status->uid[PROCSTATUS_REAL],
		.euid = status->uid[PROCSTATUS_EFFECTIVE],
		.gid = status->gid[PROCSTATUS_REAL],
		.egid = status->gid[PROCSTATUS_EFFECTIVE],
		.groups = groups,
		.groups_count = trial->groups_count,
		.securebits = (uint32_t)trial->securebits,
		.no_new_privs = status->no_new_privs,
		.root = root_of(trial->userns),
	};
}

static bool is_as_predicted(const struct outcome *outcome,
			    const struct execve_result *result)
{
	const struct procstatus *after = &outcome->after;

	if (result->refused)
		return outcome->answer == FAILED && outcome->error == EPERM;
	for (int i = 0; i < CAPSET_COUNT; i++)
		if (after->sets.set[i] != result->sets.set[i])
			return false;
	for (int i = PROCSTATUS_EFFECTIVE; i < PROCSTATUS_ID_COUNT; i++)
		if (after->uid[i] != result->euid ||
		    after->gid[i] != result->egid)
			return false;
	return outcome->answer == (result->secure ? PROBE_SECURE : PROBE_PLAIN);
}

static void print_state(const char *what, const struct capsets *sets,
			uint32_t uid, uint32_t euid, uint32_t gid,
			uint32_t egid)
{
	printf("#   %-9s %u/%u %u/%u", what, uid, euid, gid, egid);
	for (int i = 0; i < CAPSET_COUNT; i++)
		printf(" %.1s=%llx", capset_key((enum capset_which)i),
		       (unsigned long long)sets->set[i]);
	printf("\n");
}

static void print_status(const char *what, const struct procstatus *status)
{
	print_state(what, &status->sets, status->uid[0], status->uid[1],
		    status->gid[0], status->gid[1]);
}

static void explain(const struct trial *trial, const struct outcome *outcome,
		    const struct execve_result *result)
{
	const struct execve_file *file = &trial->file;

	printf("#   userns %d, groups %zu, securebits %#lx, nnp %d\n",
	       trial->userns, trial->groups_count, trial->securebits,
	       trial->no_new_privs);
	printf("#   file %o %u:%u unmapped %d nosuid %d; caps v%d p=%llx "
	       "i=%llx e=%d root %u\n",
	       file->mode, file->uid, file->gid, file->unmapped, file->nosuid,
	       file->caps.version, (unsigned long long)file->caps.permitted,
	       (unsigned long long)file->caps.inheritable, file->caps.effective,
	       file->caps.root);
	print_status("before", &outcome->before);
	print_status("after", &outcome->after);
	print_state("predicted", &result->sets, outcome->before.uid[0],
		    result->euid, outcome->before.gid[0], result->egid);
	printf("#   answer %c, errno %d; predicted secure %d, refused %d, why "
	       "%#x\n",
	       outcome->answer, outcome->error, result->secure, result->refused,
	       result->why);
}

/* A process in the file's group needs the group's execute permission. */
static bool could_not_start(const struct trial *trial,
			    const struct outcome *outcome)
{
	return outcome->answer == FAILED && outcome->error == EACCES &&
	       !(trial->file.mode & 010);
}

static void note(const struct execve_result *result)
{
	for (int why = 0; why < EXECVE_WHY_COUNT; why++)
		seen[why] += result->why >> why & 1;
	refused += result->refused;
	run++;
}

static bool try_once(struct prng *prng, enum execve_kernel rules)
{
	struct trial trial = { 0 };
	struct outcome outcome;
	struct execve_result result;
	uint32_t groups[GROUPS_MAX];
	struct execve_task task;
	int program CLEANUP_FD = -1;

	choose_task(&trial, prng);
	choose_file(&trial, prng);
	program = make_file(&trial);
	if (!CHECK(program >= 0) || !execute(&trial, program, &outcome))
		return false;
	if (could_not_start(&trial, &outcome))
		return true;
	task = task_before(&trial, &outcome, groups);
	task.rules = rules;
	result = execve_predict(&task, &trial.file);
	note(&result);
	if (!CHECK(is_as_predicted(&outcome, &result)))
		explain(&trial, &outcome, &result);
	return !tap_failed;
}

static bool copy_probe(const char *mount)
{
	char own[4096], *path CLEANUP_FREE = NULL, *slash;
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 32);
	int from CLEANUP_FD = -1, to CLEANUP_FD = -1;

	if (len < 0 || asprintf(&path, "%s/%s/" PROBE, dir.path, mount) < 0)
		return false;
	own[len] = '\0';
	slash = strrchr(own, '/');
	snprintf(slash, 32, "/%s", PROBE);
	from = open(own, O_RDONLY | O_CLOEXEC);
	to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	return from >= 0 && to >= 0 && sendfile(to, from, NULL, 1 << 26) > 0;
}

static bool mount_one(const char *name, unsigned long flags)
{
	char *path CLEANUP_FREE = tempdir_path(&dir, name);

	return mkdir(path, 0755) == 0 &&
	       mount("none", path, "tmpfs", flags, "mode=755") == 0 &&
	       copy_probe(name);
}

static bool set_up(void)
{
	dir = tempdir_make();
	return mount_one("suid", 0) && mount_one("nosuid", MS_NOSUID);
}

static void tear_down(void)
{
	for (size_t i = 0; i < ARRAY_LEN(mounts); i++) {
		char *path CLEANUP_FREE = tempdir_path(&dir, mounts[i]);

		umount2(path, MNT_DETACH);
	}
	tempdir_remove(&dir);
}

static capmask read_kernel(void)
{
	FILE *file = fopen("/proc/sys/kernel/cap_last_cap", "re");
	unsigned int last = 0;

	if (file) {
		CHECK(fscanf(file, "%u", &last) == 1);
		fclose(file);
	}
	return (UINT64_C(2) << last) - 1;
}

/* A set-user-ID process executes another program: kernels differ here. */
static enum execve_kernel probe_rules(void)
{
	struct trial trial = {
		.uid = { 1000, 0, 0 },
		.bounding = kernel,
		.inheritable = 1 << 10,
		.permitted = 1 << 10,
		.ambient = 1 << 10,
		.file = { .mode = 0755 },
	};
	int program CLEANUP_FD = make_file(&trial);
	struct outcome outcome;

	CHECK(program >= 0 && execute(&trial, program, &outcome));
	return outcome.after.sets.set[CAPSET_AMBIENT] ? EXECVE_SINCE_6_17
						      : EXECVE_BEFORE_6_17;
}

static void check_all_was_seen(void)
{
	CHECK(refused > 0);
	for (int why = 0; why < EXECVE_WHY_COUNT; why++) {
		printf("# %6zu %s\n", seen[why],
		       execve_why_text((enum execve_why)why));
		CHECK(seen[why] > 0);
	}
}

static void compare(void)
{
	const char *soak = getenv("CAPRUNTIME_SOAK");
	unsigned long rounds = ROUNDS;
	struct prng prng = { 20260101 };
	enum execve_kernel rules;

	REQUIRE(set_up());
	kernel = read_kernel();
	rules = probe_rules();
	if (soak)
		rounds *= strtoul(soak, NULL, 10);
	for (unsigned long i = 0; i < rounds && !tap_failed; i++)
		if (!try_once(&prng, rules))
			printf("#   in round %lu\n", i);
	printf("# %zu executed, %zu of them refused, rules %s Linux 6.17\n",
	       run, refused, rules == EXECVE_BEFORE_6_17 ? "before" : "since");
	if (!tap_failed)
		check_all_was_seen();
}

static bool can_map_ids(void)
{
	struct tempdir own CLEANUP_TEMPDIR = tempdir_make();

	return fchown(own.fd, 101000, 101000) == 0;
}

static void the_kernel_does_what_is_predicted(void)
{
	if (geteuid() != 0)
		SKIP("only root can make processes of all kinds");
	if (!can_map_ids())
		SKIP("the ids of a user namespace are not ours");
	REQUIRE(unshare(CLONE_NEWNS) == 0);
	REQUIRE(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	compare();
	tear_down();
}

static const struct tap_test tests[] = {
	TAP_TEST(the_kernel_does_what_is_predicted),
};

TAP_MAIN(tests)
