/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/rules.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

#include "json/keys.h"
#include "json/read.h"

#define ARGS_MAX 6
#define CONDITIONS_MAX 64
/* crun ignores the rest, as the seventh of CRI-O's rule for clone. */
#define CRUN_CONDITIONS_MAX 6
/* The width of SECCOMP_RET_DATA. */
#define ERRNO_RET_MAX UINT16_MAX

struct rules_reader {
	struct json_reader json;
	struct seccomp_rules *rules;
	enum runtime_dialect dialect;
};

/* Leaves `ret_number` alone when the member is absent or null. */
static int read_rule_number(const struct rules_reader *reader,
			    struct json_value object, const char *key,
			    uint64_t max, uint64_t *ret_number)
{
	struct json_value value;

	if (json_find_kind(&reader->json, object, key, JSON_NUMBER | JSON_NULL,
			   &value) < 0)
		return -1;
	if (value.kind == JSON_NULL)
		return 0;
	return json_u64(&reader->json, key, value, max, ret_number);
}

struct constant {
	const char *name;
	uint32_t value;
};

static int read_constant(const struct rules_reader *reader,
			 struct json_value value, const char *what,
			 const struct constant *words, size_t count,
			 uint32_t *ret_value)
{
	char *text CLEANUP_FREE = NULL;

	if (json_text(&reader->json, what, value, &text) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, words[i].name) == 0) {
			*ret_value = words[i].value;
			return 0;
		}
	}
	return json_fail(&reader->json, value.start, "unknown %s '%s'", what,
			 text);
}

static int read_action(const struct rules_reader *reader,
		       struct json_value object, const char *key,
		       const char *errno_key, uint32_t *ret_action)
{
	static const struct constant words[] = {
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
		{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
		{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
		{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
		{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	};
	uint64_t errno_ret = EPERM;
	struct json_value value;

	if (json_find_kind(&reader->json, object, key, JSON_STRING, &value) < 0)
		return -1;
	if (read_constant(reader, value, "action", words, ARRAY_LEN(words),
			  ret_action) < 0 ||
	    read_rule_number(reader, object, errno_key, ERRNO_RET_MAX,
			     &errno_ret) < 0)
		return -1;
	if (*ret_action == SCMP_ACT_ERRNO(0) ||
	    *ret_action == SCMP_ACT_TRACE(0))
		*ret_action |= (uint32_t)errno_ret;
	return 0;
}

static int err_library(const struct rules_reader *reader,
		       struct json_value value, int status, const char *what)
{
	return json_fail(&reader->json, value.start, "libseccomp cannot %s: %s",
			 what, err_reason(-status));
}

static const struct constant architectures[] = {
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86 },
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32 },
	{ "SCMP_ARCH_ARM", SCMP_ARCH_ARM },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
	{ "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS },
	{ "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64 },
	{ "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32 },
	{ "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL },
	{ "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64 },
	{ "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32 },
	{ "SCMP_ARCH_PPC", SCMP_ARCH_PPC },
	{ "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64 },
	{ "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE },
	{ "SCMP_ARCH_S390", SCMP_ARCH_S390 },
	{ "SCMP_ARCH_S390X", SCMP_ARCH_S390X },
	{ "SCMP_ARCH_PARISC", SCMP_ARCH_PARISC },
	{ "SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64 },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64 },
};

static const char *architecture_name(uint32_t arch)
{
	for (size_t i = 0; i < ARRAY_LEN(architectures); i++)
		if (architectures[i].value == arch)
			return architectures[i].name;
	return "architecture";
}

const char *seccomp_native_name(void)
{
	return architecture_name(seccomp_arch_native());
}

static int read_architecture(struct rules_reader *reader,
			     struct json_value value)
{
	uint32_t arch = 0;
	int status;

	if (read_constant(reader, value, "architecture", architectures,
			  ARRAY_LEN(architectures), &arch) < 0)
		return -1;
	if (arch == seccomp_arch_native())
		reader->rules->names_native = true;
	else
		reader->rules->names_other = true;
	status = seccomp_arch_add(reader->rules->filter, arch);
	if (status == 0 || status == -EEXIST)
		return 0;
	if (status == -EDOM)
		return json_fail(
			&reader->json, value.start,
			"%s has another byte order than this machine's %s: the runtime refuses it here",
			architecture_name(arch), seccomp_native_name());
	return err_library(reader, value, status, "add the architecture");
}

static int read_rule_list(struct rules_reader *reader, struct json_value object,
			  const char *key,
			  int (*read)(struct rules_reader *reader,
				      struct json_value element))
{
	struct json_value list, element;
	struct json_iter iter;

	if (json_find_kind(&reader->json, object, key, JSON_ARRAY | JSON_NULL,
			   &list) < 0)
		return -1;
	iter = json_iterate(reader->json.doc, list);
	while (json_next_element(&iter, &element))
		if (read(reader, element) < 0)
			return -1;
	return 0;
}

struct conditions {
	struct scmp_arg_cmp list[CONDITIONS_MAX];
	unsigned int count;
	bool apart; /* two for one argument: add each as a rule */
};

static int read_condition(const struct rules_reader *reader,
			  struct json_value value, struct scmp_arg_cmp *ret)
{
	static const struct constant words[] = {
		{ "SCMP_CMP_NE", SCMP_CMP_NE },
		{ "SCMP_CMP_LT", SCMP_CMP_LT },
		{ "SCMP_CMP_LE", SCMP_CMP_LE },
		{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
		{ "SCMP_CMP_GE", SCMP_CMP_GE },
		{ "SCMP_CMP_GT", SCMP_CMP_GT },
		{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	};
	uint64_t index = 0, first = 0, second = 0;
	struct json_value name;
	uint32_t comparison = 0;

	if (json_want(&reader->json, NULL, value, JSON_OBJECT) < 0 ||
	    json_keys_check_unique(reader->json.doc, value, reader->json.err) <
		    0 ||
	    read_rule_number(reader, value, "index", ARGS_MAX - 1, &index) <
		    0 ||
	    read_rule_number(reader, value, "value", UINT64_MAX, &first) < 0 ||
	    read_rule_number(reader, value, "valueTwo", UINT64_MAX, &second) <
		    0 ||
	    json_find_kind(&reader->json, value, "op", JSON_STRING, &name) <
		    0 ||
	    read_constant(reader, name, "comparison", words, ARRAY_LEN(words),
			  &comparison) < 0)
		return -1;
	*ret = (struct scmp_arg_cmp){ (unsigned int)index,
				      (enum scmp_compare)comparison, first,
				      second };
	return 0;
}

static int read_conditions(const struct rules_reader *reader,
			   struct json_value entry,
			   struct conditions *conditions)
{
	struct json_value list, element;
	unsigned int seen = 0;
	struct json_iter iter;

	if (json_find_kind(&reader->json, entry, "args", JSON_ARRAY | JSON_NULL,
			   &list) < 0)
		return -1;
	iter = json_iterate(reader->json.doc, list);
	while (json_next_element(&iter, &element)) {
		struct scmp_arg_cmp *next =
			&conditions->list[conditions->count];

		if (conditions->count == CRUN_CONDITIONS_MAX &&
		    reader->dialect == RUNTIME_CRUN)
			break;
		if (conditions->count == CONDITIONS_MAX)
			return json_fail(&reader->json, element.start,
					 "too many conditions");
		if (read_condition(reader, element, next) < 0)
			return -1;
		conditions->apart |= seen >> next->arg & 1;
		seen |= 1u << next->arg;
		conditions->count++;
	}
	return 0;
}

/* Some versions of libseccomp return EEXIST for a rule that exists. */
static int add_call_rule(const struct rules_reader *reader, uint32_t action,
			 int nr, const struct conditions *conditions)
{
	unsigned int each = conditions->apart ? 1 : conditions->count;
	unsigned int at = 0;
	int status;

	do {
		status =
			seccomp_rule_add_array(reader->rules->filter, action,
					       nr, each, conditions->list + at);
		if (status < 0 && status != -EEXIST)
			return status;
		at += each;
	} while (at < conditions->count);
	return 0;
}

static int add_named_call(struct rules_reader *reader, struct json_value name,
			  uint32_t action, const struct conditions *conditions)
{
	char *text CLEANUP_FREE = NULL;
	int nr, status;

	if (json_text(&reader->json, NULL, name, &text) < 0)
		return -1;
	nr = seccomp_syscall_resolve_name(text);
	if (nr == __NR_SCMP_ERROR)
		return 0;
	if (nr > reader->rules->newest)
		reader->rules->newest = nr;
	if (action == reader->rules->default_action)
		return 0;
	status = add_call_rule(reader, action, nr, conditions);
	return status < 0 ? err_library(reader, name, status, "add the rule")
			  : 0;
}

static int read_call_rule(struct rules_reader *reader, struct json_value entry)
{
	struct conditions conditions = { .count = 0 };
	struct json_value names, name;
	struct json_iter iter;
	uint32_t action;

	if (json_want(&reader->json, NULL, entry, JSON_OBJECT) < 0 ||
	    json_keys_check_unique(reader->json.doc, entry, reader->json.err) <
		    0 ||
	    read_action(reader, entry, "action", "errnoRet", &action) < 0 ||
	    read_conditions(reader, entry, &conditions) < 0 ||
	    json_find_kind(&reader->json, entry, "names",
			   JSON_ARRAY | JSON_NULL, &names) < 0)
		return -1;
	iter = json_iterate(reader->json.doc, names);
	while (json_next_element(&iter, &name))
		if (add_named_call(reader, name, action, &conditions) < 0)
			return -1;
	return 0;
}

int seccomp_rules_read(struct seccomp_rules *ret_rules,
		       const struct json_doc *doc, struct json_value object,
		       enum runtime_dialect dialect, struct err *err)
{
	struct rules_reader reader = { .json = { .doc = doc, .err = err },
				       .rules = ret_rules,
				       .dialect = dialect };

	*ret_rules = (struct seccomp_rules){ 0 };
	if (json_keys_check_unique(doc, object, err) < 0 ||
	    read_action(&reader, object, "defaultAction", "defaultErrnoRet",
			&ret_rules->default_action) < 0)
		return -1;
	ret_rules->filter = seccomp_init(ret_rules->default_action);
	if (!ret_rules->filter)
		return json_err(err, doc, object.start,
				"libseccomp cannot have this default action");
	if (read_rule_list(&reader, object, "architectures",
			   read_architecture) < 0)
		return -1;
	return read_rule_list(&reader, object, "syscalls", read_call_rule);
}

void seccomp_rules_free(struct seccomp_rules *rules)
{
	if (rules->filter)
		seccomp_release(rules->filter);
	*rules = (struct seccomp_rules){ 0 };
}
