/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "caps/own.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS _LINUX_CAPABILITY_U32S_3

static int read_permitted(capmask *ret_permitted)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[WORDS] = { { 0 } };

	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	*ret_permitted = data[0].permitted | (capmask)data[1].permitted << 32;
	return 0;
}

/* prctl(2) fails with EINVAL for a number unknown to the kernel. */
static int read_kernel(capmask *ret_kernel)
{
	capmask known = capset_known(); /* a row of bits from 0 up */

	for (int last = __builtin_popcountll(known) - 1; last >= 0; last--) {
		if (prctl(PR_CAPBSET_READ, last, 0, 0, 0) >= 0)
			break;
		if (errno != EINVAL)
			return -1;
		known >>= 1;
	}
	*ret_kernel = known;
	return 0;
}

int own_caps_read_on_demand(struct own_caps *ret_caps, struct err *err)
{
	int securebits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	*ret_caps = (struct own_caps){ .asks_for_bounding = true };
	if (securebits < 0)
		return err_set_errno(err, errno, "read own securebits");
	ret_caps->ambient_forbidden = securebits & SECBIT_NO_CAP_AMBIENT_RAISE;
	if (read_kernel(&ret_caps->kernel) < 0)
		return err_set_errno(err, errno, "read own bounding set");
	if (read_permitted(&ret_caps->permitted) < 0)
		return err_set_errno(err, errno, "read own capabilities");
	ret_caps->permitted &= ret_caps->kernel;
	return 0;
}

int own_caps_read(struct own_caps *ret_caps, struct err *err)
{
	if (own_caps_read_on_demand(ret_caps, err) < 0)
		return -1;
	ret_caps->bounding = own_caps_bounding(ret_caps, ret_caps->kernel);
	ret_caps->asks_for_bounding = false;
	return own_caps_check(ret_caps, err);
}

capmask own_caps_bounding(struct own_caps *own, capmask mask)
{
	capmask bounding = 0;

	if (!own->asks_for_bounding)
		return own->bounding & mask;
	mask &= own->kernel;
	for (unsigned int number = 0; mask >> number; number++) {
		int bound = mask >> number & 1
				    ? prctl(PR_CAPBSET_READ, number, 0, 0, 0)
				    : 0;

		if (bound < 0)
			own->bounding_error = errno;
		else
			bounding |= (capmask)bound << number;
	}
	return bounding;
}

int own_caps_check(const struct own_caps *own, struct err *err)
{
	if (!own->bounding_error)
		return 0;
	return err_set_errno(err, own->bounding_error, "read own bounding set");
}

struct own_limits own_caps_limits(struct own_caps *own, capmask mask)
{
	return (struct own_limits){
		.kernel = own->kernel,
		.held = own_caps_bounding(own, mask & own->permitted),
		.ambient_forbidden = own->ambient_forbidden,
	};
}
