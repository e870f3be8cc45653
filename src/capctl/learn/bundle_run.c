/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/bundle_run.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fileio.h"
#include "capctl/child.h"
#include "capctl/learn/options.h"
#include "capctl/learn/process.h"
#include "capctl/process/smallfile.h"
#include "capctl/restore/restore.h"

#define OUTPUT_MAX ((size_t)16 * 1024 * 1024)
#define WORDS_MAX 12
#define ERRORS 2 /* standard error */
/* For the runtime, not for what runs in the container. */
#define LIMIT_S 60

const char *bundle_run_where(void)
{
	const char *where = secure_getenv("TMPDIR");

	return where && *where == '/' ? where : "/tmp";
}

const char *bundle_run_file(size_t i)
{
	static const char *const names[BUNDLE_RUN_FILES] = { "policy.json",
							     "output", "pid" };

	return names[i];
}

static int find_owner(struct bundle_run *run, struct err *err)
{
	struct stat namespace;

	if (stat("/proc/self/ns/pid", &namespace) < 0)
		return err_set_errno(err, errno, "'/proc/self/ns/pid'");
	run->owner = (struct run_owner){ .namespace = namespace.st_ino,
					 .pid = (uint32_t)getpid() };
	run->owner.start = learn_process_start(run->owner.pid);
	return 0;
}

static int make_directory(struct bundle_run *run, struct err *err)
{
	char name[RUN_NAME_SIZE], *path CLEANUP_FREE = NULL;

	run_name_make(&run->owner, "XXXXXX", name);
	path = alloc_path(bundle_run_where(), name);
	if (!path)
		return err_set_no_memory(err);
	if (!mkdtemp(path))
		return err_set_errno(err, errno, "make a directory in '%s'",
				     bundle_run_where());
	run->directory = TAKE_PTR(path);
	return 0;
}

static int name_files(struct bundle_run *run, struct err *err)
{
	char **paths[BUNDLE_RUN_FILES] = { &run->policy, &run->output,
					   &run->pid_file };

	for (size_t i = 0; i < BUNDLE_RUN_FILES; i++) {
		*paths[i] = alloc_path(run->directory, bundle_run_file(i));
		if (!*paths[i])
			return err_set_no_memory(err);
	}
	return 0;
}

/* Absolute: crun's "create" goes to the bundle before it makes the directory. */
static int take_root(struct bundle_run *run, const char *root, struct err *err)
{
	char *here CLEANUP_FREE = NULL;

	if (!root)
		return 0;
	here = getcwd(NULL, 0);
	if (!here)
		return err_set_errno(err, errno, "current directory");
	run->root = alloc_path(here, root);
	return run->root ? 0 : err_set_no_memory(err);
}

int bundle_run_open(struct bundle_run *ret_run, const char *bundle,
		    const char *root, struct err *err)
{
	struct bundle_run *run = ret_run;

	*run = (struct bundle_run){ 0 };
	installed_init(&run->installed);
	if (take_root(run, root, err) < 0)
		return -1;
	run->bundle = realpath(bundle, NULL);
	if (!run->bundle)
		return err_set_errno(err, errno, "'%s'", bundle);
	/* The first process is a child of the runtime, which ends before it. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return err_set_errno(err, errno, "adopt processes");
	if (find_owner(run, err) < 0 || make_directory(run, err) < 0)
		return -1;
	return name_files(run, err);
}

static void remove_files(const struct bundle_run *run)
{
	const char *const paths[] = { run->policy, run->output, run->pid_file };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (paths[i])
			unlink(paths[i]);
	if (run->directory)
		rmdir(run->directory);
}

void bundle_run_close(struct bundle_run *run)
{
	struct err ignored;
	int result = bundle_run_remove(run, &ignored);

	/* An earlier error has the cause. */
	if (run->directory)
		result = restore_config(run->bundle, &ignored);
	(void)result;
	remove_files(run);
	free(run->root);
	free(run->bundle);
	free(run->directory);
	free(run->policy);
	free(run->output);
	free(run->pid_file);
}

int bundle_run_use_policy(struct bundle_run *run, const char *text,
			  struct err *err)
{
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, run->policy,
					O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || fileio_write(fd, PIECES_OF(text, strlen(text))) < 0)
		return err_set_errno(err, errno, "write '%s'", run->policy);
	return setenv("CAPRUNTIME_POLICY", run->policy, 1) < 0
		       ? err_set_no_memory(err)
		       : 0;
}

/* `words` are those after --root; NULL ends them. Returns the exit status. */
static int call_runtime(const struct bundle_run *run, const char *const words[],
			struct err *err)
{
	const char *argv[WORDS_MAX] = { PACKAGE_NAME };
	int input CLEANUP_FD = fileio_open(AT_FDCWD, "/dev/null", O_RDONLY, 0);
	int output CLEANUP_FD =
		run->shows_output
			? fcntl(ERRORS, F_DUPFD_CLOEXEC, 3)
			: fileio_open(AT_FDCWD, run->output,
				      O_WRONLY | O_CREAT | O_APPEND, 0600);
	const struct child_program program = {
		.path = installed_path(&run->installed),
		/* posix_spawn(3) does not change them. */
		.argv = (char *const *)(uintptr_t)argv,
		.environment = environ,
		.interrupt = -1,
	};
	struct child child CLEANUP_CHILD = CHILD_INIT;
	size_t count = 1;

	if (input < 0 || output < 0)
		return err_set_errno(err, errno, "'%s'", run->output);
	if (run->root) {
		argv[count++] = "--root";
		argv[count++] = run->root;
	}
	for (size_t i = 0; words[i]; i++)
		argv[count++] = words[i];
	if (child_start_with(&child, &program,
			     (const int[]){ input, output, output }, err) < 0)
		return -1;
	if (child_wait(&child, child_time(LIMIT_S * 1000)) != 0) {
		char *line CLEANUP_FREE = bundle_run_last_line(run);

		return err_set(err, "%s '%s': %s", words[0], run->bundle,
			       line && *line ? line
					     : "the real runtime failed");
	}
	return 0;
}

static void name_container(struct bundle_run *run)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", ++run->count);
	run_name_make(&run->owner, number, run->id);
}

static int read_pid(struct bundle_run *run, struct err *err)
{
	size_t len;
	char *text CLEANUP_FREE = smallfile_read(run->pid_file, 32, &len);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	if (!text || !learn_pid_parse(text, &run->pid))
		return err_set(err, "the runtime wrote no PID into '%s'",
			       run->pid_file);
	return 0;
}

int bundle_run_create(struct bundle_run *run, struct err *err)
{
	const char *const words[] = { "create",	    "--bundle",	   run->bundle,
				      "--pid-file", run->pid_file, run->id,
				      NULL };

	unlink(run->output);
	unlink(run->pid_file);
	name_container(run);
	if (call_runtime(run, words, err) < 0)
		return -1;
	return read_pid(run, err);
}

int bundle_run_start(struct bundle_run *run, struct err *err)
{
	const char *const words[] = { "start", run->id, NULL };

	return call_runtime(run, words, err);
}

int bundle_run_remove(struct bundle_run *run, struct err *err)
{
	const char *const words[] = { "delete", "--force", run->id, NULL };
	int result = 0;

	/* After a create that failed there may be nothing to delete. */
	run->shows_output = false;
	if (*run->id)
		result = call_runtime(run, words, err);
	/* Our child: until it is waited for, no other process has its PID. */
	if (run->pid > 0 && waitpid(run->pid, NULL, WNOHANG) == 0) {
		kill(run->pid, SIGKILL);
		waitpid(run->pid, NULL, 0);
	}
	run->id[0] = '\0';
	run->pid = 0;
	return result;
}

char *bundle_run_last_line(const struct bundle_run *run)
{
	size_t len;
	char *text CLEANUP_FREE = smallfile_read(run->output, OUTPUT_MAX, &len);

	return strdup(text ? child_last_line(text) : "");
}
