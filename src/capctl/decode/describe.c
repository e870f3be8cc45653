/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode/describe.h"

#include <linux/capability.h>

#include "base/cleanup.h"

/*
 * What each capability allows, in one line. capabilities(7) has the full list.
 */
static const char *const descriptions[] = {
	[CAP_CHOWN] = "change the owner and group of any file",
	[CAP_DAC_OVERRIDE] =
		"read, write and execute any file, whatever its mode",
	[CAP_DAC_READ_SEARCH] =
		"read every file and directory; open files by handle, even outside the root directory",
	[CAP_FOWNER] = "change mode, times and attributes of any file",
	[CAP_FSETID] =
		"keep set-user-ID and set-group-ID bits on files that are written to",
	[CAP_KILL] = "send signals to any process",
	[CAP_SETGID] = "join any group",
	[CAP_SETUID] = "become any user, including root",
	[CAP_SETPCAP] =
		"drop from the bounding set, add from it to the inheritable set, change securebits",
	[CAP_LINUX_IMMUTABLE] =
		"make files immutable or append-only, and undo that",
	[CAP_NET_BIND_SERVICE] = "listen on ports below 1024",
	[CAP_NET_BROADCAST] = "nothing: the kernel does not check it",
	[CAP_NET_ADMIN] =
		"change interfaces, addresses, routes and the firewall; see all traffic",
	[CAP_NET_RAW] = "send and receive packets of any kind, forged ones too",
	[CAP_IPC_LOCK] =
		"keep memory from being swapped out, beyond the limit; use huge pages",
	[CAP_IPC_OWNER] =
		"use any shared memory, semaphores and message queues (System V)",
	[CAP_SYS_MODULE] = "load code into the kernel",
	[CAP_SYS_RAWIO] =
		"reach the hardware: I/O ports, physical memory, raw disk commands",
	[CAP_SYS_CHROOT] =
		"change the root directory; enter other mount namespaces",
	[CAP_SYS_PTRACE] = "trace and control every process",
	[CAP_SYS_PACCT] = "switch process accounting on and off",
	[CAP_SYS_ADMIN] =
		"mount file systems, enter namespaces and much more: nearly root",
	[CAP_SYS_BOOT] = "restart the machine, start another kernel",
	[CAP_SYS_NICE] =
		"give any process more priority, real-time scheduling, other processors",
	[CAP_SYS_RESOURCE] =
		"exceed limits and quotas, use the space reserved on disks",
	[CAP_SYS_TIME] = "set the clocks",
	[CAP_SYS_TTY_CONFIG] = "hang up and configure any terminal",
	[CAP_MKNOD] = "make device files",
	[CAP_LEASE] = "be notified of access to any file (leases)",
	[CAP_AUDIT_WRITE] = "write to the audit log",
	[CAP_AUDIT_CONTROL] = "switch auditing on and off, change its rules",
	[CAP_SETFCAP] =
		"give capabilities to files; map root into a user namespace",
	[CAP_MAC_OVERRIDE] = "bypass the access rules of Smack",
	[CAP_MAC_ADMIN] = "change the access rules of Smack",
	[CAP_SYSLOG] = "read and clear the kernel's log, see its addresses",
	[CAP_WAKE_ALARM] = "set timers that wake the machine up",
	[CAP_BLOCK_SUSPEND] = "keep the machine from suspending",
	[CAP_AUDIT_READ] = "read the audit log as it is written",
	[CAP_PERFMON] = "measure and trace all programs and the kernel",
	[CAP_BPF] = "load BPF programs into the kernel",
	[CAP_CHECKPOINT_RESTORE] =
		"checkpoint and restore processes: choose PIDs, read the mappings of others",
};

const char *decode_description(unsigned int number)
{
	return number < ARRAY_LEN(descriptions) ? descriptions[number] : NULL;
}
