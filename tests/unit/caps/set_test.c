/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "caps/set.h"

#include <ctype.h>

#include "libcap_names.h"
#include "prng.h"
#include "tap.h"

/* By number, from the kernel's include/uapi/linux/capability.h. */
static const char *const kernel_names[] = {
	"CHOWN",
	"DAC_OVERRIDE",
	"DAC_READ_SEARCH",
	"FOWNER",
	"FSETID",
	"KILL",
	"SETGID",
	"SETUID",
	"SETPCAP",
	"LINUX_IMMUTABLE",
	"NET_BIND_SERVICE",
	"NET_BROADCAST",
	"NET_ADMIN",
	"NET_RAW",
	"IPC_LOCK",
	"IPC_OWNER",
	"SYS_MODULE",
	"SYS_RAWIO",
	"SYS_CHROOT",
	"SYS_PTRACE",
	"SYS_PACCT",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_NICE",
	"SYS_RESOURCE",
	"SYS_TIME",
	"SYS_TTY_CONFIG",
	"MKNOD",
	"LEASE",
	"AUDIT_WRITE",
	"AUDIT_CONTROL",
	"SETFCAP",
	"MAC_OVERRIDE",
	"MAC_ADMIN",
	"SYSLOG",
	"WAKE_ALARM",
	"BLOCK_SUSPEND",
	"AUDIT_READ",
	"PERFMON",
	"BPF",
	"CHECKPOINT_RESTORE",
};

static capmask from_exact(const char *name)
{
	return capset_from_exact(name, strlen(name));
}

static capmask from_name(const char *name)
{
	return capset_from_name(name, strlen(name));
}

static void every_capability_of_the_kernel_is_known(void)
{
	/* A newer libcap may know more, but never fewer. */
	CHECK_U64(capset_known() & 0x1ffffffffff, 0x1ffffffffff);
	CHECK(!(capset_known() & (capset_known() + 1)));
}

static void every_name_is_found_in_each_spelling(void)
{
	for (size_t i = 0; i < ARRAY_LEN(kernel_names); i++) {
		capmask want = UINT64_C(1) << i;
		char name[64];

		CHECK_U64(from_exact(kernel_names[i]), 0);
		CHECK_U64(from_name(kernel_names[i]), want);
		snprintf(name, sizeof(name), "CAP_%s", kernel_names[i]);
		CHECK_U64(from_exact(name), want);
		CHECK_U64(from_name(name), want);
		CHECK_U64(capset_from_libcap(name), want);
		name[2] = 'p';
		CHECK_U64(from_exact(name), 0);
		for (char *at = name; *at; at++)
			*at = (char)tolower((unsigned char)*at);
		CHECK_U64(from_exact(name), 0);
		CHECK_U64(from_name(name), want);
		CHECK_U64(from_name(name + 4), want);
		CHECK_U64(capset_from_libcap(name), want);
		name[6] = (char)toupper((unsigned char)name[6]);
		CHECK_U64(from_exact(name), 0);
		CHECK_U64(from_name(name), want);
	}
}

static void nothing_else_is_a_name(void)
{
	static const char *const texts[] = {
		"",
		"CAP_",
		"CAP_CAP_KILL",
		"cap_cap_kill",
		"CAP_KIL",
		"CAP_KILLL",
		"CAP_KILL ",
		" CAP_KILL",
		"CAP_KILL,",
		"CAP_KILL,foo",
		"CAP_KILL\n",
		"CAP_KILL=",
		"CAP_KILL+ep",
		"CAP-KILL",
		"CAP__KILL",
		"_KILL",
		"5",
		"10",
		"CAP_5",
		"CAP_10",
		"0x5",
		"ALL",
		"all",
		"CAP_ALL",
		"CAP_LAST_CAP",
		"CAPKILL",
		"CAP",
		"*",
		"!KILL",
		"K\xc4\xb0LL",
		"CAP_\xe2\x84\xaaILL",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!CHECK_U64(from_exact(texts[i]), 0) ||
		    !CHECK_U64(from_name(texts[i]), 0))
			printf("#   of: '%s'\n", texts[i]);
	}
	CHECK_U64(capset_from_exact("CAP_KILL\0", 9), 0);
	CHECK_U64(capset_from_name("CAP_KILL\0", 9), 0);
	CHECK_U64(capset_from_name("KILL\0", 5), 0);
	CHECK_U64(capset_from_name("\0", 1), 0);
}

static void a_name_ends_at_its_length(void)
{
	CHECK_U64(capset_from_exact("CAP_KILLER", 8), 1 << 5);
	CHECK_U64(capset_from_name("KILLER", 4), 1 << 5);
	CHECK_U64(capset_from_name("KILL", 0), 0);
}

static void names_of_any_length_are_safe(void)
{
	char name[128];

	for (size_t len = 1; len < sizeof(name); len++) {
		char *copy CLEANUP_FREE = malloc(len);

		memset(copy, 'A', len);
		CHECK_U64(capset_from_name(copy, len), 0);
		memcpy(copy, "CAP_", len < 4 ? len : 4);
		CHECK_U64(capset_from_name(copy, len), 0);
		CHECK_U64(capset_from_exact(copy, len), 0);
	}
}

/* Accepted by crun 1.8 and 1.26; see capabilities.json. */
static void libcap_takes_more_than_the_specification_says(void)
{
	static const struct {
		const char *name;
		capmask want;
	} names[] = {
		{ "cap_net_bind_service", 1 << 10 },
		{ "CAP_KILL,foo", 1 << 5 },
		{ "CAP_KILL\n", 1 << 5 },
		{ "CAP_KILL=", 1 << 5 },
		{ "CAP_KILL+ep", 1 << 5 },
		{ "cap_kill,", 1 << 5 },
		{ "10", 1 << 10 },
		{ "40", UINT64_C(1) << 40 },
		{ "41", 0 },
		{ "63", 0 },
		{ "64", 0 },
		{ "99999999999999999999", 0 },
		{ "-1", 0 },
		{ "NET_BIND_SERVICE", 0 },
		{ "CAP_NO_SUCH", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!CHECK_U64(capset_from_libcap(names[i].name),
			       names[i].want))
			printf("#   of: '%s'\n", names[i].name);
}

/* A name, a number or a prefix of one, with a few bytes changed. */
static void make_text(struct prng *prng, char *text, size_t size)
{
	static const char bytes[] = "capCAP_kK0x79 ,=+-\n\x7f\xc4";
	static const char *const prefixes[] = { "CAP_", "cap_", "", "Cap_",
						"CAP_CAP_" };
	unsigned int number = (unsigned int)prng_below(prng, 70);
	size_t len;

	switch (prng_below(prng, 16)) {
	case 0:
		snprintf(text, size, "%u", number);
		break;
	case 1:
		snprintf(text, size, "0x%x", number);
		break;
	case 2:
		snprintf(text, size, "0%o", number);
		break;
	default:
		snprintf(text, size, "%s%s", prefixes[prng_below(prng, 5)],
			 kernel_names[prng_below(prng, 41)]);
	}
	len = strlen(text);
	for (uint64_t i = prng_below(prng, 4); i && len; i--) {
		size_t at = prng_below(prng, len);

		if (prng_below(prng, 2))
			text[at] ^= 0x20;
		else
			text[at] = bytes[prng_below(prng, sizeof(bytes))];
	}
}

/* The name is libcap's own, in upper case. */
static capmask exactly(const char *text)
{
	capmask mask = libcap_from_name(text);
	char *name = mask ? cap_to_name(__builtin_ctzll(mask)) : NULL;

	for (char *at = name; at && *at; at++)
		*at = (char)toupper((unsigned char)*at);
	if (!name || strcmp(name, text) != 0)
		mask = 0;
	cap_free(name);
	return mask;
}

static void random_texts_mean_what_libcap_makes_of_them(void)
{
	struct prng prng = { 20 };
	unsigned int known = 0;

	for (int i = 0; i < 200000; i++) {
		char text[64];

		make_text(&prng, text, sizeof(text));
		known += capset_from_libcap(text) != 0;
		if (!CHECK_U64(from_exact(text), exactly(text)) ||
		    !CHECK_U64(capset_from_libcap(text),
			       libcap_from_name(text)) ||
		    !CHECK_U64(from_name(text), libcap_from_policy(text))) {
			printf("#   of: '%s'\n", text);
			return;
		}
	}
	CHECK(known > 20000);
}

static char *list_names(capmask mask, const char *between)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct err err;
	char *text = NULL;

	capset_add_names(&buf, mask, between);
	CHECK(buf_take(&buf, &text, NULL, &err) == 0);
	return text;
}

static void every_name_and_number_is_libcaps(void)
{
	for (int value = 0; capset_known() >> value; value++) {
		char *want = cap_to_name(value);
		char *name CLEANUP_FREE = list_names(UINT64_C(1) << value, ",");

		REQUIRE(want && name);
		CHECK(strcasecmp(name, want) == 0);
		cap_free(want);
	}
}

static capmask read_by_libcap(const char *names)
{
	char text[2048];
	capmask mask = 0;
	cap_t caps;

	snprintf(text, sizeof(text), "%s=p", names);
	caps = cap_from_text(text);
	for (int value = 0; caps && capset_known() >> value; value++) {
		cap_flag_value_t is_set = CAP_CLEAR;

		cap_get_flag(caps, value, CAP_PERMITTED, &is_set);
		mask |= (capmask)(is_set == CAP_SET) << value;
	}
	cap_free(caps);
	return mask;
}

static void random_sets_are_written_as_libcap_reads_them(void)
{
	struct prng prng = { 21 };

	for (int i = 0; i < 20000; i++) {
		/* Of every size. */
		capmask mask = prng_next(&prng) & capset_known();
		char *names CLEANUP_FREE = NULL;

		if (prng_below(&prng, 2))
			mask &= prng_next(&prng) & prng_next(&prng);
		/* For libcap, a list without names has all of them. */
		if (!mask)
			continue;
		names = list_names(mask, ",");
		REQUIRE(CHECK_U64(read_by_libcap(names), mask));
	}
}

static void names_are_written_in_kernel_order(void)
{
	static const struct {
		capmask mask;
		const char *between, *want;
	} lists[] = {
		{ 0, ",", "" },
		{ 1 << 10, ",", "CAP_NET_BIND_SERVICE" },
		{ 1 << 5 | 1 << 0 | UINT64_C(1) << 40, ", ",
		  "CAP_CHOWN, CAP_KILL, CAP_CHECKPOINT_RESTORE" },
		{ 1 << 12 | 1 << 13, "\",\"", "CAP_NET_ADMIN\",\"CAP_NET_RAW" },
		{ UINT64_C(1) << 63 | 1, ",", "CAP_CHOWN" },
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		char *text CLEANUP_FREE =
			list_names(lists[i].mask, lists[i].between);

		CHECK_STR(text, lists[i].want);
	}
}

static void what_is_written_reads_as_the_same_set(void)
{
	char *text CLEANUP_FREE = list_names(capset_known(), ",");
	capmask mask = 0;
	size_t count = 0;

	for (char *rest = text, *name; (name = strsep(&rest, ","));) {
		mask |= from_exact(name);
		count++;
	}
	CHECK_U64(mask, capset_known());
	CHECK_U64(count, (unsigned int)__builtin_popcountll(capset_known()));
}

static void keys_are_those_of_the_specification(void)
{
	CHECK_STR(capset_key(CAPSET_EFFECTIVE), "effective");
	CHECK_STR(capset_key(CAPSET_BOUNDING), "bounding");
	CHECK_STR(capset_key(CAPSET_INHERITABLE), "inheritable");
	CHECK_STR(capset_key(CAPSET_PERMITTED), "permitted");
	CHECK_STR(capset_key(CAPSET_AMBIENT), "ambient");
}

static void the_dangerous_ones_are_those_of_the_manual_page(void)
{
	static const char *const names[] = {
		"CHOWN",
		"DAC_OVERRIDE",
		"DAC_READ_SEARCH",
		"FOWNER",
		"SETUID",
		"SETGID",
		"SETPCAP",
		"SETFCAP",
		"MKNOD",
		"LINUX_IMMUTABLE",
		"NET_ADMIN",
		"SYS_ADMIN",
		"SYS_MODULE",
		"SYS_RAWIO",
		"SYS_PTRACE",
		"SYS_BOOT",
		"SYS_CHROOT",
		"SYS_RESOURCE",
		"SYS_TIME",
		"SYSLOG",
		"BPF",
		"PERFMON",
		"AUDIT_CONTROL",
		"MAC_ADMIN",
		"MAC_OVERRIDE",
		"CHECKPOINT_RESTORE",
	};
	capmask mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		mask |= capset_from_name(names[i], strlen(names[i]));
	CHECK_U64(capset_dangerous(), mask);
}

static void a_misspelt_name_is_recognised_and_has_a_bare_one(void)
{
	CHECK_U64(capset_from_misspelt("CAP_CAP_KILL"), UINT64_C(1) << 5);
	CHECK_U64(capset_from_misspelt("cap_Cap_kill"), UINT64_C(1) << 5);
	CHECK_U64(capset_from_misspelt("kill"), UINT64_C(1) << 5);
	CHECK_U64(capset_from_misspelt("CAP_CAP_"), 0);
	CHECK_U64(capset_from_misspelt(""), 0);
	CHECK_U64(capset_from_misspelt("CAPKILL"), 0);
	CHECK_STR(capset_bare_name(UINT64_C(1) << 5), "KILL");
	CHECK_STR(capset_bare_name(0), "");
}

static const struct tap_test tests[] = {
	TAP_TEST(every_capability_of_the_kernel_is_known),
	TAP_TEST(every_name_is_found_in_each_spelling),
	TAP_TEST(nothing_else_is_a_name),
	TAP_TEST(a_name_ends_at_its_length),
	TAP_TEST(names_of_any_length_are_safe),
	TAP_TEST(libcap_takes_more_than_the_specification_says),
	TAP_TEST(every_name_and_number_is_libcaps),
	TAP_TEST(random_texts_mean_what_libcap_makes_of_them),
	TAP_TEST(random_sets_are_written_as_libcap_reads_them),
	TAP_TEST(names_are_written_in_kernel_order),
	TAP_TEST(what_is_written_reads_as_the_same_set),
	TAP_TEST(keys_are_those_of_the_specification),
	TAP_TEST(the_dangerous_ones_are_those_of_the_manual_page),
	TAP_TEST(a_misspelt_name_is_recognised_and_has_a_bare_one),
};

TAP_MAIN(tests)
