/* SPDX-License-Identifier: Apache-2.0 */
/* What 'capctl decode' prints for a capability. */
#ifndef CAPRUNTIME_CAPCTL_DECODE_DESCRIBE_H
#define CAPRUNTIME_CAPCTL_DECODE_DESCRIBE_H

/* What the capability allows; NULL: the number is unknown here. */
const char *decode_description(unsigned int number);

#endif
