/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/probe/cases.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/buf.h"

#define USER 1000

const char *const probe_capabilities[] = { "CAP_CHOWN", "CAP_KILL",
					   "CAP_NET_BIND_SERVICE" };
const size_t probe_capabilities_count = ARRAY_LEN(probe_capabilities);

const struct probe_case probe_cases[] = {
	{ "no-rule", "no rule matches: a user holds nothing", NULL, USER, NULL,
	  false, NULL },
	{ "raise", "a rule raises a capability",
	  "\"ambient\":[\"NET_BIND_SERVICE\"]", USER, NULL, false, NULL },
	{ "beyond", "what the bounding set lacks is not raised",
	  "\"ambient\":[\"KILL\",\"NET_RAW\"]", USER, NULL, false, NULL },
	{ "require", "'require' is met",
	  "\"ambient\":[\"KILL\",\"NET_BIND_SERVICE\"],\"require\":true", USER,
	  NULL, false, NULL },
	{ "refuse", "'require' is not met: nothing starts",
	  "\"ambient\":[\"KILL\",\"NET_RAW\"],\"require\":true", USER, NULL,
	  false, NULL },
	{ "drop", "a rule narrows", "\"drop\":[\"KILL\"]", USER, NULL, false,
	  NULL },
	{ "narrow", "a rule raises, drops the others, sets no_new_privs",
	  "\"ambient\":[\"NET_BIND_SERVICE\"],\"drop\":\"others\",\"no_new_privileges\":true",
	  USER, NULL, false, NULL },
	{ "inheritable", "a rule makes a capability inheritable",
	  "\"inheritable\":[\"KILL\"]", USER, NULL, false, NULL },
	{ "request", "the container asks for one of two",
	  "\"ambient\":[\"KILL\",\"NET_BIND_SERVICE\"],\"on_request\":true",
	  USER, "kill", false, NULL },
	{ "root", "a rule for user 0 narrows",
	  "\"ambient\":[\"NET_BIND_SERVICE\"],\"drop\":\"others\"", 0, NULL,
	  false, NULL },
	{ "session", "a rule with 'exec' raises, in sessions too",
	  "\"ambient\":[\"NET_BIND_SERVICE\"],\"exec\":true", USER, NULL, true,
	  NULL },
	{ "session-narrow", "a rule with 'exec' narrows, in sessions too",
	  "\"ambient\":[\"NET_BIND_SERVICE\"],\"drop\":\"others\",\"no_new_privileges\":true,\"exec\":true",
	  USER, NULL, true, NULL },
	{ "session-plain", "without 'exec' a session is the engine's",
	  "\"ambient\":[\"NET_BIND_SERVICE\"]", USER, NULL, true, NULL },
	{ "withdrawn", "the rule is gone: so is what it changed", NULL, USER,
	  NULL, false, "session-narrow" },
};
const size_t probe_cases_count = ARRAY_LEN(probe_cases);

/* No line of it may reach the node's audit. */
#define HEAD "{\"version\":1,\"audit\":\"none\",\"rules\":["

const char probe_policy_empty[] = HEAD "]}\n";

static int add_case_rule(struct buf *buf, const struct probe_case *test,
			 const char *id_prefix)
{
	char *rule CLEANUP_FREE = alloc_text(
		"{\"name\":\"%s\",\"match\":{\"id\":\"%s%s\",\"uid\":%" PRIu32
		"},%s}",
		test->name, id_prefix, test->name, test->uid, test->actions);

	if (!rule)
		return -1;
	if (buf->len > sizeof(HEAD))
		buf_add_str(buf, ",");
	buf_add_str(buf, "\n");
	buf_add_str(buf, rule);
	return 0;
}

char *probe_policy(const char *id_prefix)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct err ignored;
	char *text;

	buf_add_str(&buf, HEAD);
	for (size_t i = 0; i < probe_cases_count; i++)
		if (probe_cases[i].actions &&
		    add_case_rule(&buf, &probe_cases[i], id_prefix) < 0)
			return NULL;
	buf_add_str(&buf, "]}\n");
	return buf_take(&buf, &text, NULL, &ignored) < 0 ? NULL : text;
}
