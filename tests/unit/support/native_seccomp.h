/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp profiles for the machine that the tests run on. The fixtures are from
 * x86-64; their engines list the machine's architecture and those of its 32-bit
 * programs.
 */
#ifndef CAPRUNTIME_NATIVE_SECCOMP_H
#define CAPRUNTIME_NATIVE_SECCOMP_H

#include <seccomp.h>
#include <string.h>

#include "tap.h"
#include "testdata.h"
#include "json/read.h"

#if defined(__aarch64__)
#define NATIVE_ARCHES "\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\""
#define NATIVE_SUB_ARCH SCMP_ARCH_ARM
#elif defined(__s390x__)
#define NATIVE_ARCHES "\"SCMP_ARCH_S390X\",\"SCMP_ARCH_S390\""
#define NATIVE_SUB_ARCH SCMP_ARCH_S390
#elif defined(__powerpc64__)
#define NATIVE_ARCHES "\"SCMP_ARCH_PPC64LE\""
#define NATIVE_SUB_ARCH 0
#else
#define NATIVE_ARCHES "\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\""
#define NATIVE_SUB_ARCH SCMP_ARCH_X86
#endif

/* Of this machine's byte order, and of the other. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ANOTHER_ARCH "SCMP_ARCH_PPC64"
#define ANOTHER_ARCH_TOKEN SCMP_ARCH_PPC64
#define OTHER_ORDER_ARCH "SCMP_ARCH_AARCH64"
#elif defined(__aarch64__)
#define ANOTHER_ARCH "SCMP_ARCH_X86_64"
#define ANOTHER_ARCH_TOKEN SCMP_ARCH_X86_64
#define OTHER_ORDER_ARCH "SCMP_ARCH_S390X"
#else
#define ANOTHER_ARCH "SCMP_ARCH_AARCH64"
#define ANOTHER_ARCH_TOKEN SCMP_ARCH_AARCH64
#define OTHER_ORDER_ARCH "SCMP_ARCH_S390X"
#endif

/* libseccomp then takes every action: emulators have no seccomp(2). */
static inline void know_every_action(void)
{
	CHECK(seccomp_api_set(5) == 0);
}

/* The file passed json_check(). Writes the list of its profile. */
static inline void list_native_arches(struct testdata *data)
{
	struct json_value value = json_root(&data->doc);
	size_t len = strlen(NATIVE_ARCHES);
	char *list;

	if (!json_find(&data->doc, value, "linux", &value) ||
	    !json_find(&data->doc, value, "seccomp", &value) ||
	    !json_find(&data->doc, value, "architectures", &value))
		return;
	if (!CHECK(value.end - value.start >= len + 2))
		return;
	list = data->owned + value.start + 1;
	memset(list, ' ', value.end - value.start - 2);
	memcpy(list, NATIVE_ARCHES, len);
}

#endif
