/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line of 'capctl learn' asks for. Words in, values out. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_REQUEST_H
#define CAPRUNTIME_CAPCTL_LEARN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "capctl/learn/export.h"
#include "capctl/learn/target.h"

struct learn_request {
	const char *seconds_text, *pid_text, *user_text, *as_text;
	const char *rule; /* the file to write; NULL: none */
	const char *id, *root;
	const char *bundle; /* --run */
	const char *confirm; /* another bundle */
	const char *test; /* NULL: the program's own exit status */
	const char *policy; /* whose rule is confirmed; NULL: it is learned */
	enum learn_form form;
	uint32_t seconds; /* 0: until it ends */
	int32_t pid; /* 0: none */
	struct target_user user;
	char **command;
	bool json;
};

int learn_request_parse(struct learn_request *ret_request, int argc,
			char **argv, struct err *err) MUST_CHECK;

#endif
