/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/paths.h"

#define CONFIG_DIR SYSCONFDIR "/capruntime"

const char paths_config_dir[] = CONFIG_DIR;
const char paths_policy_file[] = CONFIG_DIR "/policy.json";
const char paths_policy_dir[] = CONFIG_DIR "/policy.d";
const char paths_runtimes_dir[] = CONFIG_DIR "/runtimes";
const char paths_run_dir[] = RUNSTATEDIR;
const char paths_state_dir[] = RUNSTATEDIR "/capruntime";
const char paths_program[] = BINDIR "/capruntime";
