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
static int read_bounding(struct own_caps *own)
{
	capmask known = capset_known();

	for (unsigned int number = 0; known >> number; number++) {
		int bound = prctl(PR_CAPBSET_READ, number, 0, 0, 0);

		if (bound < 0)
			return errno == EINVAL ? 0 : -1;
		own->kernel |= UINT64_C(1) << number;
		own->bounding |= (capmask)bound << number;
	}
	return 0;
}

int own_caps_read(struct own_caps *ret_caps, struct err *err)
{
	int securebits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	*ret_caps = (struct own_caps){ 0 };
	if (securebits < 0)
		return err_set_errno(err, errno, "read own securebits");
	ret_caps->ambient_forbidden = securebits & SECBIT_NO_CAP_AMBIENT_RAISE;
	if (read_bounding(ret_caps) < 0)
		return err_set_errno(err, errno, "read own bounding set");
	if (read_permitted(&ret_caps->permitted) < 0)
		return err_set_errno(err, errno, "read own capabilities");
	ret_caps->permitted &= ret_caps->kernel;
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
