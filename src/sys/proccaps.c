/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "proccaps.h"

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

int proccaps_read(struct proccaps *ret_caps, struct err *err)
{
	cap_t caps = cap_get_proc();

	*ret_caps = (struct proccaps){ 0 };
	if (!caps)
		return err_set_errno(err, errno, "read own capabilities");

	/* A number that the kernel does not know gives -1 with EINVAL. */
	for (cap_value_t value = 0; value <= CAP_LAST_CAP; value++) {
		int bound = cap_get_bound(value);

		if (bound >= 0)
			ret_caps->kernel |= UINT64_C(1) << value;
		if (bound > 0)
			ret_caps->bounding |= UINT64_C(1) << value;
	}
	ret_caps->permitted = read_permitted(caps, ret_caps->kernel);
	ret_caps->ambient_forbidden =
		cap_get_secbits() & SECBIT_NO_CAP_AMBIENT_RAISE;
	cap_free(caps);
	return 0;
}
