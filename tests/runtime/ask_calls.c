/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: ask_calls list                           every call, without arguments
 *        ask_calls runc|crun CONFIG.JSON <CALLS   the profile's results
 * Lines and results have the format of try_calls.
 */
#include "config.h"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "capctl/seccomp/closed.h"
#include "testdata.h"

#define NUMBERS_MAX 1024

static int list(void)
{
	for (int nr = 0; nr < NUMBERS_MAX; nr++) {
		char *name CLEANUP_FREE =
			seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

		if (name)
			printf("%s %d 0 0 0 0 0 0\n", name, nr);
	}
	return 0;
}

static void answer(const struct seccomp_profile *profile, const char *name,
		   int nr, const uint64_t args[6])
{
	uint32_t action = seccomp_profile_run(profile, 0, nr, args);

	printf("%s %d %#llx %#llx %#llx ", name, nr,
	       (unsigned long long)args[0], (unsigned long long)args[1],
	       (unsigned long long)args[2]);
	if (!seccomp_action_closes(action))
		printf("open\n");
	else if ((action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		printf("errno %u\n", action & SECCOMP_RET_DATA);
	else
		printf("killed\n");
}

static int answer_all(const struct seccomp_profile *profile)
{
	char name[64];
	long long args[6];
	int nr;

	while (scanf("%63s %d %lli %lli %lli %lli %lli %lli", name, &nr,
		     &args[0], &args[1], &args[2], &args[3], &args[4],
		     &args[5]) == 8) {
		uint64_t values[6];

		for (int i = 0; i < 6; i++)
			values[i] = (uint64_t)args[i];
		answer(profile, name, nr, values);
	}
	return 0;
}

int main(int argc, char *argv[])
{
	struct seccomp_profile *profile CLEANUP_PROFILE = NULL;
	struct testdata data CLEANUP_TESTDATA = { .owned = NULL };
	struct err err = { 0 };

	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return list();
	if (argc != 3)
		return 2;
	data = testdata_read(argv[2]);
	if (json_check(&data.doc, &err) < 0 ||
	    seccomp_profile_read(&profile, &data.doc,
				 strcmp(argv[1], "crun") == 0 ? RUNTIME_CRUN
							      : RUNTIME_RUNC,
				 &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	return answer_all(profile);
}
