/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <linux/capability.h>
#include <linux/securebits.h>

#include "capctl/run/run.h"

#include "tap.h"

#define BIT(number) (UINT64_C(1) << (number))
#define RAW BIT(CAP_NET_RAW)
#define ALL (BIT(41) - 1)

/* Root with everything. */
static struct run_self root_self(void)
{
	return (struct run_self){
		.own = { .kernel = ALL, .permitted = ALL, .bounding = ALL },
	};
}

static struct run_request user_request(capmask ambient)
{
	return (struct run_request){
		.user = { .is_set = true, .uid = 1000, .gid = 1000 },
		.has_ambient = true,
		.ambient = ambient,
	};
}

static bool refused(const struct run_request *request,
		    const struct run_self *self, const char *text)
{
	struct err err = { 0 };
	int result = run_check(request, self, &err);

	if (result < 0 && strstr(err.text, text))
		return true;
	printf("# '%s' lacks '%s'\n", err.text, text);
	return false;
}

static bool allowed(const struct run_request *request,
		    const struct run_self *self)
{
	struct err err = { 0 };

	if (run_check(request, self, &err) == 0)
		return true;
	printf("# %s\n", err.text);
	return false;
}

static void root_can_give_everything_to_a_user(void)
{
	struct run_self self = root_self();
	struct run_request request = user_request(ALL);

	CHECK(allowed(&request, &self));
	request.has_bounding = true;
	request.bounding = ALL;
	CHECK(allowed(&request, &self));
	request = user_request(RAW);
	request.has_bounding = true;
	request.bounding = RAW;
	CHECK(allowed(&request, &self));
}

static void what_is_not_permitted_cannot_be_ambient(void)
{
	struct run_self self = root_self();
	struct run_request request = user_request(RAW | BIT(CAP_KILL));

	self.own.permitted = ALL & ~RAW;
	CHECK(refused(&request, &self, "'--ambient': NET_RAW: not in"));
	CHECK(refused(&request, &self, "'--cap-add'"));
	self.uid = 1000;
	CHECK(refused(&request, &self, "by sudo"));
}

static void without_bounding_only_what_is_inheritable_can_be_ambient(void)
{
	struct run_self self = root_self();
	struct run_request request = user_request(RAW);

	self.own.bounding = ALL & ~RAW;
	CHECK(refused(&request, &self, "cannot be made inheritable"));
	self.inheritable = RAW;
	CHECK(allowed(&request, &self));
}

static void other_users_and_groups_need_a_capability(void)
{
	struct run_self self = root_self();
	struct run_request request = user_request(0);

	self.uid = 2000;
	self.own.permitted = BIT(CAP_SETGID);
	CHECK(refused(&request, &self, "'--user': SETUID: "));
	self.own.permitted = BIT(CAP_SETUID);
	CHECK(refused(&request, &self, "'--user': SETGID: "));
	self.uid = 1000;
	self.own.permitted = BIT(CAP_SETGID);
	CHECK(allowed(&request, &self));
	self.own.permitted = 0;
	self.has_user = true;
	CHECK(allowed(&request, &self));
}

static void only_a_smaller_bounding_set_needs_setpcap(void)
{
	struct run_self self = root_self();
	struct run_request request = { .has_bounding = true, .bounding = ALL };

	self.own.permitted = 0;
	CHECK(allowed(&request, &self));
	request.bounding = RAW;
	CHECK(refused(&request, &self, "'--bounding': SETPCAP: "));
	self.own.bounding = ALL & ~RAW;
	CHECK(refused(&request, &self, "'--bounding': NET_RAW: not in"));
}

static void user_0_holds_its_bounding_set(void)
{
	struct run_self self = root_self();
	struct run_request request = { .has_ambient = true, .ambient = RAW };

	CHECK(refused(&request, &self, "user 0"));
	request.has_bounding = true;
	request.bounding = RAW;
	CHECK(allowed(&request, &self));
	request.has_bounding = false;
	self.securebits = SECBIT_NOROOT;
	CHECK(allowed(&request, &self));
}

static void no_new_privs_can_leave_user_0_with_less(void)
{
	struct run_self self = root_self();
	struct run_request request = { .has_bounding = true,
				       .bounding = RAW | BIT(CAP_KILL),
				       .no_new_privs = true };

	CHECK(allowed(&request, &self));
	self.own.permitted = ALL & ~RAW;
	CHECK(refused(&request, &self, "'--bounding': NET_RAW: with"));
}

static void securebits_can_forbid_it(void)
{
	struct run_self self = root_self();
	struct run_request request = user_request(RAW);

	self.securebits = SECBIT_KEEP_CAPS_LOCKED;
	CHECK(refused(&request, &self, "keep_caps_locked"));
	self.securebits = SECBIT_KEEP_CAPS_LOCKED | SECBIT_KEEP_CAPS;
	CHECK(allowed(&request, &self));
	self.securebits = SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_SETUID_FIXUP;
	CHECK(allowed(&request, &self));
	self.own.ambient_forbidden = true;
	CHECK(refused(&request, &self, "no_cap_ambient_raise"));
	request.ambient = 0;
	CHECK(allowed(&request, &self));
}

static const struct tap_test tests[] = {
	TAP_TEST(root_can_give_everything_to_a_user),
	TAP_TEST(what_is_not_permitted_cannot_be_ambient),
	TAP_TEST(without_bounding_only_what_is_inheritable_can_be_ambient),
	TAP_TEST(other_users_and_groups_need_a_capability),
	TAP_TEST(only_a_smaller_bounding_set_needs_setpcap),
	TAP_TEST(user_0_holds_its_bounding_set),
	TAP_TEST(no_new_privs_can_leave_user_0_with_less),
	TAP_TEST(securebits_can_forbid_it),
};

TAP_MAIN(tests)
