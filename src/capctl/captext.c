/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/captext.h"

#include <stddef.h>
#include <sys/capability.h>

#include "base/cleanup.h"

static const char *const texts[] = {
	[CAP_CHOWN] = "give any file to any user and group",
	[CAP_DAC_OVERRIDE] = "read, write and start files of anybody, whatever "
			     "their mode",
	[CAP_DAC_READ_SEARCH] = "read every file and directory; open files by "
				"handle, also outside of the root directory",
	[CAP_FOWNER] = "change mode, times and attributes of anybody's files",
	[CAP_FSETID] = "keep set-user-ID and set-group-ID bits on files that "
		       "are written to",
	[CAP_KILL] = "send signals to processes of anybody",
	[CAP_SETGID] = "take on any group",
	[CAP_SETUID] = "become any user, root too",
	[CAP_SETPCAP] = "drop from the bounding set, take from it into the "
			"inheritable set, change securebits",
	[CAP_LINUX_IMMUTABLE] = "make files immutable or append-only, and undo "
				"that",
	[CAP_NET_BIND_SERVICE] = "listen on ports below 1024",
	[CAP_NET_BROADCAST] = "nothing: the kernel does not ask for it",
	[CAP_NET_ADMIN] = "change interfaces, addresses, routes and the "
			  "firewall; see all traffic",
	[CAP_NET_RAW] = "send and receive packets of any kind, forged ones too",
	[CAP_IPC_LOCK] = "keep memory from being swapped out, beyond the "
			 "limit; use huge pages",
	[CAP_IPC_OWNER] = "use anybody's shared memory, semaphores and message "
			  "queues (System V)",
	[CAP_SYS_MODULE] = "load code into the kernel",
	[CAP_SYS_RAWIO] = "reach the hardware: I/O ports, physical memory, raw "
			  "disk commands",
	[CAP_SYS_CHROOT] = "change the root directory; enter other mount "
			   "namespaces",
	[CAP_SYS_PTRACE] = "look into and steer every process",
	[CAP_SYS_PACCT] = "switch the accounting of processes on and off",
	[CAP_SYS_ADMIN] = "mount file systems, enter namespaces and a hundred "
			  "other things: nearly root",
	[CAP_SYS_BOOT] = "restart the machine, start another kernel",
	[CAP_SYS_NICE] = "give any process more priority, real time, other "
			 "processors",
	[CAP_SYS_RESOURCE] = "go beyond limits and quotas, use the space "
			     "reserved on disks",
	[CAP_SYS_TIME] = "set the clocks",
	[CAP_SYS_TTY_CONFIG] = "hang up and configure terminals of others",
	[CAP_MKNOD] = "make device files",
	[CAP_LEASE] = "be told of access to anybody's files (leases)",
	[CAP_AUDIT_WRITE] = "write to the audit log",
	[CAP_AUDIT_CONTROL] = "switch auditing on and off, change its rules",
	[CAP_SETFCAP] = "give capabilities to files; map root into a user "
			"namespace",
	[CAP_MAC_OVERRIDE] = "pass over the access rules of Smack",
	[CAP_MAC_ADMIN] = "change the access rules of Smack",
	[CAP_SYSLOG] = "read and clear the kernel's log, see its addresses",
	[CAP_WAKE_ALARM] = "set timers that wake the machine up",
	[CAP_BLOCK_SUSPEND] = "keep the machine from going to sleep",
	[CAP_AUDIT_READ] = "read the audit log as it is written",
	[CAP_PERFMON] = "measure and trace all programs and the kernel",
	[CAP_BPF] = "load BPF programs into the kernel",
	[CAP_CHECKPOINT_RESTORE] = "freeze and restore processes: choose pids, "
				   "see what others have mapped",
};

const char *cap_description(unsigned int number)
{
	return number < ARRAY_LEN(texts) ? texts[number] : NULL;
}
