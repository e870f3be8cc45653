/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: needs [port80|packet|mlock|nice|perf]...
 * The program in the containers of examples.bats. Prints one line: its uid and
 * its sets, then for each word whether the privileged operation is done or
 * denied. Not a script, because a script cannot be setuid.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOCKED ((size_t)1024 * 1024)

static char locked[LOCKED];

static int bind_port80(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(80) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? -1
		      : bind(fd, (struct sockaddr *)&address, sizeof(address));
}

/* All packets of all interfaces, like tcpdump and DPDK's AF_PACKET driver. */
static int open_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
}

static int lock_memory(void)
{
	return mlock(locked, sizeof(locked));
}

static int raise_priority(void)
{
	return setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) - 1);
}

/* Counts all events of processor 0, not only this process's. */
static int open_perf(void)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE,
					      .size = sizeof(attributes),
					      .config =
						      PERF_COUNT_SW_CPU_CLOCK };

	return (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0);
}

static const struct need {
	const char *name;
	int (*use)(void);
} needs[] = {
	{ "port80", bind_port80 }, { "packet", open_packet },
	{ "mlock", lock_memory },  { "nice", raise_priority },
	{ "perf", open_perf },
};

static const char *use(const char *name)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		if (strcmp(name, needs[i].name) != 0)
			continue;
		if (needs[i].use() >= 0)
			return "done";
		return errno == EPERM || errno == EACCES || errno == ENOMEM
			       ? "denied"
			       : strerror(errno);
	}
	return "unknown";
}

/* From "CapAmb:\t0000000000000400\n" " amb=400". */
static void print_line(const char *line)
{
	static const char *const keys[] = { "CapInh inh", "CapPrm prm",
					    "CapEff eff", "CapBnd bnd",
					    "CapAmb amb", "NoNewPrivs nnp" };
	unsigned long long value;
	const char *colon = strchr(line, ':');

	for (size_t i = 0; colon && i < sizeof(keys) / sizeof(*keys); i++)
		if (strncmp(line, keys[i], (size_t)(colon - line)) == 0 &&
		    keys[i][colon - line] == ' ' &&
		    sscanf(colon + 1, "%llx", &value) == 1)
			printf(" %s=%llx", &keys[i][colon - line + 1], value);
}

int main(int argc, char *argv[])
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];

	if (!status)
		return 1;
	printf("uid=%u/%u", getuid(), geteuid());
	while (fgets(line, sizeof(line), status))
		print_line(line);
	fclose(status);
	for (int i = 1; i < argc; i++)
		printf(" %s=%s", argv[i], use(argv[i]));
	puts("");
	return fflush(stdout) != 0;
}
