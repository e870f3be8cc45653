/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "caps/own.h"

#include <errno.h>
#include <linux/securebits.h>
#include <sys/capability.h>

static capmask read_permitted(cap_t caps, capmask kernel)
{
	capmask permitted = 0;

	for (cap_value_t value = 0; value <= CAP_LAST_CAP; value++) {
		capmask bit = UINT64_C(1) << value;
		cap_flag_value_t state = CAP_CLEAR;

		if (kernel & bit &&
		    cap_get_flag(caps, value, CAP_PERMITTED, &state) == 0 &&
		    state == CAP_SET)
			permitted |= bit;
	}
	return permitted;
}

/* cap_get_bound(3) fails with EINVAL for a number unknown to the kernel. */
static int read_bounding(struct own_caps *own, struct err *err)
{
	for (cap_value_t value = 0; value <= CAP_LAST_CAP; value++) {
		int bound = cap_get_bound(value);

		if (bound < 0 && errno != EINVAL)
			return err_set_errno(err, errno,
					     "read own bounding set");
		if (bound >= 0)
			own->kernel |= UINT64_C(1) << value;
		if (bound > 0)
			own->bounding |= UINT64_C(1) << value;
	}
	return 0;
}

int own_caps_read(struct own_caps *ret_caps, struct err *err)
{
	int securebits = (int)cap_get_secbits();
	cap_t caps;

	*ret_caps = (struct own_caps){ 0 };
	if (securebits < 0)
		return err_set_errno(err, errno, "read own securebits");
	ret_caps->ambient_forbidden = securebits & SECBIT_NO_CAP_AMBIENT_RAISE;
	if (read_bounding(ret_caps, err) < 0)
		return -1;
	caps = cap_get_proc();
	if (!caps)
		return err_set_errno(err, errno, "read own capabilities");
	ret_caps->permitted = read_permitted(caps, ret_caps->kernel);
	cap_free(caps);
	return 0;
}

struct own_limits own_caps_limits(const struct own_caps *own)
{
	return (struct own_limits){
		.kernel = own->kernel,
		.held = own->permitted & own->bounding,
		.ambient_forbidden = own->ambient_forbidden,
	};
}
