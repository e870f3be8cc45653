/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/decode.h"

#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "base/alloc.h"
#include "capctl/out.h"
#include "capctl/verb.h"
#include "caps/own.h"

#define DIGITS_MAX 16
#define SEPARATORS ", \t\n"

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
	[CAP_FSETID] = "keep set-user-ID and set-group-ID bits on files that "
		       "are written to",
	[CAP_KILL] = "send signals to any process",
	[CAP_SETGID] = "join any group",
	[CAP_SETUID] = "become any user, including root",
	[CAP_SETPCAP] =
		"drop from the bounding set, add from it to the inheritable set, change securebits",
	[CAP_LINUX_IMMUTABLE] = "make files immutable or append-only, and undo "
				"that",
	[CAP_NET_BIND_SERVICE] = "listen on ports below 1024",
	[CAP_NET_BROADCAST] = "nothing: the kernel does not check it",
	[CAP_NET_ADMIN] = "change interfaces, addresses, routes and the "
			  "firewall; see all traffic",
	[CAP_NET_RAW] = "send and receive packets of any kind, forged ones too",
	[CAP_IPC_LOCK] = "keep memory from being swapped out, beyond the "
			 "limit; use huge pages",
	[CAP_IPC_OWNER] =
		"use any shared memory, semaphores and message queues (System V)",
	[CAP_SYS_MODULE] = "load code into the kernel",
	[CAP_SYS_RAWIO] = "reach the hardware: I/O ports, physical memory, raw "
			  "disk commands",
	[CAP_SYS_CHROOT] = "change the root directory; enter other mount "
			   "namespaces",
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
	[CAP_SETFCAP] = "give capabilities to files; map root into a user "
			"namespace",
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

struct decoded {
	capmask mask;
	const char *set; /* of a line of /proc/PID/status; NULL: none */
};

/* One mask for each hexadecimal operand, and one for all names together. */
struct masks {
	struct decoded *list;
	size_t count;
	const char *set; /* of the next mask; NULL: none */
	bool has_sets;
	capmask named;
	bool has_named;
};

/* "CapEff:" of proc_pid_status(5), at the start of the text; NULL: no key. */
static const char *status_set(const char *text)
{
	static const struct {
		const char *key;
		enum capset_which which;
	} keys[] = {
		{ "CapInh:", CAPSET_INHERITABLE },
		{ "CapPrm:", CAPSET_PERMITTED },
		{ "CapEff:", CAPSET_EFFECTIVE },
		{ "CapBnd:", CAPSET_BOUNDING },
		{ "CapAmb:", CAPSET_AMBIENT },
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strncmp(text, keys[i].key, strlen(keys[i].key)) == 0)
			return capset_key(keys[i].which);
	return NULL;
}

/* The first line that begins with such a key; NULL: there is none. */
static const char *find_status_line(const char *text)
{
	while (text && !status_set(text)) {
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return text;
}

static bool is_hex(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isxdigit((unsigned char)word[i]))
			return false;
	return len > 0;
}

static bool is_capability_name(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)word[i]) && word[i] != '_')
			return false;
	return len > 0;
}

/* `word` starts with `len` hexadecimal digits. */
static int decode_mask(struct masks *masks, const char *word, size_t len,
		       struct err *err)
{
	char digits[DIGITS_MAX + 1] = "";

	if (len > DIGITS_MAX)
		return verb_misuse(err, "decode",
				   "'%.*s' has more than %d digits", (int)len,
				   word, DIGITS_MAX);
	memcpy(digits, word, len);
	masks->list[masks->count++] =
		(struct decoded){ strtoull(digits, NULL, 16), masks->set };
	masks->set = NULL;
	return 0;
}

static int decode_name(struct masks *masks, const char *word, size_t len,
		       struct err *err)
{
	capmask mask = capset_from_name(word, len);

	if (!mask)
		return err_set(
			err,
			"unknown capability '%.*s': 'capctl decode' without arguments lists them",
			(int)len, word);
	masks->named |= mask;
	masks->has_named = true;
	return 0;
}

static int decode_word(struct masks *masks, const char *word, size_t len,
		       struct err *err)
{
	bool marked = len > 2 && word[0] == '0' && (word[1] | 0x20) == 'x';
	const char *set = status_set(word);

	if (set && !masks->set && len == strlen("CapEff:")) {
		masks->set = set;
		masks->has_sets = true;
		return 0;
	}
	if (marked && is_hex(word + 2, len - 2))
		return decode_mask(masks, word + 2, len - 2, err);
	if (is_hex(word, len))
		return decode_mask(masks, word, len, err);
	if (is_capability_name(word, len))
		return decode_name(masks, word, len, err);
	return verb_misuse(err, "decode",
			   "'%.*s' is neither a mask nor a capability's name",
			   (int)len, word);
}

/*
 * Adds the words of one operand; of a block of /proc/PID/status, those of its
 * five lines. An operand without words is an error.
 */
static int decode_operand(struct masks *masks, const char *operand,
			  struct err *err)
{
	const char *at = operand + strspn(operand, SEPARATORS);
	bool is_status = find_status_line(at) != NULL;

	if (!*at)
		return decode_word(masks, operand, strlen(operand), err);
	if (is_status)
		at = find_status_line(at);
	while (at && *at) {
		size_t len = strcspn(at, SEPARATORS);

		if (decode_word(masks, at, len, err) < 0)
			return -1;
		at += len;
		at += strspn(at, SEPARATORS);
		if (is_status && !masks->set)
			at = find_status_line(at);
	}
	return 0;
}

static int decode_operands(struct masks *ret_masks, char **operands,
			   struct err *err)
{
	size_t room = 1;

	for (char **operand = operands; *operand; operand++)
		room += strlen(*operand);
	ret_masks->list = calloc(room, sizeof(*ret_masks->list));
	if (!ret_masks->list)
		return err_set_no_memory(err);
	for (; *operands; operands++)
		if (decode_operand(ret_masks, *operands, err) < 0)
			return -1;
	if (ret_masks->set)
		return verb_misuse(err, "decode", "no mask for the %s set",
				   ret_masks->set);
	if (ret_masks->has_named)
		ret_masks->list[ret_masks->count++] =
			(struct decoded){ .mask = ret_masks->named };
	return 0;
}

static void add_mask_row(struct out_table *table, enum out_style style,
			 const char *set, bool has_sets, const char *hex,
			 const char *text)
{
	if (has_sets)
		out_table_add(table, style, 3, set ? set : "", hex, text);
	else
		out_table_add(table, style, 2, hex, text);
}

static void add_mask_remark(struct out_table *table, enum out_style style,
			    bool has_sets, const char *what, capmask mask)
{
	char *names CLEANUP_FREE = out_names(mask);
	char *text CLEANUP_FREE = NULL;

	if (!mask)
		return;
	text = names ? alloc_text("%s: %s", what, names) : NULL;
	table->failed |= !text;
	add_mask_row(table, style, NULL, has_sets, "", text);
}

static void print_masks(const struct masks *masks, capmask kernel)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	for (size_t i = 0; i < masks->count; i++) {
		capmask mask = masks->list[i].mask;
		char *names CLEANUP_FREE = out_names(mask);
		char hex[DIGITS_MAX + 1];

		table.failed |= !names;
		snprintf(hex, sizeof(hex), "%016" PRIx64, mask);
		add_mask_row(&table, OUT_PLAIN, masks->list[i].set,
			     masks->has_sets, hex, names);
		add_mask_remark(&table, OUT_WARNING, masks->has_sets,
				"dangerous", mask & capset_dangerous());
		add_mask_remark(&table, OUT_WARNING, masks->has_sets,
				"unknown to this kernel", mask & ~kernel);
	}
	out_table_print(&table);
}

static void json_masks(const struct masks *masks, capmask kernel)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < masks->count; i++) {
		capmask mask = masks->list[i].mask;
		struct json_object *entry = out_json_mask(mask);

		json_object_object_add(entry, "set",
				       out_json_text(masks->list[i].set));
		json_object_object_add(
			entry, "dangerous",
			out_json_names(mask & capset_dangerous()));
		json_object_object_add(entry, "unknown_to_kernel",
				       out_json_names(mask & ~kernel));
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "masks", list);
	out_json(object);
}

static void print_all(capmask kernel)
{
	struct out_table table CLEANUP_TABLE = { 0 };
	capmask known = capset_known(), dangerous = capset_dangerous();

	for (unsigned int bit = 0; known >> bit & 1; bit++) {
		capmask mask = UINT64_C(1) << bit;
		char *name CLEANUP_FREE = out_names(mask);
		const char *mark = "";
		char number[8];

		if (!(kernel & mask))
			mark = "?";
		else if (dangerous & mask)
			mark = "!";
		table.failed |= !name;
		snprintf(number, sizeof(number), "%2u", bit);
		out_table_add(&table, OUT_PLAIN, 4, number, name, mark,
			      decode_description(bit));
		out_table_style(&table, 2, OUT_BAD);
	}
	out_table_print(&table);
	out_line(OUT_PLAIN, "!  close to root, or allows becoming root");
	if (known & ~kernel)
		out_line(OUT_PLAIN, "?  unknown to this kernel");
}

static void json_all(capmask kernel)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array(), *entry;

	for (unsigned int bit = 0; capset_known() >> bit & 1; bit++) {
		capmask mask = UINT64_C(1) << bit;
		char *name CLEANUP_FREE = out_name(bit);

		entry = json_object_new_object();
		json_object_object_add(entry, "number",
				       json_object_new_int((int)bit));
		json_object_object_add(entry, "name", out_json_text(name));
		json_object_object_add(entry, "allows",
				       out_json_text(decode_description(bit)));
		json_object_object_add(
			entry, "dangerous",
			json_object_new_boolean(!!(capset_dangerous() & mask)));
		json_object_object_add(
			entry, "in_kernel",
			json_object_new_boolean(!!(kernel & mask)));
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "capabilities", list);
	out_json(object);
}

static int decode_print(char **operands, bool json, struct err *err)
{
	struct masks masks = { 0 };
	struct decoded *list CLEANUP_FREE = NULL;
	struct own_caps own;
	int result = decode_operands(&masks, operands, err);

	list = masks.list;
	if (result < 0 || own_caps_read(&own, err) < 0)
		return -1;
	if (!masks.count)
		(json ? json_all : print_all)(own.kernel);
	else
		(json ? json_masks : print_masks)(&masks, own.kernel);
	return 0;
}

enum verb_status verb_decode(int argc, char **argv, struct err *err)
{
	bool json = false;
	const struct verb_option options[] = { { "json", &json, NULL } };
	int first = verb_parse(argc, argv, options, ARRAY_LEN(options), err);

	if (first < 0 || decode_print(argv + first, json, err) < 0)
		return VERB_ERROR;
	return VERB_GOOD;
}
