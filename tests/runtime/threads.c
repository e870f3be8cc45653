/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: threads [lower] [drop] [exit]
 * With lower, the ambient set is cleared first. A second thread keeps the program's capabilities and sleeps. The main thread
 * drops all of its capabilities, takes the name "ready", and sleeps or exits.
 * Not a script, because a shell has only one thread.
 */
#include <linux/capability.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *sleep_forever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* capset(2) changes only the calling thread, including its ambient set. */
static int drop_all(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	return (int)syscall(SYS_capset, &header, none);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1 && strcmp(argv[1], "lower") == 0 &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return 1;
	if (pthread_create(&thread, NULL, sleep_forever, NULL) != 0)
		return 1;
	if (argc > 1 && strcmp(argv[1], "drop") == 0 && drop_all() < 0)
		return 1;
	prctl(PR_SET_NAME, "ready");
	if (argc > 1 && strcmp(argv[argc - 1], "exit") == 0)
		pthread_exit(NULL);
	sleep_forever(NULL);
}
