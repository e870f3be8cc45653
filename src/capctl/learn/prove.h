/* SPDX-License-Identifier: Apache-2.0 */
/* 'capctl learn --confirm': which capabilities a container cannot do without. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_PROVE_H
#define CAPRUNTIME_CAPCTL_LEARN_PROVE_H

#include <signal.h>

#include "capctl/learn/confirm.h"
#include "capctl/learn/request.h"
#include "capctl/learn/subject.h"
#include "capctl/verb.h"

struct proof {
	capmask asked; /* by the rule, or by the program when it was recorded */
	struct confirmed confirmed;
	struct learn_subject subject;
};

enum verb_status prove(const struct learn_request *request,
		       const sigset_t *signals, struct err *err);

void prove_print(const struct proof *proof);
void prove_print_json(const struct proof *proof);

#endif
