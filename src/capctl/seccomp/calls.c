/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/calls.h"

#include <linux/capability.h>

#include "base/cleanup.h"

/*
 * The arguments are the kernel's numbers; their headers differ between libcs.
 * clone's flags are the second argument on s390 and the first elsewhere.
 */
#define CALL(name)                                                             \
	{                                                                      \
		name, name,                                                    \
		{                                                              \
			0                                                      \
		}                                                              \
	}
#define CALL_WITH(name, arguments, ...)                                        \
	{                                                                      \
		name, name "(" arguments ")",                                  \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}

static const struct cap_syscall chown_calls[] = { CALL("chown"), CALL("fchown"),
						  CALL("lchown"),
						  CALL("fchownat") };
static const struct cap_syscall read_search_calls[] = { CALL(
	"open_by_handle_at") };
static const struct cap_syscall mode_calls[] = { CALL("chmod"), CALL("fchmod"),
						 CALL("fchmodat") };
static const struct cap_syscall kill_calls[] = { CALL("kill"), CALL("tgkill"),
						 CALL("pidfd_send_signal") };
static const struct cap_syscall setgid_calls[] = {
	CALL("setgid"), CALL("setregid"), CALL("setresgid"), CALL("setgroups")
};
static const struct cap_syscall setuid_calls[] = { CALL("setuid"),
						   CALL("setreuid"),
						   CALL("setresuid") };
static const struct cap_syscall setpcap_calls[] = {
	CALL_WITH("prctl", "PR_CAPBSET_DROP", 24),
	CALL_WITH("prctl", "PR_SET_SECUREBITS", 28),
	CALL("capset"),
};
static const struct cap_syscall immutable_calls[] = {
	CALL_WITH("ioctl", "FS_IOC_SETFLAGS", 0, 0x40086602),
};
static const struct cap_syscall bind_calls[] = { CALL("bind") };
static const struct cap_syscall net_admin_calls[] = {
	CALL_WITH("socket", "AF_NETLINK, SOCK_RAW, NETLINK_ROUTE", 16, 3, 0),
	CALL_WITH("socket", "AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER", 16, 3,
		  12),
	CALL_WITH("ioctl", "SIOCSIFFLAGS", 0, 0x8914),
	CALL("setsockopt"),
};
static const struct cap_syscall net_raw_calls[] = {
	CALL_WITH("socket", "AF_INET, SOCK_RAW, IPPROTO_ICMP", 2, 3, 1),
	CALL_WITH("socket", "AF_INET6, SOCK_RAW, IPPROTO_ICMPV6", 10, 3, 58),
	CALL_WITH("socket", "AF_PACKET, SOCK_RAW", 17, 3, 0x300),
};
static const struct cap_syscall ipc_lock_calls[] = {
	CALL("mlock"),
	CALL("mlock2"),
	CALL("mlockall"),
	CALL_WITH("shmctl", "SHM_LOCK", 0, 11),
};
static const struct cap_syscall ipc_owner_calls[] = {
	CALL("shmat"),	CALL("shmctl"), CALL("msgrcv"),
	CALL("msgsnd"), CALL("semop"),
};
static const struct cap_syscall module_calls[] = { CALL("init_module"),
						   CALL("finit_module"),
						   CALL("delete_module") };
static const struct cap_syscall rawio_calls[] = {
	CALL("iopl"),
	CALL("ioperm"),
	CALL_WITH("ioctl", "SG_IO", 0, 0x2285),
};
static const struct cap_syscall chroot_calls[] = { CALL("chroot") };
static const struct cap_syscall ptrace_calls[] = {
	CALL("ptrace"),
	CALL("process_vm_readv"),
	CALL("process_vm_writev"),
	CALL("process_madvise"),
	CALL("pidfd_getfd"),
	CALL("kcmp"),
};
static const struct cap_syscall acct_calls[] = { CALL("acct") };
static const struct cap_syscall admin_calls[] = {
	CALL("mount"),
	CALL("umount2"),
	CALL("pivot_root"),
	CALL("fsopen"),
	CALL("fsconfig"),
	CALL("fsmount"),
	CALL("fspick"),
	CALL("open_tree"),
	CALL("move_mount"),
	CALL("mount_setattr"),
	CALL_WITH("clone", "CLONE_NEWNS", 0x20000, 0x20000),
	CALL_WITH("unshare", "CLONE_NEWNS", 0x20000),
	CALL("setns"),
	CALL("sethostname"),
	CALL("setdomainname"),
	CALL("bpf"),
	CALL("perf_event_open"),
	CALL("fanotify_init"),
	CALL("quotactl"),
	CALL("swapon"),
	CALL("swapoff"),
};
static const struct cap_syscall boot_calls[] = {
	CALL_WITH("reboot", "LINUX_REBOOT_CMD_RESTART", 0xfee1dead, 0x28121969,
		  0x1234567),
	CALL("kexec_load"),
	CALL("kexec_file_load"),
};
static const struct cap_syscall nice_calls[] = {
	CALL("setpriority"),
	CALL("sched_setscheduler"),
	CALL("sched_setattr"),
	CALL("sched_setparam"),
	CALL("sched_setaffinity"),
	CALL_WITH("ioprio_set", "IOPRIO_WHO_PROCESS, IOPRIO_CLASS_RT", 1, 0,
		  0x2000),
	CALL_WITH("mbind", "MPOL_MF_MOVE_ALL", 0, 0, 0, 0, 0, 4),
	CALL("set_mempolicy"),
	CALL("migrate_pages"),
	CALL_WITH("move_pages", "MPOL_MF_MOVE_ALL", 0, 0, 0, 0, 0, 4),
};
static const struct cap_syscall resource_calls[] = { CALL("setrlimit"),
						     CALL("prlimit64") };
static const struct cap_syscall time_calls[] = {
	CALL("clock_settime"),
	CALL("settimeofday"),
	CALL("adjtimex"),
	CALL("clock_adjtime"),
};
static const struct cap_syscall tty_calls[] = { CALL("vhangup") };
static const struct cap_syscall mknod_calls[] = {
	CALL_WITH("mknod", "S_IFCHR", 0, 020600),
	CALL_WITH("mknodat", "S_IFCHR", 0, 0, 020600),
};
static const struct cap_syscall lease_calls[] = {
	CALL_WITH("fcntl", "F_SETLEASE", 0, 1024),
};
static const struct cap_syscall audit_calls[] = {
	CALL_WITH("socket", "AF_NETLINK, SOCK_RAW, NETLINK_AUDIT", 16, 3, 9),
};
static const struct cap_syscall setfcap_calls[] = { CALL("setxattr"),
						    CALL("lsetxattr"),
						    CALL("fsetxattr") };
static const struct cap_syscall syslog_calls[] = { CALL("syslog") };
static const struct cap_syscall alarm_calls[] = {
	CALL_WITH("timer_create", "CLOCK_REALTIME_ALARM", 8),
	CALL_WITH("timerfd_create", "CLOCK_REALTIME_ALARM", 8),
};
static const struct cap_syscall suspend_calls[] = { CALL("epoll_ctl") };
static const struct cap_syscall perf_calls[] = { CALL("perf_event_open") };
static const struct cap_syscall bpf_calls[] = { CALL("bpf") };
static const struct cap_syscall checkpoint_calls[] = {
	CALL("clone3"),
	CALL_WITH("prctl", "PR_SET_MM", 35),
};

#define SOME(capability, calls, besides)                                       \
	{                                                                      \
		capability, false, besides, ARRAY_LEN(calls), calls            \
	}
#define ALL(capability, calls, besides)                                        \
	{                                                                      \
		capability, true, besides, ARRAY_LEN(calls), calls             \
	}

/* No system call needs DAC_OVERRIDE, NET_BROADCAST, MAC_OVERRIDE, MAC_ADMIN. */
static const struct cap_syscalls table[] = {
	SOME(CAP_CHOWN, chown_calls, NULL),
	SOME(CAP_DAC_READ_SEARCH, read_search_calls, "reading any file"),
	SOME(CAP_FOWNER, mode_calls, "times, links and attributes of files"),
	SOME(CAP_FSETID, mode_calls, "keeping setgid bits"),
	SOME(CAP_KILL, kill_calls, NULL),
	SOME(CAP_SETGID, setgid_calls, NULL),
	SOME(CAP_SETUID, setuid_calls, NULL),
	SOME(CAP_SETPCAP, setpcap_calls, NULL),
	ALL(CAP_LINUX_IMMUTABLE, immutable_calls, NULL),
	ALL(CAP_NET_BIND_SERVICE, bind_calls, NULL),
	SOME(CAP_NET_ADMIN, net_admin_calls, "files in /proc/sys/net"),
	SOME(CAP_NET_RAW, net_raw_calls, NULL),
	SOME(CAP_IPC_LOCK, ipc_lock_calls, NULL),
	SOME(CAP_IPC_OWNER, ipc_owner_calls, NULL),
	SOME(CAP_SYS_MODULE, module_calls, NULL),
	SOME(CAP_SYS_RAWIO, rawio_calls, "/dev/mem and disks"),
	ALL(CAP_SYS_CHROOT, chroot_calls, NULL),
	SOME(CAP_SYS_PTRACE, ptrace_calls, "reading /proc/PID"),
	ALL(CAP_SYS_PACCT, acct_calls, NULL),
	SOME(CAP_SYS_ADMIN, admin_calls, "many ioctls and files"),
	SOME(CAP_SYS_BOOT, boot_calls, NULL),
	SOME(CAP_SYS_NICE, nice_calls, NULL),
	SOME(CAP_SYS_RESOURCE, resource_calls, "space reserved on disks"),
	SOME(CAP_SYS_TIME, time_calls, "/dev/rtc"),
	SOME(CAP_SYS_TTY_CONFIG, tty_calls, "ioctls of virtual terminals"),
	SOME(CAP_MKNOD, mknod_calls, NULL),
	ALL(CAP_LEASE, lease_calls, NULL),
	ALL(CAP_AUDIT_WRITE, audit_calls, NULL),
	ALL(CAP_AUDIT_CONTROL, audit_calls, "/proc/PID/loginuid"),
	SOME(CAP_SETFCAP, setfcap_calls, "mapping user 0"),
	SOME(CAP_SYSLOG, syslog_calls, "/dev/kmsg and kernel addresses"),
	SOME(CAP_WAKE_ALARM, alarm_calls, NULL),
	SOME(CAP_BLOCK_SUSPEND, suspend_calls, "/sys/power/wake_lock"),
	ALL(CAP_AUDIT_READ, audit_calls, NULL),
	ALL(CAP_PERFMON, perf_calls, NULL),
	ALL(CAP_BPF, bpf_calls, NULL),
	SOME(CAP_CHECKPOINT_RESTORE, checkpoint_calls, "ns_last_pid"),
};

const struct cap_syscalls *cap_syscalls_of(capmask capability)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (UINT64_C(1) << table[i].capability == capability)
			return &table[i];
	return NULL;
}
