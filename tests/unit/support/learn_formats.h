/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats of the events that 'capctl learn' reads, as two kernels wrote
 * them, and records in them: those of tests/fuzz/corpus/learn.
 */
#ifndef CAPRUNTIME_LEARN_FORMATS_H
#define CAPRUNTIME_LEARN_FORMATS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>

#include "base/cleanup.h"
#include "capctl/learn/events.h"
#include "capctl/learn/tally.h"

/* Each event, by its ID and its own fields. */
#define FORMAT(name, id, fields)                                                       \
	"name: " name "\nID: " #id "\nformat:\n"                                       \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"                     \
	"\n" fields "\nprint fmt: \"\"\n"

/* What both kernels wrote. */
#define KERNEL_STACK                                                                                  \
	{                                                                                             \
		"ftrace",                                                                             \
			FORMAT("kernel_stack", 4,                                                     \
			       "\tfield:int size;\toffset:8;\tsize:4;\tsigned:1;\n"                   \
			       "\tfield:unsigned long caller[8];\toffset:16;\tsize:64;\tsigned:0;\n") \
	}
#define SYS_ENTER(id)                                                                               \
	{                                                                                           \
		"raw_syscalls",                                                                     \
			FORMAT("sys_enter", id,                                                     \
			       "\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;\n"                  \
			       "\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;\n") \
	}
#define SYS_EXIT(id)                                                                  \
	{                                                                             \
		"raw_syscalls",                                                       \
			FORMAT("sys_exit", id,                                        \
			       "\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;\n"    \
			       "\tfield:long ret;\toffset:16;\tsize:8;\tsigned:1;\n") \
	}

static const char *const tracepoint_formats[][2] = {
	KERNEL_STACK,
	{ "capability",
	  FORMAT("cap_capable", 2073,
		 "\tfield:const struct cred * cred;\toffset:8;\tsize:8;\tsigned:0;\n"
		 "\tfield:struct user_namespace * target_ns;\toffset:16;\tsize:8;\tsigned:0;\n"
		 "\tfield:const struct user_namespace * capable_ns;\toffset:24;\tsize:8;\tsigned:0;\n"
		 "\tfield:int cap;\toffset:32;\tsize:4;\tsigned:1;\n"
		 "\tfield:int ret;\toffset:36;\tsize:4;\tsigned:1;\n") },
	SYS_ENTER(443),
	SYS_EXIT(442),
	{ "sched",
	  FORMAT("sched_process_exec", 365,
		 "\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;\n"
		 "\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n"
		 "\tfield:pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;\n") },
	{ "sched",
	  FORMAT("sched_process_fork", 366,
		 "\tfield:__data_loc char[] parent_comm;\toffset:8;\tsize:4;\tsigned:0;\n"
		 "\tfield:pid_t parent_pid;\toffset:12;\tsize:4;\tsigned:1;\n"
		 "\tfield:__data_loc char[] child_comm;\toffset:16;\tsize:4;\tsigned:0;\n"
		 "\tfield:pid_t child_pid;\toffset:20;\tsize:4;\tsigned:1;\n") },
	{ "sched",
	  FORMAT("sched_process_exit", 369,
		 "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
		 "\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"
		 "\tfield:int prio;\toffset:28;\tsize:4;\tsigned:1;\n"
		 "\tfield:bool group_dead;\toffset:32;\tsize:1;\tsigned:0;\n") },
};

static const char tracepoint_symbols[] =
	"ffffffff810000ba T entry_SYSCALL_64_after_hwframe\n"
	"ffffffff813664f0 T capable_wrt_inode_uidgid\n"
	"ffffffff815b9910 T vm_mmap_pgoff\n"
	"ffffffff815f0b60 T ksys_mmap_pgoff\n"
	"ffffffff815f1170 t __do_sys_brk\n"
	"ffffffff815f17d0 T do_mmap\n"
	"ffffffff8160ed10 t __mmap_region\n"
	"ffffffff816116e0 T do_brk_flags\n"
	"ffffffff81611ce0 T expand_downwards\n"
	"ffffffff81612240 T insert_vm_struct\n"
	"ffffffff81612540 T create_init_stack_vma\n"
	"ffffffff816b45a0 T chown_common\n"
	"ffffffff816b47f0 T do_fchownat\n"
	"ffffffff816b48f0 T __x64_sys_fchownat\n"
	"ffffffff816c1ec0 t vfs_statx\n"
	"ffffffff816c2660 T vfs_fstatat\n"
	"ffffffff816c2720 t __do_sys_newfstatat\n"
	"ffffffff816c3560 t bprm_execve\n"
	"ffffffff816c3a80 T setup_arg_pages\n"
	"ffffffff816c41f0 t alloc_bprm\n"
	"ffffffff816c4cf0 t do_execveat_common.isra.0\n"
	"ffffffff816c5eb0 T __x64_sys_execve\n"
	"ffffffff816c9cb0 T generic_permission\n"
	"ffffffff816ca000 T inode_permission\n"
	"ffffffff816cf0f0 t link_path_walk\n"
	"ffffffff816cff60 t path_lookupat\n"
	"ffffffff816d0450 T filename_lookup\n"
	"ffffffff816e66d0 T setattr_prepare\n"
	"ffffffff816e6980 T notify_change\n"
	"ffffffff817530e0 t elf_load\n"
	"ffffffff817533a0 t load_elf_binary\n"
	"ffffffff817c0ed0 T ext4_setattr\n"
	"ffffffff81a80290 t trace_event_raw_event_cap_capable\n"
	"ffffffff81a80900 T cap_capable\n"
	"ffffffff81a85820 T security_capable\n"
	"ffffffff81a85b30 T security_vm_enough_memory_mm\n"
	"ffffffff821ed4a0 T do_syscall_64\n";

static const char *const kprobe_formats[][2] = {
	KERNEL_STACK,
	{ "capctl_1_1",
	  FORMAT("ask", 1472,
		 "\tfield:unsigned long __probe_ip;\toffset:8;\tsize:8;\tsigned:0;\n"
		 "\tfield:s32 cap;\toffset:16;\tsize:4;\tsigned:1;\n"
		 "\tfield:s32 options;\toffset:20;\tsize:4;\tsigned:1;\n") },
	{ "capctl_1_1",
	  FORMAT("answer", 1473,
		 "\tfield:unsigned long __probe_func;\toffset:8;\tsize:8;\tsigned:0;\n"
		 "\tfield:unsigned long __probe_ret_ip;\toffset:16;\tsize:8;\tsigned:0;\n"
		 "\tfield:s32 answer;\toffset:24;\tsize:4;\tsigned:1;\n") },
	SYS_ENTER(351),
	SYS_EXIT(350),
	{ "sched",
	  FORMAT("sched_process_exec", 312,
		 "\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:1;\n"
		 "\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n"
		 "\tfield:pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;\n") },
	{ "sched",
	  FORMAT("sched_process_fork", 313,
		 "\tfield:char parent_comm[16];\toffset:8;\tsize:16;\tsigned:1;\n"
		 "\tfield:pid_t parent_pid;\toffset:24;\tsize:4;\tsigned:1;\n"
		 "\tfield:char child_comm[16];\toffset:28;\tsize:16;\tsigned:1;\n"
		 "\tfield:pid_t child_pid;\toffset:44;\tsize:4;\tsigned:1;\n") },
	{ "sched",
	  FORMAT("sched_process_exit", 316,
		 "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:1;\n"
		 "\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"
		 "\tfield:int prio;\toffset:28;\tsize:4;\tsigned:1;\n") },
};

static const char kprobe_symbols[] =
	"ffffffff81a7b120 T kprobe_ftrace_handler\n"
	"ffffffff81aaed50 T capable_wrt_inode_uidgid\n"
	"ffffffff81ba13e0 t aggr_pre_handler\n"
	"ffffffff81bf3db0 t kprobe_trace_func\n"
	"ffffffff81bf4510 t kprobe_dispatcher\n"
	"ffffffff81ca9660 t shmem_setattr\n"
	"ffffffff81d604b0 T chown_common\n"
	"ffffffff81d60760 T do_fchownat\n"
	"ffffffff81d60860 T __x64_sys_fchownat\n"
	"ffffffff81d8b0a0 T setattr_prepare\n"
	"ffffffff81d8b3f0 T notify_change\n"
	"ffffffff81e426f0 T cap_capable\n"
	"ffffffff81e459f0 T security_capable\n"
	"ffffffff82438b80 T do_syscall_64\n"
	"ffffffff826000b8 T entry_SYSCALL_64_after_hwframe\n"
	"ffffffffc039f000 t ftrace_trampoline\n";

/*
 * A recording: whether a probe made it, the PID of the first process, then
 * each event with its length before it; all numbers as the machine has them.
 */
#define LEARN_RECORDING_HEAD (1 + sizeof(int32_t))

static inline void learn_formats_add(struct tep_handle *tep,
				     const char *const formats[][2],
				     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (tep_parse_event(tep, formats[i][1], strlen(formats[i][1]),
				    formats[i][0]) != 0)
			abort();
}

#define CLEANUP_EVENTS __attribute__((cleanup(learn_formats_free)))

static inline void learn_formats_free(struct learn_events *events)
{
	tep_free(events->tep);
}

static inline struct learn_events learn_formats_load(bool probe)
{
	struct tep_handle *tep = tep_alloc();
	struct learn_events events;
	struct err err;

	if (!tep)
		abort();
	if (probe)
		learn_formats_add(tep, kprobe_formats,
				  ARRAY_LEN(kprobe_formats));
	else
		learn_formats_add(tep, tracepoint_formats,
				  ARRAY_LEN(tracepoint_formats));
	if (tep_parse_kallsyms(tep, probe ? kprobe_symbols
					  : tracepoint_symbols) != 0 ||
	    learn_events_init(&events, tep, probe ? "capctl_1_1" : NULL, &err) <
		    0)
		abort();
	return events;
}

/*
 * Adds the events of a recording up to its end, or to one that is cut. Returns
 * how many of them are checks.
 */
static inline size_t learn_recording_add(const struct learn_events *events,
					 const uint8_t *data, size_t size,
					 struct learn_tally *tally)
{
	struct learn_record record;
	size_t checks = 0;
	struct err err;
	int32_t first;
	uint16_t len;

	if (size < LEARN_RECORDING_HEAD)
		return 0;
	memcpy(&first, data + 1, sizeof(first));
	if (learn_tally_watch(tally, first, "first", true, &err) < 0)
		abort();
	for (size_t at = LEARN_RECORDING_HEAD; size - at >= sizeof(len);
	     at += len) {
		memcpy(&len, data + at, sizeof(len));
		at += sizeof(len);
		if (len > size - at)
			break;
		if (!learn_events_decode(events, data + at, len, &record))
			continue;
		checks +=
			record.kind == LEARN_CHECK || record.kind == LEARN_ASK;
		if (learn_tally_add(tally, &record, &err) < 0)
			abort();
	}
	return checks;
}

#endif
