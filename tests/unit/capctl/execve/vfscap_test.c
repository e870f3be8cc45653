/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/execve/vfscap.h"

#include "tap.h"

/* Written by setcap(8) and read with getfattr(1), little endian. */
static const unsigned char version_1[] = { 1, 0, 0,    1,    0x00, 0x04,
					   0, 0, 0x00, 0x20, 0,	   0 };
static const unsigned char version_2[] = { 1, 0,    0,	  2, 0x00, 0x04, 0,
					   0, 0x00, 0x20, 0, 0,	   0x80, 0,
					   0, 0,    1,	  0, 0,	   0 };
static const unsigned char version_3[] = { 0, 0, 0, 3, 0x00, 0x24, 0,	 0,
					   0, 0, 0, 0, 0,    1,	   0,	 0,
					   0, 0, 0, 0, 0xa0, 0x86, 0x01, 0x00 };

#define NET_BIND_SERVICE (UINT64_C(1) << 10)
#define NET_RAW (UINT64_C(1) << 13)
#define PERFMON (UINT64_C(1) << 38)
#define CHECKPOINT_RESTORE (UINT64_C(1) << 40)

static void version_1_has_32_capabilities(void)
{
	struct vfscap caps;
	struct err err = { 0 };

	REQUIRE(vfscap_parse(&caps, version_1, sizeof(version_1), &err) == 0);
	CHECK(caps.version == 1);
	CHECK_U64(caps.permitted, NET_BIND_SERVICE);
	CHECK_U64(caps.inheritable, NET_RAW);
	CHECK(caps.effective);
	CHECK_U64(caps.root, 0);
	CHECK_STR(err.text, "");
}

static void version_2_has_the_higher_ones_too(void)
{
	struct vfscap caps;
	struct err err;

	REQUIRE(vfscap_parse(&caps, version_2, sizeof(version_2), &err) == 0);
	CHECK(caps.version == 2);
	CHECK_U64(caps.permitted, NET_BIND_SERVICE | UINT64_C(1) << 39);
	CHECK_U64(caps.inheritable, NET_RAW | UINT64_C(1) << 32);
	CHECK(caps.effective);
	CHECK_U64(caps.root, 0);
}

static void version_3_has_a_root_user(void)
{
	struct vfscap caps;
	struct err err;

	REQUIRE(vfscap_parse(&caps, version_3, sizeof(version_3), &err) == 0);
	CHECK(caps.version == 3);
	CHECK_U64(caps.permitted,
		  NET_BIND_SERVICE | NET_RAW | CHECKPOINT_RESTORE);
	CHECK_U64(caps.inheritable, 0);
	CHECK(!caps.effective);
	CHECK_U64(caps.root, 100000);
}

static void unknown_flags_change_nothing(void)
{
	unsigned char bytes[sizeof(version_2)];
	struct vfscap plain, flagged;
	struct err err;

	memcpy(bytes, version_2, sizeof(bytes));
	bytes[0] |= 0xfe;
	bytes[1] = 0xff;
	bytes[2] = 0xff;
	REQUIRE(vfscap_parse(&plain, version_2, sizeof(version_2), &err) == 0);
	REQUIRE(vfscap_parse(&flagged, bytes, sizeof(bytes), &err) == 0);
	CHECK(flagged.version == plain.version && flagged.effective);
	CHECK_U64(flagged.permitted, plain.permitted);
	CHECK_U64(flagged.inheritable, plain.inheritable);
	bytes[0] = 0xfe;
	REQUIRE(vfscap_parse(&flagged, bytes, sizeof(bytes), &err) == 0);
	CHECK(!flagged.effective);
}

static void bits_that_no_kernel_knows_are_kept(void)
{
	unsigned char bytes[sizeof(version_2)];
	struct vfscap caps;
	struct err err;

	memset(bytes, 0xff, sizeof(bytes));
	bytes[3] = 2;
	REQUIRE(vfscap_parse(&caps, bytes, sizeof(bytes), &err) == 0);
	CHECK_U64(caps.permitted, UINT64_MAX);
	CHECK_U64(caps.inheritable, UINT64_MAX);
}

static void a_length_that_is_not_the_versions_is_refused(void)
{
	static const unsigned char *const texts[] = { version_1, version_2,
						      version_3 };
	static const size_t lengths[] = { 12, 20, 24 };
	unsigned char bytes[VFSCAP_MAX];
	struct vfscap caps;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes, texts[i], lengths[i]);
		for (size_t len = 0; len <= sizeof(bytes); len++) {
			struct err err = { 0 };
			bool good = vfscap_parse(&caps, bytes, len, &err) == 0;

			CHECK(good == (len == lengths[i]));
			CHECK(good == !*err.text);
			CHECK(caps.version == (good ? (int)i + 1 : 0));
		}
	}
}

static void another_version_is_refused_by_its_number(void)
{
	unsigned char bytes[sizeof(version_2)];
	struct vfscap caps;
	struct err err;

	memcpy(bytes, version_2, sizeof(bytes));
	for (unsigned int version = 0; version < 256; version++) {
		bytes[3] = (unsigned char)version;
		if (version >= 1 && version <= 3)
			continue;
		CHECK(vfscap_parse(&caps, bytes, sizeof(bytes), &err) < 0);
	}
	CHECK_STR(
		err.text,
		"security.capability has version 0xff000000, which the kernel does not know");
}

static const struct tap_test tests[] = {
	TAP_TEST(version_1_has_32_capabilities),
	TAP_TEST(version_2_has_the_higher_ones_too),
	TAP_TEST(version_3_has_a_root_user),
	TAP_TEST(unknown_flags_change_nothing),
	TAP_TEST(bits_that_no_kernel_knows_are_kept),
	TAP_TEST(a_length_that_is_not_the_versions_is_refused),
	TAP_TEST(another_version_is_refused_by_its_number),
};

TAP_MAIN(tests)
