/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capruntime/refuse.h"

#include <string.h>

#include "base/report.h"

static const char *log_file(const struct runtime_args *args)
{
	static const char file[] = "file:";
	const char *log = args->log;

	if (!log || args->dialect != RUNTIME_CRUN)
		return log;
	if (strncmp(log, "syslog:", strlen("syslog:")) == 0 ||
	    strncmp(log, "journald:", strlen("journald:")) == 0)
		return NULL;
	return strncmp(log, file, strlen(file)) == 0 ? log + strlen(file) : log;
}

void refuse(const struct err *err, const struct runtime_args *args)
{
	const char *format = args->log_format;

	report_refusal(err, log_file(args),
		       format && strcmp(format, "json") == 0);
}
