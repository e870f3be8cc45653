/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random histories of one bundle: the engine writes config.json, and creates
 * run under changing policies and are killed between their writes. After any
 * history, a create without a rule restores the bytes that the engine wrote
 * last, and the result of a create depends only on those bytes and the policy.
 *
 * One limit is inherent: a value that the engine writes and that equals one in
 * the record's `wrote` is taken for capruntime's. Therefore each new text has a
 * unique name in its bounding set, and does not set noNewPrivileges to true
 * while a record says that capruntime did.
 *
 * CAPRUNTIME_SOAK=N makes N times as many histories.
 */
#include "config.h"

#include <inttypes.h>

#include "bundle_history.h"
#include "engine_configs.h"

#define HISTORIES 100000

static void engine_writes(struct files *files, char **last)
{
	bool ours =
		files->record && strstr(files->record, "\"noNewPrivileges\":{");

	free(*last);
	*last = engine_config(!ours);
	put(&files->config, *last);
}

static struct rule random_rule(void)
{
	return (struct rule){
		.ambient = pick(4) ? pick(NAMES_ALL + 1) << 5 | pick(2) : 0,
		.no_new_privileges = pick(3) == 0,
		.exec = pick(4) == 0,
		.drop_unknown = pick(4) == 0,
		.name = pick(3),
	};
}

static bool run_create(struct files *files, const char *engine)
{
	struct rule rule = random_rule();
	const struct rule *matching = pick(5) ? &rule : NULL;
	unsigned int writes = pick(6);

	if (!create(files, matching, writes) || writes < TO_THE_END)
		return true;
	return is_granted(files, matching) &&
	       is_the_same_again(files, matching) &&
	       is_as_if_fresh(files, engine, matching);
}

static bool run_step(struct files *files, char **engine)
{
	switch (pick(8)) {
	case 0:
		engine_writes(files, engine);
		return true;
	case 1: /* podman restart: writes the same bytes into the same bundle */
		put(&files->config, *engine);
		return true;
	case 2: /* a new bundle */
		put(&files->record, NULL);
		engine_writes(files, engine);
		return true;
	default:
		return run_create(files, *engine);
	}
}

static bool run_history(void)
{
	struct files files CLEANUP_FILES = { 0 };
	char *engine CLEANUP_FREE = NULL;

	engine_writes(&files, &engine);
	for (unsigned int left = 1 + pick(6); left; left--)
		if (!run_step(&files, &engine) || !covers(&files, engine) ||
		    !gives_back(&files, engine))
			return false;
	return true;
}

static void every_history_gives_back_what_the_engine_wrote(void)
{
	const char *soak = getenv("CAPRUNTIME_SOAK");
	unsigned long times = soak ? strtoul(soak, NULL, 10) : 1;

	printf("# seed %#" PRIx64 ", %lu x %d histories\n", SEED, times,
	       HISTORIES);
	for (unsigned long i = 0; i < times * HISTORIES; i++) {
		uint64_t start = prng.state;

		if (!run_history()) {
			printf("# history %lu, random state %#" PRIx64 "\n", i,
			       start);
			return;
		}
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(every_history_gives_back_what_the_engine_wrote),
};

TAP_MAIN(tests)
