/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/confirm.h"

#define CAPS_MAX 64

struct attempt {
	struct confirmed *confirmed;
	confirm_try *try;
	void *detail;
};

static int try_set(const struct attempt *attempt, capmask set, bool *ret_passed,
		   struct err *err)
{
	attempt->confirmed->runs++;
	return attempt->try(attempt->detail, set, ret_passed, err);
}

/* Where it has to pass. */
static int require_pass(const struct attempt *attempt, capmask set,
			const char *what, struct err *err)
{
	bool passed;

	if (try_set(attempt, set, &passed, err) < 0)
		return -1;
	if (passed)
		return 0;
	attempt->confirmed->fails = true;
	return err_set(err, "with %s", what);
}

/* It is known to pass with `all`, and to fail with none. */
static int strike(const struct attempt *attempt, capmask all, struct err *err)
{
	struct confirmed *confirmed = attempt->confirmed;
	capmask left = all;

	for (unsigned int bit = 0; bit < CAPS_MAX; bit++) {
		capmask one = all & UINT64_C(1) << bit;
		bool passed = false;

		if (!one)
			continue;
		/* None is left: that was tried. */
		if (left != one &&
		    try_set(attempt, left & ~one, &passed, err) < 0)
			return -1;
		if (passed)
			left &= ~one;
	}
	confirmed->needed = left;
	return 0;
}

int confirm(struct confirmed *ret_confirmed, capmask all, confirm_try *try,
	    void *detail, struct err *err)
{
	const struct attempt attempt = { ret_confirmed, try, detail };
	struct confirmed *confirmed = ret_confirmed;
	bool needs_nothing = !all;

	*confirmed = (struct confirmed){ 0 };
	if (require_pass(&attempt, all, "all capabilities", err) < 0 ||
	    (all && try_set(&attempt, 0, &needs_nothing, err) < 0) ||
	    (!needs_nothing && strike(&attempt, all, err) < 0))
		return -1;
	confirmed->struck = all & ~confirmed->needed;
	return require_pass(&attempt, confirmed->needed,
			    "what it had passed with before", err);
}
