/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/seccomp/profile.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fileio.h"
#include "capctl/seccomp/bpf.h"
#include "capctl/seccomp/rules.h"
#include "json/read.h"

struct seccomp_profile {
	struct sock_filter *code;
	size_t count;
	/*
	 * runc's filter first returns ENOSYS for calls with a higher number
	 * than any that the profile names. 0: it does not.
	 */
	int newest;
	bool foreign;
};

/* More than any architecture has. */
#define CALL_NUMBERS 1024

/* libseccomp exports to a descriptor only. */
static int export_filter(const struct seccomp_rules *rules, char **ret_text,
			 size_t *ret_len, struct err *err)
{
	int fd CLEANUP_FD = memfd_create("seccomp", MFD_CLOEXEC);
	size_t max = BPF_MAXINSNS * sizeof(struct sock_filter);
	int status;

	if (fd < 0)
		return err_set_errno(err, errno, "make a file in memory");
	status = seccomp_export_bpf(rules->filter, fd);
	if (status < 0)
		return err_set_errno(err, -status, "export the seccomp filter");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_set_errno(err, errno, "rewind a file in memory");
	return fileio_read(fd, "the seccomp filter", max, ret_text, ret_len,
			   err);
}

static int take_code(struct seccomp_profile *profile,
		     const struct seccomp_rules *rules, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	struct bpf_program program;
	size_t len;

	if (export_filter(rules, &text, &len, err) < 0)
		return -1;
	profile->count = len / sizeof(*profile->code);
	profile->code = calloc(profile->count + 1, sizeof(*profile->code));
	if (!profile->code)
		return err_set_no_memory(err);
	memcpy(profile->code, text, profile->count * sizeof(*profile->code));
	program = (struct bpf_program){ profile->code, profile->count };
	if (bpf_check(&program, err) < 0)
		return err_wrap(err, "the seccomp filter");
	return 0;
}

/*
 * libcontainer/seccomp/patchbpf; not if the default action allows calls. Before
 * runc 1.1.15 it also needed this machine's architecture in the list.
 */
static bool has_newest_test(const struct seccomp_rules *rules,
			    enum runtime_dialect dialect)
{
	uint32_t action = rules->default_action & SECCOMP_RET_ACTION_FULL;

	return dialect == RUNTIME_RUNC && action != SECCOMP_RET_ALLOW &&
	       action != SECCOMP_RET_LOG && action != SECCOMP_RET_TRACE &&
	       rules->default_action != SCMP_ACT_ERRNO(ENOSYS);
}

/* Runtimes ignore an object without defaultAction and syscalls. */
static bool is_off(const struct json_doc *doc, struct json_value object)
{
	struct json_value value, element;
	struct json_iter iter;

	if (json_find(doc, object, "defaultAction", &value) &&
	    value.kind != JSON_NULL && !json_string_is(doc, value, ""))
		return false;
	if (!json_find(doc, object, "syscalls", &value) ||
	    value.kind != JSON_ARRAY)
		return true;
	iter = json_iterate(doc, value);
	return !json_next_element(&iter, &element);
}

static bool find_seccomp(const struct json_doc *doc, struct json_value *ret)
{
	struct json_value linux_object;

	return json_find(doc, json_root(doc), "linux", &linux_object) &&
	       json_find(doc, linux_object, "seccomp", ret) &&
	       ret->kind == JSON_OBJECT && !is_off(doc, *ret);
}

static int make_profile(struct seccomp_profile *profile,
			const struct json_doc *doc, struct json_value object,
			enum runtime_dialect dialect, struct err *err)
{
	struct seccomp_rules rules CLEANUP_RULES = { 0 };

	if (seccomp_rules_read(&rules, doc, object, dialect, err) < 0 ||
	    take_code(profile, &rules, err) < 0)
		return err_wrap(err, "seccomp");
	if (has_newest_test(&rules, dialect))
		profile->newest = rules.newest;
	profile->foreign = rules.names_other && !rules.names_native;
	return 0;
}

int seccomp_profile_read(struct seccomp_profile **ret_profile,
			 const struct json_doc *doc,
			 enum runtime_dialect dialect, struct err *err)
{
	struct seccomp_profile *profile CLEANUP_PROFILE = NULL;
	struct json_value object;

	*ret_profile = NULL;
	if (!find_seccomp(doc, &object))
		return 0;
	profile = calloc(1, sizeof(*profile));
	if (!profile)
		return err_set_no_memory(err);
	if (make_profile(profile, doc, object, dialect, err) < 0)
		return -1;
	*ret_profile = TAKE_PTR(profile);
	return 0;
}

void seccomp_profile_free(struct seccomp_profile *profile)
{
	if (!profile)
		return;
	free(profile->code);
	free(profile);
}

bool seccomp_profile_is_foreign(const struct seccomp_profile *profile)
{
	return profile && profile->foreign;
}

int seccomp_call_number(const char *name)
{
	int known = seccomp_syscall_resolve_name(name);

	if (known >= 0 || known == __NR_SCMP_ERROR)
		return known;
	for (int nr = 0; nr < CALL_NUMBERS; nr++) {
		char *call CLEANUP_FREE =
			seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

		if (call && strcmp(call, name) == 0)
			return nr;
	}
	return known;
}

uint32_t seccomp_profile_run(const struct seccomp_profile *profile,
			     uint32_t arch, int nr, const uint64_t args[6])
{
	struct seccomp_data data = { .nr = nr, .arch = arch };
	struct bpf_program program;

	if (!profile)
		return SECCOMP_RET_ALLOW;
	if (!arch)
		data.arch = seccomp_arch_native();
	if (profile->newest && data.arch == seccomp_arch_native() &&
	    nr > profile->newest)
		return SECCOMP_RET_ERRNO | ENOSYS;
	memcpy(data.args, args, sizeof(data.args));
	program = (struct bpf_program){ profile->code, profile->count };
	return bpf_run(&program, &data);
}
