/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of predict_kernel_test and exec_probe. */
#ifndef CAPRUNTIME_EXEC_PROBE_H
#define CAPRUNTIME_EXEC_PROBE_H

/* Descriptors. */
#define PROBE_UP 20 /* to the test */
#define PROBE_DOWN 21

#define PROBE_SECURE 'S' /* started, AT_SECURE is set */
#define PROBE_PLAIN 'P'

#endif
