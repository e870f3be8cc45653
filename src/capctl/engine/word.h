/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's own word: asks CRI-O ('crio status config', while it runs) and
 * containerd ('containerd config dump', and 'crictl info' while it runs) for the
 * configuration that they have, and compares its handlers with those that were
 * found in the files.
 */
#ifndef CAPRUNTIME_CAPCTL_ENGINE_WORD_H
#define CAPRUNTIME_CAPCTL_ENGINE_WORD_H

#include "capctl/engine/engine_config.h"

/*
 * `config` is complete. Without a trusted program, or without an answer from
 * what runs, the files remain the only source. *ret_count is the number of handlers
 * in the answer that call capruntime, or 0. -1: out of memory.
 */
int engine_word_check(const struct engine_config *config,
		      struct findings *findings, size_t *ret_count,
		      struct err *err) MUST_CHECK;

#endif
