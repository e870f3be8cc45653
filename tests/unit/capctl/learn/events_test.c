/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/learn/events.h"

#include <errno.h>
#include <linux/capability.h>

#include "learn_formats.h"
#include "tap.h"

#define RECORDING_MAX 65536
#define PATH_SIZE 4096

#define CLEANUP_TEP __attribute__((cleanup(free_tep)))

static void free_tep(struct tep_handle *const *tep)
{
	tep_free(*tep);
}

/* Of 'sh -c "sleep 1; chown 0 /tmp"' as user 1000. */
static size_t read_recording(const char *name, uint8_t *recording)
{
	const char *srcdir = getenv("srcdir");
	char path[PATH_SIZE];
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/learn/%s",
		 srcdir ? srcdir : ".", name);
	file = fopen(path, "re");
	if (CHECK(file)) {
		len = fread(recording, 1, RECORDING_MAX, file);
		fclose(file);
	}
	return len;
}

static void check_recording(const char *name, bool probe, capmask wanted)
{
	static uint8_t recording[RECORDING_MAX];
	struct learn_tally tally CLEANUP_TALLY = { 0 };
	struct learn_events events CLEANUP_EVENTS = learn_formats_load(probe);
	const struct learn_need *chown = &tally.need[CAP_CHOWN];
	size_t len;

	len = read_recording(name, recording);
	REQUIRE(len > LEARN_RECORDING_HEAD);
	CHECK(recording[0] == probe);
	CHECK(learn_recording_add(&events, recording, len, &tally) > 0);
	CHECK_U64(tally.unanswered, 0);
	CHECK_U64(learn_tally_lacks(&tally), wanted);
	CHECK_U64(learn_tally_needs(&tally), wanted);
	CHECK_U64(chown->refused, 1);
	CHECK(chown->lacked.error == EPERM);
	CHECK(strstr(chown->lacked.program, "bin/chown"));
	/* Linux 6.1 has merged its function for memory into the caller. */
	CHECK((tally.need[CAP_SYS_ADMIN].noise[LEARN_ACCOUNTING] > 0) != probe);
}

static void records_of_the_tracepoint_are_understood(void)
{
	/* There the shell searches PATH in a directory that is closed to it. */
	check_recording("tracepoint", false,
			UINT64_C(1) << CAP_CHOWN |
				UINT64_C(1) << CAP_DAC_READ_SEARCH);
}

static void records_of_a_probe_are_understood(void)
{
	check_recording("kprobe", true, UINT64_C(1) << CAP_CHOWN);
}

static void a_kernel_without_an_event_is_an_error(void)
{
	struct learn_events events;
	struct err err = { 0 };
	struct tep_handle *tep CLEANUP_TEP = tep_alloc();

	CHECK(learn_events_init(&events, tep, NULL, &err) < 0);
	CHECK_STR(err.text,
		  "this kernel has no event 'capability:cap_capable'");
	learn_formats_add(tep, tracepoint_formats, 2);
	CHECK(learn_events_init(&events, tep, NULL, &err) < 0);
	CHECK_STR(err.text,
		  "this kernel has no event 'raw_syscalls:sys_enter'");
	CHECK(learn_events_init(&events, tep, "x", &err) < 0);
	CHECK_STR(err.text, "this kernel has no event 'x:ask'");
}

static void a_kernel_without_a_field_is_an_error(void)
{
	static const char format[] =
		FORMAT("cap_capable", 7,
		       "\tfield:int cap;\toffset:8;\tsize:4;\tsigned:1;\n");
	struct learn_events events;
	struct err err = { 0 };
	struct tep_handle *tep CLEANUP_TEP = tep_alloc();

	REQUIRE(tep_parse_event(tep, format, strlen(format), "capability") ==
		0);
	CHECK(learn_events_init(&events, tep, NULL, &err) < 0);
	CHECK_STR(
		err.text,
		"the event 'capability:cap_capable' of this kernel lacks a field");
}

/* A copy of each length, so that a sanitizer sees a read behind the end. */
static void a_cut_event_is_no_record(void)
{
	static uint8_t recording[RECORDING_MAX];
	struct learn_record record;
	struct learn_events events CLEANUP_EVENTS = learn_formats_load(false);
	uint16_t whole;

	REQUIRE(read_recording("tracepoint", recording) > 100);
	memcpy(&whole, recording + LEARN_RECORDING_HEAD, sizeof(whole));
	for (size_t len = 0; len <= whole; len++) {
		void *copy CLEANUP_FREE = malloc(len ? len : 1);

		REQUIRE(copy);
		memcpy(copy, recording + LEARN_RECORDING_HEAD + sizeof(whole),
		       len);
		learn_events_decode(&events, copy, len, &record);
		if (len < 8)
			CHECK(!learn_events_decode(&events, copy, len,
						   &record));
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(records_of_the_tracepoint_are_understood),
	TAP_TEST(records_of_a_probe_are_understood),
	TAP_TEST(a_kernel_without_an_event_is_an_error),
	TAP_TEST(a_kernel_without_a_field_is_an_error),
	TAP_TEST(a_cut_event_is_no_record),
};

TAP_MAIN(tests)
