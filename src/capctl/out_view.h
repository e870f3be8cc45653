/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines on a terminal that are replaced by newer ones: between begin and end,
 * what out.h prints is the view.
 */
#ifndef CAPRUNTIME_CAPCTL_OUT_VIEW_H
#define CAPRUNTIME_CAPCTL_OUT_VIEW_H

#include <stdbool.h>
#include <stddef.h>

/* Standard output is a terminal that can move its cursor. */
bool out_view_is_possible(void) __attribute__((warn_unused_result));

/* Erases the view before. Tells the size of the terminal, less a line. */
void out_view_begin(size_t *ret_width, size_t *ret_lines);
void out_view_end(void);
void out_view_erase(void);

#endif
