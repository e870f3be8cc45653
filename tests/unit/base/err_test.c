/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/err.h"

#include <errno.h>
#include <stdio.h>

#include "tap.h"

#define ERRNO_COUNT 134

/* Engines search a runtime's output for these, and blame the command. */
static const char *const taken_phrases[] = {
	"no such file or directory",
	"permission denied",
	"executable file not found",
	"operation not permitted",
	"not found",
};

static void a_message_is_kept_as_it_was_set(void)
{
	struct err err;

	CHECK(err_set(&err, "'%s' has %d legs", "a spider", 8) == -1);
	CHECK_STR(err.text, "'a spider' has 8 legs");
	CHECK(err_set(&err, "another") == -1);
	CHECK_STR(err.text, "another");
}

static void a_wrapped_message_has_its_cause_last(void)
{
	struct err err;

	err_set(&err, "cause %d", 1);
	CHECK(err_wrap(&err, "middle %d", 2) == -1);
	CHECK(err_wrap(&err, "outermost %d", 3) == -1);
	CHECK_STR(err.text, "outermost 3: middle 2: cause 1");
}

static void a_percent_sign_in_a_cause_stays_one(void)
{
	struct err err;

	err_set(&err, "%s", "100%s %n");
	err_wrap(&err, "%s", "50%d");
	CHECK_STR(err.text, "50%d: 100%s %n");
}

static void an_errno_adds_its_reason(void)
{
	struct err err;

	CHECK(err_set_errno(&err, ENOENT, "open '%s'", "x") == -1);
	CHECK_STR(err.text, "open 'x': is missing");
	CHECK(err_set_errno(&err, ENOTTY, "do it") == -1);
	CHECK_STR(err.text, "do it: ENOTTY");
	CHECK(err_set_errno(&err, 9999, "do it") == -1);
	CHECK_STR(err.text, "do it: unknown error 9999");
}

static void an_error_carries_the_errno_value_it_was_set_with(void)
{
	struct err err;

	err_set_errno(&err, ENOENT, "open '%s'", "x");
	CHECK(err.number == ENOENT);
	err_wrap(&err, "load policy");
	CHECK(err.number == ENOENT);
	err_set(&err, "another");
	CHECK(err.number == 0);
	CHECK(err_set_no_memory(&err) == -1);
	CHECK(err.number == ENOMEM);
	CHECK_STR(err.text, "out of memory");
}

static void no_reason_is_a_phrase_that_engines_look_for(void)
{
	for (int number = 0; number < ERRNO_COUNT; number++) {
		const char *reason = err_reason(number);

		CHECK(reason && *reason);
		for (size_t i = 0; i < ARRAY_LEN(taken_phrases); i++)
			if (strcasestr(reason, taken_phrases[i]))
				CHECK_STR(reason, taken_phrases[i]);
	}
}

static void the_errors_of_files_have_descriptions(void)
{
	static const int numbers[] = { ENOENT, EACCES, EPERM,  ENOTDIR, EISDIR,
				       ELOOP,  ENOSPC, EDQUOT, EROFS,	ENOMEM,
				       EIO,    EMFILE, ENFILE, ENXIO };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		CHECK(strchr(err_reason(numbers[i]), ' ') != NULL);
}

static void a_number_that_is_no_errno_has_a_reason_too(void)
{
	CHECK_STR(err_reason(-1), "unknown error");
	CHECK_STR(err_reason(99999), "unknown error");
}

static void capctl_has_the_phrases_of_the_c_library(void)
{
	char want[64];

	err_use_libc_reasons();
	for (int number = 1; number < ERRNO_COUNT; number++) {
		const char *reason = err_reason(number);
		const char *symbol = strerrorname_np(number);

		if (!symbol || strcmp(reason, symbol) == 0 ||
		    strcmp(reason, "unknown error") == 0)
			continue;
		snprintf(want, sizeof(want), "%s", strerrordesc_np(number));
		want[0] |= 0x20;
		CHECK_STR(reason, want);
	}
	CHECK_STR(err_reason(ENOENT), "no such file or directory");
	CHECK_STR(err_reason(EACCES), "permission denied");
	CHECK_STR(err_reason(ENOTTY), "ENOTTY");
	CHECK_STR(err_reason(99999), "unknown error");
}

/* A text of `len` bytes, and its NUL. */
static void fill(char *text, size_t len)
{
	memset(text, 'x', len);
	text[len] = '\0';
}

static void a_message_that_just_fits_is_whole(void)
{
	char text[ERR_TEXT_MAX];
	struct err err;

	fill(text, sizeof(text) - 1);
	err_set(&err, "%s", text);
	CHECK_STR(err.text, text);
}

static bool is_cut(const struct err *err)
{
	return strlen(err->text) == ERR_TEXT_MAX - 1 &&
	       strcmp(err->text + ERR_TEXT_MAX - 4, "...") == 0;
}

static void a_cut_message_says_so(void)
{
	char text[ERR_TEXT_MAX + 1];
	struct err err;

	fill(text, sizeof(text) - 1);
	err_set(&err, "%s", text);
	CHECK(is_cut(&err));

	fill(text, ERR_TEXT_MAX - 5);
	err_set_errno(&err, ENOENT, "%s", text);
	CHECK(is_cut(&err));
	fill(text, ERR_TEXT_MAX - 1);
	err_set_errno(&err, ENOENT, "%s", text);
	CHECK(is_cut(&err));
}

static void a_cut_wrap_keeps_what_is_outermost(void)
{
	char text[ERR_TEXT_MAX];
	struct err err;

	fill(text, sizeof(text) - 1);
	err_set(&err, "%s", text);
	err_wrap(&err, "load policy");
	CHECK(is_cut(&err));
	CHECK(strncmp(err.text, "load policy: xxx", 16) == 0);
	err_wrap(&err, "%s", text);
	CHECK(is_cut(&err));
}

static void every_length_around_the_limit_ends_in_a_nul(void)
{
	char text[ERR_TEXT_MAX * 2];

	for (size_t len = ERR_TEXT_MAX - 40; len < ERR_TEXT_MAX + 4; len++) {
		struct err err;

		memset(&err, '#', sizeof(err));
		fill(text, len);
		err_set_errno(&err, EIO, "%s", text);
		CHECK(strnlen(err.text, sizeof(err.text)) < sizeof(err.text));
		CHECK(strncmp(err.text, text, ERR_TEXT_MAX - 44) == 0);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(a_message_is_kept_as_it_was_set),
	TAP_TEST(a_wrapped_message_has_its_cause_last),
	TAP_TEST(a_percent_sign_in_a_cause_stays_one),
	TAP_TEST(an_errno_adds_its_reason),
	TAP_TEST(an_error_carries_the_errno_value_it_was_set_with),
	TAP_TEST(no_reason_is_a_phrase_that_engines_look_for),
	TAP_TEST(the_errors_of_files_have_descriptions),
	TAP_TEST(a_number_that_is_no_errno_has_a_reason_too),
	TAP_TEST(a_message_that_just_fits_is_whole),
	TAP_TEST(a_cut_message_says_so),
	TAP_TEST(a_cut_wrap_keeps_what_is_outermost),
	TAP_TEST(every_length_around_the_limit_ends_in_a_nul),
	TAP_TEST(capctl_has_the_phrases_of_the_c_library),
};

TAP_MAIN(tests)
