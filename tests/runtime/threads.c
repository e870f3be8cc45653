/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: threads [lower | drop | ask] [exit]
 * With lower, the ambient set is cleared first. A second thread keeps the program's
 * capabilities and sleeps; with ask, it calls chown(2) again and again. The main
 * thread drops all of its capabilities with drop, takes the name "ready", and sleeps
 * or exits. Not a script, because a shell has only one thread.
 */
#include <linux/capability.h>
#include <pthread.h>
#include <stdbool.h>
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

static void *ask_forever(void *unused)
{
	while (chown("/dev", 0, 0) < 0)
		usleep(100000);
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
	const char *word = argc > 1 ? argv[1] : "";
	bool asks = strcmp(word, "ask") == 0;
	pthread_t thread;

	if (strcmp(word, "lower") == 0 &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return 1;
	if (pthread_create(&thread, NULL, asks ? ask_forever : sleep_forever,
			   NULL) != 0)
		return 1;
	if (strcmp(word, "drop") == 0 && drop_all() < 0)
		return 1;
	prctl(PR_SET_NAME, "ready");
	if (argc > 1 && strcmp(argv[argc - 1], "exit") == 0)
		pthread_exit(NULL);
	sleep_forever(NULL);
}
