/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "verb.h"

enum verb_status verb_doctor(int argc, char **argv, struct err *err)
{
	(void)argc;
	err_set(err, "%s is not there yet", argv[0]);
	return VERB_TROUBLE;
}
