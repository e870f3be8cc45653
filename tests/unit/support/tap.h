/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unit tests that print TAP for automake. A test is a function whose name is
 * a sentence; a failed check prints its location, and the test goes on.
 */
#ifndef CAPRUNTIME_TAP_H
#define CAPRUNTIME_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

struct tap_test {
	const char *name;
	void (*run)(void);
};

#define TAP_TEST(function)                                                     \
	{                                                                      \
#function, function                                            \
	}
#define TAP_MAIN(tests)                                                        \
	int main(void)                                                         \
	{                                                                      \
		return tap_run(tests, ARRAY_LEN(tests));                       \
	}

static bool tap_failed;
static const char *tap_skipped;

static inline bool tap_check(bool holds, const char *file, int line,
			     const char *what)
{
	if (!holds) {
		tap_failed = true;
		printf("# %s:%d: %s\n", file, line, what);
	}
	return holds;
}

static inline bool tap_check_str(const char *got, const char *want,
				 const char *file, int line)
{
	bool same = got && want ? strcmp(got, want) == 0 : got == want;

	if (!tap_check(same, file, line, "texts differ"))
		printf("#   got:  %s\n#   want: %s\n", got ? got : "(null)",
		       want ? want : "(null)");
	return same;
}

static inline bool tap_check_u64(unsigned long long got,
				 unsigned long long want, const char *file,
				 int line)
{
	if (!tap_check(got == want, file, line, "numbers differ"))
		printf("#   got:  %llu (%#llx)\n#   want: %llu (%#llx)\n", got,
		       got, want, want);
	return got == want;
}

#define CHECK(condition) tap_check(condition, __FILE__, __LINE__, #condition)
#define CHECK_STR(got, want) tap_check_str(got, want, __FILE__, __LINE__)
#define CHECK_U64(got, want) tap_check_u64(got, want, __FILE__, __LINE__)
#define CHECK_HAS(text, part)                                                  \
	(tap_check(strstr(text, part) != NULL, __FILE__, __LINE__,             \
		   #text " lacks " #part) ||                                   \
	 (printf("#   got: %s\n", text), false))
/* Leaves the test: later checks would only repeat the failure. */
#define REQUIRE(condition)                                                     \
	do {                                                                   \
		if (!CHECK(condition))                                         \
			return;                                                \
	} while (0)
#define SKIP(reason)                                                           \
	do {                                                                   \
		tap_skipped = reason;                                          \
		return;                                                        \
	} while (0)

static inline int tap_run(const struct tap_test *tests, size_t count)
{
	bool any_failed = false;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", count);
	for (size_t i = 0; i < count; i++) {
		tap_failed = false;
		tap_skipped = NULL;
		tests[i].run();
		any_failed |= tap_failed;
		printf("%s %zu - %s%s%s\n", tap_failed ? "not ok" : "ok", i + 1,
		       tests[i].name, tap_skipped ? " # SKIP " : "",
		       tap_skipped ? tap_skipped : "");
	}
	return any_failed;
}

#endif
