/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/instance.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <traceevent/event-parse.h>
#include <tracefs/tracefs.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fileio.h"
#include "capctl/learn/process.h"

/* What one processor records until the next of 20 reads a second must fit. */
#define BUFFER_MAX_KB 4096
#define BUFFER_MIN_KB 512
#define BUFFERS_KB 65536
#define KALLSYMS_MAX ((size_t)64 * 1024 * 1024)
#define LOCKDOWN_MAX 128

/* linux/proc_ns.h, PROC_PID_INIT_INO. */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

#define PROBES "kprobe_events"
/*
 * $argN needs no name of a register: Linux 4.20. 256 returns can be awaited at
 * a time: a check does not sleep.
 */
#define PROBE_ASK                                                              \
	"p:%s/" LEARN_PROBE_ASK " cap_capable cap=$arg3:s32 options=$arg4:s32"
#define PROBE_ANSWER                                                           \
	"r256:%s/" LEARN_PROBE_ANSWER " cap_capable answer=$retval:s32"
/* An empty filter would let all processes through. The idle task calls nothing. */
#define NO_PID "0"

static int read_file(const char *path, size_t max, char **ret_text,
		     struct err *err)
{
	int fd CLEANUP_FD = fileio_open(AT_FDCWD, path, O_RDONLY, 0);
	size_t len;

	if (fd < 0)
		return err_set_errno(err, errno, "'%s'", path);
	return fileio_read(fd, path, max, ret_text, &len, err);
}

static bool is_leftover(const char *name)
{
	struct leftover owner;

	return leftover_parse(name, &owner) &&
	       learn_process_start(owner.pid) != owner.start;
}

static void remove_instance(const char *name)
{
	struct tracefs_instance *instance = tracefs_instance_alloc(NULL, name);

	if (!instance)
		return;
	tracefs_event_disable(instance, NULL, NULL);
	tracefs_instance_destroy(instance);
	tracefs_instance_free(instance);
}

/* Of this group; NULL: those of processes that have ended. */
static void remove_probes(const char *group)
{
	char *text CLEANUP_FREE =
		tracefs_instance_file_read(NULL, PROBES, NULL);
	const char *line = text;
	char system[LEFTOVER_NAME_SIZE], removal[LEFTOVER_LINE_SIZE];

	for (; line && *line; line = leftover_next(line))
		if (leftover_removal(line, system, removal) &&
		    (group ? strcmp(system, group) == 0 : is_leftover(system)))
			tracefs_instance_file_append(NULL, PROBES, removal);
}

/* Instances first: events in use cannot be removed. */
static void remove_leftovers(void)
{
	char **names = tracefs_instances(NULL);

	for (size_t i = 0; names && names[i]; i++)
		if (is_leftover(names[i]))
			remove_instance(names[i]);
	tracefs_list_free(names);
	remove_probes(NULL);
}

/* Why would root be refused? */
static int report_refusal(int number, const char *what, struct err *err)
{
	char *lockdown CLEANUP_FREE = NULL;
	struct err ignored = { 0 };

	if (read_file("/sys/kernel/security/lockdown", LOCKDOWN_MAX, &lockdown,
		      &ignored) == 0 &&
	    strstr(lockdown, "[confidentiality]"))
		return err_set(
			err,
			"%s: the kernel is locked down (lockdown=confidentiality) and lets nobody trace",
			what);
	if (number == EACCES || number == EPERM)
		return err_set_errno(err, number, "%s: this needs root", what);
	return err_set_errno(err, number, "%s", what);
}

static int find_tracefs(struct err *err)
{
	struct stat namespace;
	const char *directory;

	if (stat("/proc/self/ns/pid", &namespace) < 0)
		return err_set_errno(err, errno, "'/proc/self/ns/pid'");
	if (namespace.st_ino != FIRST_PID_NAMESPACE)
		return err_set(
			err,
			"the kernel's records have the PIDs of the machine: run this outside of containers");
	tracefs_set_loglevel(TEP_LOG_NONE);
	tep_set_loglevel(TEP_LOG_NONE);
	errno = 0;
	directory = tracefs_tracing_dir();
	if (!directory)
		return report_refusal(
			errno ? errno : ENOENT,
			"no tracefs: 'mount -t tracefs tracefs /sys/kernel/tracing'",
			err);
	return 0;
}

static int make_instance(struct instance *instance, struct err *err)
{
	struct leftover self = { .pid = (uint32_t)getpid() };

	self.start = learn_process_start(self.pid);
	if (!self.start)
		return err_set(err, "'/proc/self/stat' has no start time");
	leftover_name(&self, instance->name);
	remove_leftovers();
	errno = 0;
	instance->tracefs = tracefs_instance_create(instance->name);
	if (!instance->tracefs)
		return report_refusal(errno ? errno : EACCES,
				      "make an instance in tracefs", err);
	return 0;
}

/* Takes the text. */
static int append_probe(char *text, struct err *err)
{
	char *probe CLEANUP_FREE = text;

	if (!probe)
		return err_set_no_memory(err);
	errno = 0;
	if (tracefs_instance_file_append(NULL, PROBES, probe) < 0)
		return report_refusal(errno ? errno : EINVAL,
				      "make a probe of 'cap_capable'", err);
	return 0;
}

static int make_probe(struct instance *instance, struct err *err)
{
	if (!tracefs_file_exists(NULL, PROBES))
		return err_set(
			err,
			"this kernel has neither the tracepoint 'capability:cap_capable' (Linux 6.14) nor probes (CONFIG_KPROBE_EVENTS)");
	instance->has_probe = true;
	if (append_probe(alloc_text(PROBE_ASK, instance->name), err) < 0)
		return -1;
	return append_probe(alloc_text(PROBE_ANSWER, instance->name), err);
}

/* The addresses tell why a check is made; without them all would be guesses. */
static int read_symbols(struct tep_handle *tep, struct err *err)
{
	char *text CLEANUP_FREE = NULL;

	if (read_file("/proc/kallsyms", KALLSYMS_MAX, &text, err) < 0)
		return -1;
	if (!strtoull(text, NULL, 16) && !strstr(text, "\nffff"))
		return err_set(
			err,
			"the kernel hides its symbols: 'sysctl kernel.kptr_restrict=1'");
	if (tep_parse_kallsyms(tep, text) < 0)
		return err_set_no_memory(err);
	return 0;
}

static int read_formats(struct instance *instance, struct err *err)
{
	const char *systems[] = { "ftrace", "raw_syscalls", "sched",
				  instance->has_probe ? instance->name
						      : "capability",
				  NULL };

	instance->tep =
		tracefs_local_events_system(tracefs_tracing_dir(), systems);
	if (!instance->tep)
		return err_set(err, "the formats of events in tracefs");
	if (learn_events_init(&instance->events, instance->tep,
			      instance->has_probe ? instance->name : NULL,
			      err) < 0)
		return -1;
	return read_symbols(instance->tep, err);
}

static int enable_event(struct tracefs_instance *tracefs, const char *system,
			const char *event, struct err *err)
{
	if (tracefs_event_enable(tracefs, system, event) < 0)
		return err_set_errno(err, errno, "enable the event '%s:%s'",
				     system, event);
	return 0;
}

static int enable_checks(const struct instance *instance, struct err *err)
{
	const char *system =
		instance->has_probe ? instance->name : "capability";
	const char *event =
		instance->has_probe ? LEARN_PROBE_ASK : "cap_capable";

	if (tracefs_event_file_write(instance->tracefs, system, event,
				     "trigger", "stacktrace") < 0)
		return err_set_errno(err, errno,
				     "this kernel records no stack of events");
	if (instance->has_probe && enable_event(instance->tracefs, system,
						LEARN_PROBE_ANSWER, err) < 0)
		return -1;
	return enable_event(instance->tracefs, system, event, err);
}

/* Of each processor; many of them seldom work for one program. */
static size_t buffer_kb(void)
{
	long processors = sysconf(_SC_NPROCESSORS_CONF);
	size_t share = BUFFERS_KB / (processors > 0 ? (size_t)processors : 1);

	if (share > BUFFER_MAX_KB)
		return BUFFER_MAX_KB;
	return share < BUFFER_MIN_KB ? BUFFER_MIN_KB : share;
}

static int configure_instance(const struct instance *instance, struct err *err)
{
	static const struct {
		const char *file, *text;
	} settings[] = {
		{ "trace_clock", "mono" },
		{ "options/event-fork", "1" },
		{ "set_event_pid", NO_PID },
	};
	static const char *const events[][2] = {
		{ "raw_syscalls", "sys_enter" },
		{ "raw_syscalls", "sys_exit" },
		{ "sched", "sched_process_exec" },
		{ "sched", "sched_process_fork" },
		{ "sched", "sched_process_exit" },
	};
	struct tracefs_instance *tracefs = instance->tracefs;

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (tracefs_instance_file_write(tracefs, settings[i].file,
						settings[i].text) < 0)
			return err_set_errno(err, errno, "tracefs: '%s'",
					     settings[i].file);
	if (tracefs_instance_set_buffer_size(tracefs, buffer_kb(), -1) < 0)
		return err_set_errno(err, errno, "tracefs: the buffer");
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (enable_event(tracefs, events[i][0], events[i][1], err) < 0)
			return -1;
	return enable_checks(instance, err);
}

int instance_open(struct instance *ret_instance, struct err *err)
{
	*ret_instance = (struct instance){ 0 };
	if (find_tracefs(err) < 0 || make_instance(ret_instance, err) < 0)
		return -1;
	if (!tracefs_file_exists(NULL,
				 "events/capability/cap_capable/format") &&
	    make_probe(ret_instance, err) < 0)
		return -1;
	if (read_formats(ret_instance, err) < 0)
		return -1;
	return configure_instance(ret_instance, err);
}

/* Disabled first: a probe in use cannot be removed. */
void instance_close(struct instance *instance)
{
	if (instance->tracefs) {
		tracefs_instance_free(instance->tracefs);
		remove_instance(instance->name);
	}
	if (instance->has_probe)
		remove_probes(instance->name);
	tep_free(instance->tep);
	*instance = (struct instance){ 0 };
}
