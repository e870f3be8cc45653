/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each capability allows, in a line for people. The kernel asks for them
 * in more places than a line can hold: capabilities(7) has the list.
 */
#ifndef CAPRUNTIME_CAPCTL_CAPTEXT_H
#define CAPRUNTIME_CAPCTL_CAPTEXT_H

/* NULL: a number that had no name yet when this was written. */
const char *cap_description(unsigned int number);

#endif
