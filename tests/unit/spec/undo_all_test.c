/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All histories of three steps in a small world: three capabilities, the rules
 * and texts of the tables below, and creates that are killed after each of their
 * writes. undo_history_test.c has the properties and larger worlds at random.
 *
 * With CAPRUNTIME_SOAK they have four steps.
 */
#include "config.h"

#include "bundle_history.h"

#define CHOWN UINT64_C(0x1)
#define KILL UINT64_C(0x20)
#define NET_RAW UINT64_C(0x2000)

/* Between the two is a mark that no other text has: see undo_history_test.c. */
static const char *const engine_texts[][2] = {
	{ "{\"process\":{\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_KILL\",\"CAP_NET_RAW\",\"",
	  "\"]}}}" },
	{ "{\"process\": {\"noNewPrivileges\": false, \"capabilities\": {\"permitted\": [\"CAP_KILL\"], \"inheritable\": [\"CAP_KILL\"], \"ambient\": [\"CAP_KILL\"], \"bounding\": [\"CAP_KILL\", \"",
	  "\"]}}}" },
};

static const struct rule rules[] = {
	{ .ambient = KILL },
	{ .ambient = CHOWN | NET_RAW, .name = 1 },
	{ .no_new_privileges = true, .name = 2 },
	{ .ambient = KILL | NET_RAW,
	  .no_new_privileges = true,
	  .exec = true,
	  .name = 3 },
	{ .drop_unknown = true, .ambient = CHOWN, .name = 4 },
};

struct world {
	struct files files;
	char *engine; /* what the engine wrote last */
};

#define CLEANUP_WORLD __attribute__((cleanup(world_free)))

static void world_free(struct world *world)
{
	files_free(&world->files);
	free(world->engine);
}

static void world_copy(struct world *ret_world, const struct world *world)
{
	*ret_world = (struct world){ 0 };
	put(&ret_world->files.config, world->files.config);
	put(&ret_world->files.record, world->files.record);
	put(&ret_world->engine, world->engine);
}

static void engine_writes(struct world *world, size_t which)
{
	static unsigned int marks;

	free(world->engine);
	world->engine = alloc_text("%sCAP_ENGINE_%u%s", engine_texts[which][0],
				   marks++, engine_texts[which][1]);
	put(&world->files.config, world->engine);
}

static bool run_create(struct world *world, const struct rule *rule,
		       unsigned int writes)
{
	struct files *files = &world->files;

	if (!create(files, rule, writes) || writes < TO_THE_END)
		return true;
	return is_granted(files, rule) && is_the_same_again(files, rule) &&
	       is_as_if_fresh(files, world->engine, rule);
}

static bool explore(const struct world *world, unsigned int steps);

static unsigned long histories;

static bool holds(const struct world *world, unsigned int steps)
{
	histories++;
	return covers(&world->files, world->engine) &&
	       gives_back(&world->files, world->engine) &&
	       (!steps || explore(world, steps));
}

/* With the record of the old text, or with none: a new bundle. */
static bool explore_engine(const struct world *world, unsigned int steps)
{
	for (size_t i = 0; i <= ARRAY_LEN(engine_texts); i++) {
		for (int is_new = 0; is_new < 2; is_new++) {
			struct world next CLEANUP_WORLD;

			world_copy(&next, world);
			if (i < ARRAY_LEN(engine_texts))
				engine_writes(&next, i);
			else /* the same bytes again */
				put(&next.files.config, next.engine);
			if (is_new)
				put(&next.files.record, NULL);
			if (!holds(&next, steps))
				return false;
		}
	}
	return true;
}

static bool explore_creates(const struct world *world, unsigned int steps)
{
	for (size_t i = 0; i <= ARRAY_LEN(rules); i++) {
		const struct rule *rule =
			i < ARRAY_LEN(rules) ? &rules[i] : NULL;

		for (unsigned int writes = 1; writes <= TO_THE_END; writes++) {
			struct world next CLEANUP_WORLD;

			world_copy(&next, world);
			if (!run_create(&next, rule, writes) ||
			    !holds(&next, steps)) {
				printf("# rule %zu, %u writes, %u steps left\n",
				       i, writes, steps);
				return false;
			}
		}
	}
	return true;
}

static bool explore(const struct world *world, unsigned int steps)
{
	return explore_engine(world, steps - 1) &&
	       explore_creates(world, steps - 1);
}

static void all_short_histories_give_back_what_the_engine_wrote(void)
{
	const unsigned int steps = getenv("CAPRUNTIME_SOAK") ? 4 : 3;

	for (size_t i = 0; i < ARRAY_LEN(engine_texts); i++) {
		struct world world CLEANUP_WORLD = { 0 };

		engine_writes(&world, i);
		if (!explore(&world, steps))
			return;
	}
	printf("# %lu histories\n", histories);
}

static const struct tap_test tests[] = {
	TAP_TEST(all_short_histories_give_back_what_the_engine_wrote),
};

TAP_MAIN(tests)
