/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/show/tree.h"

#include "prng.h"
#include "tap.h"

#define MANY 10000

/* "PID:DEPTH …" of nodes given as pid, parent, pid, parent … */
static void check(const uint32_t *numbers, size_t count, const char *want)
{
	struct proctree_node nodes[16];
	char got[256] = "";
	struct err err;

	for (size_t i = 0; i < count; i++)
		nodes[i] = (struct proctree_node){ .pid = numbers[2 * i],
						   .parent = numbers[2 * i + 1],
						   .depth = 77,
						   .index = i };
	REQUIRE(proctree_sort(nodes, count, &err) == 0);
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(got);

		snprintf(got + len, sizeof(got) - len, "%s%u:%zu",
			 len ? " " : "", nodes[i].pid, nodes[i].depth);
		CHECK_U64(nodes[i].pid, numbers[2 * nodes[i].index]);
	}
	CHECK_STR(got, want);
}

#define CHECK_TREE(want, ...)                                                  \
	check((const uint32_t[]){ __VA_ARGS__ },                               \
	      sizeof((const uint32_t[]){ __VA_ARGS__ }) / 8, want)

static void children_follow_their_parents(void)
{
	CHECK_TREE("1:0 3:1 9:2 4:1 7:0", 9, 3, 4, 1, 7, 0, 3, 1, 1, 0);
	CHECK_TREE("1:0 2:1 3:2 4:3", 4, 3, 3, 2, 2, 1, 1, 0);
}

static void a_node_without_its_parent_is_a_root(void)
{
	CHECK_TREE("5:0 9:0", 9, 8, 5, 4);
	CHECK_TREE("5:0", 5, 0);
	CHECK_TREE("5:0", 5, 5);
}

static void cycles_and_duplicate_pids_end(void)
{
	CHECK_TREE("2:0 3:1 4:2", 2, 4, 3, 2, 4, 3);
	CHECK_TREE("1:0 2:1 5:0 6:1", 6, 5, 5, 6, 2, 1, 1, 0);
	CHECK_TREE("1:0 2:1 3:2 2:1", 2, 1, 2, 1, 3, 2, 1, 0);
	CHECK_TREE("1:0 2:1 1:0", 1, 0, 1, 0, 2, 1);
}

static void an_empty_tree_is_sorted(void)
{
	struct err err;

	CHECK(proctree_sort(NULL, 0, &err) == 0);
}

static void fill(struct proctree_node *nodes, struct prng *prng)
{
	for (uint32_t i = 0; i < MANY; i++)
		nodes[i] = (struct proctree_node){
			.pid = i + 1,
			.parent = (uint32_t)prng_below(prng, MANY),
			.index = i,
		};
}

/* Even with cycles, each node occurs once, a child one below its parent. */
static void every_node_of_a_random_forest_is_kept(void)
{
	struct proctree_node *nodes CLEANUP_FREE = calloc(MANY, sizeof(*nodes));
	bool *seen CLEANUP_FREE = calloc(MANY, sizeof(*seen));
	uint32_t *above CLEANUP_FREE = calloc(MANY + 1, sizeof(*above));
	struct prng prng = { 7 };
	struct err err;

	REQUIRE(nodes && seen && above);
	fill(nodes, &prng);
	REQUIRE(proctree_sort(nodes, MANY, &err) == 0);
	for (size_t i = 0; i < MANY; i++) {
		size_t depth = nodes[i].depth;

		CHECK(!seen[nodes[i].index]);
		seen[nodes[i].index] = true;
		above[depth] = nodes[i].pid;
		if (depth)
			CHECK_U64(nodes[i].parent, above[depth - 1]);
	}
}

static void a_chain_may_be_long(void)
{
	struct proctree_node *nodes CLEANUP_FREE = calloc(MANY, sizeof(*nodes));
	struct err err;

	REQUIRE(nodes);
	for (uint32_t i = 0; i < MANY; i++)
		nodes[i] = (struct proctree_node){ .pid = i + 1, .parent = i };
	REQUIRE(proctree_sort(nodes, MANY, &err) == 0);
	CHECK_U64(nodes[MANY - 1].depth, MANY - 1);
}

static const struct tap_test tests[] = {
	TAP_TEST(children_follow_their_parents),
	TAP_TEST(a_node_without_its_parent_is_a_root),
	TAP_TEST(cycles_and_duplicate_pids_end),
	TAP_TEST(an_empty_tree_is_sorted),
	TAP_TEST(every_node_of_a_random_forest_is_kept),
	TAP_TEST(a_chain_may_be_long),
};

TAP_MAIN(tests)
