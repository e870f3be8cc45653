/* SPDX-License-Identifier: Apache-2.0 */
/* When a process began, by which another one with its PID can be told. */
#ifndef CAPRUNTIME_CAPCTL_LEARN_PROCESS_H
#define CAPRUNTIME_CAPCTL_LEARN_PROCESS_H

#include <stdint.h>

/* Field 22 of proc_pid_stat(5). 0: there is none, or it has ended. */
uint64_t learn_process_start(uint32_t pid);

#endif
