/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "caps/set.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX "CAP_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

/* By number; linux/capability.h. libcap and the runtimes use the same names. */
static const char *const cap_names[] = {
	[CAP_CHOWN] = "CHOWN",
	[CAP_DAC_OVERRIDE] = "DAC_OVERRIDE",
	[CAP_DAC_READ_SEARCH] = "DAC_READ_SEARCH",
	[CAP_FOWNER] = "FOWNER",
	[CAP_FSETID] = "FSETID",
	[CAP_KILL] = "KILL",
	[CAP_SETGID] = "SETGID",
	[CAP_SETUID] = "SETUID",
	[CAP_SETPCAP] = "SETPCAP",
	[CAP_LINUX_IMMUTABLE] = "LINUX_IMMUTABLE",
	[CAP_NET_BIND_SERVICE] = "NET_BIND_SERVICE",
	[CAP_NET_BROADCAST] = "NET_BROADCAST",
	[CAP_NET_ADMIN] = "NET_ADMIN",
	[CAP_NET_RAW] = "NET_RAW",
	[CAP_IPC_LOCK] = "IPC_LOCK",
	[CAP_IPC_OWNER] = "IPC_OWNER",
	[CAP_SYS_MODULE] = "SYS_MODULE",
	[CAP_SYS_RAWIO] = "SYS_RAWIO",
	[CAP_SYS_CHROOT] = "SYS_CHROOT",
	[CAP_SYS_PTRACE] = "SYS_PTRACE",
	[CAP_SYS_PACCT] = "SYS_PACCT",
	[CAP_SYS_ADMIN] = "SYS_ADMIN",
	[CAP_SYS_BOOT] = "SYS_BOOT",
	[CAP_SYS_NICE] = "SYS_NICE",
	[CAP_SYS_RESOURCE] = "SYS_RESOURCE",
	[CAP_SYS_TIME] = "SYS_TIME",
	[CAP_SYS_TTY_CONFIG] = "SYS_TTY_CONFIG",
	[CAP_MKNOD] = "MKNOD",
	[CAP_LEASE] = "LEASE",
	[CAP_AUDIT_WRITE] = "AUDIT_WRITE",
	[CAP_AUDIT_CONTROL] = "AUDIT_CONTROL",
	[CAP_SETFCAP] = "SETFCAP",
	[CAP_MAC_OVERRIDE] = "MAC_OVERRIDE",
	[CAP_MAC_ADMIN] = "MAC_ADMIN",
	[CAP_SYSLOG] = "SYSLOG",
	[CAP_WAKE_ALARM] = "WAKE_ALARM",
	[CAP_BLOCK_SUSPEND] = "BLOCK_SUSPEND",
	[CAP_AUDIT_READ] = "AUDIT_READ",
	[CAP_PERFMON] = "PERFMON",
	[CAP_BPF] = "BPF",
	[CAP_CHECKPOINT_RESTORE] = "CHECKPOINT_RESTORE",
};

const char *capset_key(enum capset_which which)
{
	static const char *const keys[CAPSET_COUNT] = {
		[CAPSET_EFFECTIVE] = "effective",
		[CAPSET_BOUNDING] = "bounding",
		[CAPSET_INHERITABLE] = "inheritable",
		[CAPSET_PERMITTED] = "permitted",
		[CAPSET_AMBIENT] = "ambient",
	};

	return keys[which];
}

capmask capset_known(void)
{
	return (UINT64_C(1) << ARRAY_LEN(cap_names)) - 1;
}

#define BIT(capability) (UINT64_C(1) << (capability))

capmask capset_dangerous(void)
{
	return BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) |
	       BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | BIT(CAP_SETUID) |
	       BIT(CAP_SETGID) | BIT(CAP_SETPCAP) | BIT(CAP_SETFCAP) |
	       BIT(CAP_MKNOD) | BIT(CAP_LINUX_IMMUTABLE) | BIT(CAP_NET_ADMIN) |
	       BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_MODULE) | BIT(CAP_SYS_RAWIO) |
	       BIT(CAP_SYS_PTRACE) | BIT(CAP_SYS_BOOT) | BIT(CAP_SYS_CHROOT) |
	       BIT(CAP_SYS_RESOURCE) | BIT(CAP_SYS_TIME) | BIT(CAP_SYSLOG) |
	       BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_AUDIT_CONTROL) |
	       BIT(CAP_MAC_ADMIN) | BIT(CAP_MAC_OVERRIDE) |
	       BIT(CAP_CHECKPOINT_RESTORE);
}

/* `compare`: strncmp(3) or strncasecmp(3). */
static capmask find_name(const char *name, size_t len,
			 int (*compare)(const char *, const char *, size_t))
{
	for (size_t i = 0; i < ARRAY_LEN(cap_names) && len; i++)
		if ((*cap_names[i] | 0x20) == (*name | 0x20) &&
		    strlen(cap_names[i]) == len &&
		    compare(cap_names[i], name, len) == 0)
			return BIT(i);
	return 0;
}

static capmask from_bare_name(const char *name, size_t len)
{
	return find_name(name, len, strncasecmp);
}

static bool has_prefix(const char *name, size_t len)
{
	return len > PREFIX_LEN && strncasecmp(name, PREFIX, PREFIX_LEN) == 0;
}

capmask capset_from_name(const char *name, size_t len)
{
	if (!has_prefix(name, len))
		return from_bare_name(name, len);
	return from_bare_name(name + PREFIX_LEN, len - PREFIX_LEN);
}

capmask capset_from_misspelt(const char *name)
{
	while (has_prefix(name, strlen(name)))
		name += PREFIX_LEN;
	return from_bare_name(name, strlen(name));
}

const char *capset_bare_name(capmask one)
{
	for (size_t i = 0; i < ARRAY_LEN(cap_names); i++)
		if (one >> i & 1)
			return cap_names[i];
	return "";
}

capmask capset_from_exact(const char *name, size_t len)
{
	if (len <= PREFIX_LEN || memcmp(name, PREFIX, PREFIX_LEN) != 0)
		return 0;
	return find_name(name + PREFIX_LEN, len - PREFIX_LEN, strncmp);
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_libcap_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_libcap_letter(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

/* lookupname() of libcap/cap_text.c: strtoul(3) with base 0, or letters. */
capmask capset_from_libcap(const char *name)
{
	size_t len = 0;

	if (is_libcap_digit(*name)) {
		unsigned long value = strtoul(name, NULL, 0);

		return value < ARRAY_LEN(cap_names) ? UINT64_C(1) << value : 0;
	}
	while (is_libcap_letter(name[len]))
		len++;
	return has_prefix(name, len)
		       ? from_bare_name(name + PREFIX_LEN, len - PREFIX_LEN)
		       : 0;
}

void capset_add_names(struct buf *buf, capmask mask, const char *between)
{
	const char *separator = "";

	for (size_t i = 0; i < ARRAY_LEN(cap_names); i++) {
		if (!(mask >> i & 1))
			continue;
		buf_add_str(buf, separator);
		buf_add_str(buf, PREFIX);
		buf_add_str(buf, cap_names[i]);
		separator = between;
	}
}
