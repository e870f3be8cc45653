/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "caps/set.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#define PREFIX "CAP_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
/* Longer than any name: a text that does not fit is no capability. */
#define NAME_SIZE 64

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
	return (UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1;
}

capmask capset_dangerous(void)
{
	static const cap_value_t dangerous[] = {
		CAP_CHOWN,
		CAP_DAC_OVERRIDE,
		CAP_DAC_READ_SEARCH,
		CAP_FOWNER,
		CAP_SETUID,
		CAP_SETGID,
		CAP_SETPCAP,
		CAP_SETFCAP,
		CAP_MKNOD,
		CAP_LINUX_IMMUTABLE,
		CAP_NET_ADMIN,
		CAP_SYS_ADMIN,
		CAP_SYS_MODULE,
		CAP_SYS_RAWIO,
		CAP_SYS_PTRACE,
		CAP_SYS_BOOT,
		CAP_SYS_CHROOT,
		CAP_SYS_RESOURCE,
		CAP_SYS_TIME,
		CAP_SYSLOG,
		CAP_BPF,
		CAP_PERFMON,
		CAP_AUDIT_CONTROL,
		CAP_MAC_ADMIN,
		CAP_MAC_OVERRIDE,
		CAP_CHECKPOINT_RESTORE,
	};
	capmask mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(dangerous); i++)
		mask |= UINT64_C(1) << dangerous[i];
	return mask;
}

capmask capset_from_libcap(const char *name)
{
	cap_value_t value;

	if (cap_from_name(name, &value) != 0 || value < 0 ||
	    value > CAP_LAST_CAP)
		return 0;
	return UINT64_C(1) << value;
}

/* libcap ignores the text after a name, so it is refused here. */
static bool is_full_name(const char *name)
{
	for (; *name; name++)
		if (!isalpha((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

/* `name` without prefix, in any case. */
static capmask from_bare_name(const char *name, size_t len)
{
	char full[NAME_SIZE] = PREFIX;

	if (!len || len >= sizeof(full) - PREFIX_LEN || memchr(name, '\0', len))
		return 0;
	memcpy(full + PREFIX_LEN, name, len);
	return is_full_name(full) ? capset_from_libcap(full) : 0;
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

capmask capset_from_exact(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (islower((unsigned char)name[i]))
			return 0;
	return has_prefix(name, len) ? capset_from_name(name, len) : 0;
}

static void add_name(struct buf *buf, cap_value_t value)
{
	char *name = cap_to_name(value);

	if (!name) {
		buf->failed = true;
		return;
	}
	for (char *at = name; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	buf_add_str(buf, name);
	cap_free(name);
}

void capset_add_names(struct buf *buf, capmask mask, const char *between)
{
	const char *separator = "";

	for (cap_value_t value = 0; value <= CAP_LAST_CAP; value++) {
		if (!(mask >> value & 1))
			continue;
		buf_add_str(buf, separator);
		add_name(buf, value);
		separator = between;
	}
}
