/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/out.h"

#include <json-c/json.h>
#include <termios.h>

#include "captured.h"
#include "tap.h"
#include "terminal.h"

#define BIT(number) (UINT64_C(1) << (number))

static struct captured captured;

#define BEGIN() (captured = captured_begin())
#define CHECK_WROTE(want)                                                      \
	do {                                                                   \
		char *got_ CLEANUP_FREE = captured_end(&captured);             \
		CHECK_STR(got_, want);                                         \
	} while (0)

/* As on a terminal of that width; 0: as in a pipe. */
static void use_columns(int columns)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", columns);
	setenv("COLUMNS", text, 1);
	out_init();
	unsetenv("COLUMNS");
}

static void a_line_is_printed_as_formatted(void)
{
	BEGIN();
	out_line(OUT_BAD, "a %s, %d", "b", 3);
	out_line(OUT_PLAIN, "%s", "");
	out_line(OUT_PLAIN, "  indented");
	CHECK_WROTE("a b, 3\n\n  indented\n");
}

static void a_long_line_is_wrapped_at_blanks(void)
{
	use_columns(80);
	BEGIN();
	out_line(OUT_PLAIN, "  %s",
		 "one two three four five six seven eight nine ten eleven "
		 "twelve thirteen fourteen");
	CHECK_WROTE("  one two three four five six seven eight nine ten eleven "
		    "twelve thirteen\n  fourteen\n");
	BEGIN();
	out_line(OUT_PLAIN, "%079d b", 0);
	CHECK_WROTE("0000000000000000000000000000000000000000000000000000000000"
		    "000000000000000000000\nb\n");
	/* A word that does not fit is not split, so that it can be copied. */
	BEGIN();
	out_line(OUT_PLAIN, "%090d b", 0);
	CHECK_WROTE("0000000000000000000000000000000000000000000000000000000000"
		    "00000000000000000000000000000000\nb\n");
}

static void nothing_moves_the_cursor(void)
{
	static const struct {
		const char *text, *want;
	} texts[] = {
		{ "a\033[2Jb", "a\\x1b[2Jb\n" },
		{ "a\nb\rc\td\177", "a\\x0ab\\x0dc\\x09d\\x7f\n" },
		{ "\xc2\x9b"
		  "2J",
		  "\\xc2\\x9b2J\n" },
		{ "\xc2\xa0\xc3\xa9\xe2\x82\xac",
		  "\\xc2\\xa0\xc3\xa9\xe2\x82\xac\n" },
		{ "\xd8\x9c\xe1\x85\x9f\xf3\xa0\x81\x81",
		  "\\xd8\\x9c\\xe1\\x85\\x9f\\xf3\\xa0\\x81\\x81\n" },
		{ "\xff\xc3", "\\xff\\xc3\n" },
		{ "\xc2", "\\xc2\n" },
		{ "\xe2\x80", "\\xe2\\x80\n" },
		{ "a\xe2\x80\xaegpj", "a\\xe2\\x80\\xaegpj\n" },
		{ "\xe2\x80\x8b\xe2\x80\xa8\xe2\x81\xa6\xef\xbb\xbf",
		  "\\xe2\\x80\\x8b\\xe2\\x80\\xa8\\xe2\\x81\\xa6\\xef\\xbb"
		  "\\xbf\n" },
		{ "\xe2\x80\xa6\xe2\x80\x94", "\xe2\x80\xa6\xe2\x80\x94\n" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		BEGIN();
		out_line(OUT_PLAIN, "%s", texts[i].text);
		CHECK_WROTE(texts[i].want);
	}
}

static void columns_are_as_wide_as_their_widest_cell(void)
{
	struct out_table table CLEANUP_TABLE = { .indent = 1 };

	out_table_add(&table, OUT_PLAIN, 3, "a", "b", "c");
	out_table_add(&table, OUT_BAD, 3, "aaa", (const char *)NULL, "c c");
	out_table_add(&table, OUT_PLAIN, 3, "\xc3\xa9\n", "bb", "c");
	out_table_add(&table, OUT_PLAIN, 1, "a row of its own length");
	BEGIN();
	out_table_print(&table);
	CHECK_WROTE(" a      b   c\n"
		    " aaa        c c\n"
		    " \xc3\xa9\\x0a  bb  c\n"
		    " a row of its own length\n");
}

static void wide_characters_count_twice(void)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	out_table_add(&table, OUT_PLAIN, 2, "\xe6\xbc\xa2", "x");
	out_table_add(&table, OUT_PLAIN, 2, "abc", "y");
	BEGIN();
	out_table_print(&table);
	CHECK_WROTE("\xe6\xbc\xa2   x\n"
		    "abc  y\n");
}

static void the_last_cell_is_wrapped_below_itself(void)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	use_columns(80);
	out_table_add(&table, OUT_PLAIN, 2, "0123456789",
		      "one two three four five six seven eight nine ten "
		      "eleven twelve thirteen");
	BEGIN();
	out_table_print(&table);
	CHECK_WROTE("0123456789  one two three four five six seven eight nine "
		    "ten eleven twelve\n            thirteen\n");
}

static void no_line_ends_in_blanks(void)
{
	struct out_table table CLEANUP_TABLE = { .indent = 1 };

	BEGIN();
	out_table_add(&table, OUT_PLAIN, 3, "a", "b", "");
	out_table_add(&table, OUT_PLAIN, 2, "long", "");
	out_table_add(&table, OUT_PLAIN, 3, "a", "",
		      "0123456789012345678901234567890123456789"
		      "01234567890123456789012345678901");
	out_table_print(&table);
	CHECK_WROTE(" a     b\n long\n a\n"
		    "       0123456789012345678901234567890123456789"
		    "01234567890123456789012345678901\n");
}

static void a_table_may_be_large_or_empty(void)
{
	struct out_table table CLEANUP_TABLE = { 0 };
	char *wrote CLEANUP_FREE = NULL;
	size_t lines = 0;

	BEGIN();
	out_table_print(&table);
	CHECK_WROTE("");
	for (int i = 0; i < 1000; i++)
		out_table_add(&table, OUT_PLAIN, 2, "a", "b");
	BEGIN();
	out_table_print(&table);
	wrote = captured_end(&captured);
	for (const char *at = wrote; *at; at++)
		lines += *at == '\n';
	CHECK_U64(lines, 1000);
}

static void check_names(capmask mask, const char *want)
{
	char *names CLEANUP_FREE = out_names(mask);

	CHECK_STR(names, want);
}

static void names_are_short(void)
{
	capmask known = capset_known();
	char all[32];

	snprintf(all, sizeof(all), "all of %d", __builtin_popcountll(known));
	check_names(0, "none");
	check_names(BIT(10), "NET_BIND_SERVICE");
	check_names(BIT(13) | BIT(5) | BIT(63), "KILL, NET_RAW, 63");
	check_names(known, all);
	check_names(known & ~BIT(24), "all but SYS_RESOURCE");
	check_names(known & ~(BIT(24) | BIT(0)), "all but CHOWN, SYS_RESOURCE");
	check_names(BIT(62), "62");
}

/* "all but" would hide the capability that has no name. */
static void with_an_unknown_one_all_are_named(void)
{
	char *names CLEANUP_FREE =
		out_names((capset_known() & ~BIT(24)) | BIT(63));

	REQUIRE(names);
	CHECK(strncmp(names, "CHOWN, ", 7) == 0);
	CHECK_HAS(names, "CHECKPOINT_RESTORE");
	CHECK(!strstr(names, "SYS_RESOURCE"));
	CHECK_HAS(names, ", 63");
}

static void check_json(struct json_object *object, const char *want)
{
	CHECK_STR(
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
		want);
	json_object_put(object);
}

static void sets_in_json_have_mask_and_names(void)
{
	struct capsets sets = { .set[CAPSET_AMBIENT] = BIT(10) };

	check_json(out_json_names(0), "[]");
	check_json(out_json_names(BIT(0) | BIT(63)), "[\"CAP_CHOWN\",\"63\"]");
	check_json(out_json_mask(BIT(40)),
		   "{\"mask\":\"0000010000000000\","
		   "\"names\":[\"CAP_CHECKPOINT_RESTORE\"]}");
#define NONE "{\"mask\":\"0000000000000000\",\"names\":[]}"
	check_json(out_json_sets(&sets),
		   "{\"effective\":" NONE ",\"bounding\":" NONE
		   ",\"inheritable\":" NONE ",\"permitted\":" NONE
		   ",\"ambient\":{\"mask\":\"0000000000000400\","
		   "\"names\":[\"CAP_NET_BIND_SERVICE\"]}}");
}

static void texts_in_json_are_utf_8(void)
{
	check_json(out_json_text("a\"b\\\n\033\xc3\xa9"),
		   "\"a\\\"b\\\\\\n\\u001b\xc3\xa9\"");
	check_json(out_json_text("\xff"), "\"\xef\xbf\xbd\"");
	check_json(out_json_text(""), "\"\"");
	CHECK(!out_json_text(NULL));
}

static void one_json_object_is_one_text(void)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "path", out_json_text("/a/b"));
	BEGIN();
	out_json(object);
	CHECK_WROTE("{\n  \"path\": \"/a/b\"\n}\n");
}

static void json_escapes_invisible_characters(void)
{
	BEGIN();
	out_json_line(out_json_text("a\177\xc2\x9b\xe2\x80\xae\xe2\x81\xa9"
				    "\xef\xbb\xbf\xc3\xa9\xf3\xa0\x81\x81"));
	CHECK_WROTE("\"a\\u007f\\u009b\\u202e\\u2069\\ufeff\xc3\xa9"
		    "\\udb40\\udc41\"\n");
}

/* Returns the output since then and restores the state. */
static char *write_on(int terminal)
{
	int own CLEANUP_FD = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	bool began = terminal_use(terminal);

	if (began) /* what the program sees at its start */
		out_init();
	dup2(own, STDOUT_FILENO);
	if (!began)
		return NULL;
	BEGIN();
	out_line(OUT_BAD, "a");
	out_line(OUT_PLAIN, "%085d b", 0);
	return captured_end(&captured);
}

#define LONG                                                                   \
	"0000000000000000000000000000000000000000000000000000000000000000000"  \
	"000000000000000000"

static void a_terminal_has_colour_and_its_own_width(void)
{
	int terminal CLEANUP_FD = terminal_open(100);
	char *wrote CLEANUP_FREE = NULL;

	REQUIRE(terminal >= 0);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	wrote = write_on(terminal);
	CHECK_STR(wrote, "\033[1;31ma\033[0m\n" LONG " b\n");
}

static void a_terminal_of_256_colours_gets_what_reads_best(void)
{
	int terminal CLEANUP_FD = terminal_open(100);
	char *wrote CLEANUP_FREE = NULL;

	REQUIRE(terminal >= 0);
	setenv("TERM", "tmux-256color", 1);
	unsetenv("NO_COLOR");
	wrote = write_on(terminal);
	CHECK_STR(wrote, "\033[1;38;5;196ma\033[0m\n" LONG " b\n");
}

static void a_narrow_terminal_has_its_own_width(void)
{
	int terminal CLEANUP_FD = terminal_open(60);
	char *wrote CLEANUP_FREE = NULL;

	REQUIRE(terminal >= 0);
	setenv("NO_COLOR", "1", 1);
	wrote = write_on(terminal);
	CHECK_STR(wrote, "a\n" LONG "\nb\n");
}

static void a_pipe_gets_whole_lines(void)
{
	struct out_table table CLEANUP_TABLE = { 0 };

	use_columns(0);
	out_table_add(&table, OUT_PLAIN, 2, LONG, LONG " b");
	BEGIN();
	out_line(OUT_PLAIN, LONG " b");
	out_table_print(&table);
	CHECK_WROTE(LONG " b\n" LONG "  " LONG " b\n");
}

static void colour_can_be_forbidden(void)
{
	int terminal CLEANUP_FD = terminal_open(80);
	char *wrote CLEANUP_FREE = NULL, *dumb CLEANUP_FREE = NULL;

	REQUIRE(terminal >= 0);
	setenv("NO_COLOR", "", 1);
	setenv("TERM", "dumb", 1);
	dumb = write_on(terminal);
	CHECK(dumb && *dumb == 'a');
	setenv("TERM", "xterm", 1);
	wrote = write_on(terminal);
	CHECK(wrote && *wrote == '\033');
	setenv("NO_COLOR", "1", 1);
	free(wrote);
	wrote = write_on(terminal);
	CHECK(wrote && *wrote == 'a');
}

static void a_full_disk_is_an_error(void)
{
	int own CLEANUP_FD = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int full CLEANUP_FD = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct err err = { 0 };
	int result;

	fflush(stdout);
	CHECK(out_finish(&err) == 0);
	dup2(full, STDOUT_FILENO);
	out_line(OUT_PLAIN, "a");
	result = out_finish(&err);
	dup2(own, STDOUT_FILENO);
	clearerr(stdout);
	CHECK(result == -1);
	CHECK_STR(err.text, "write to standard output: no space left");
}

static const struct tap_test tests[] = {
	TAP_TEST(a_line_is_printed_as_formatted),
	TAP_TEST(a_long_line_is_wrapped_at_blanks),
	TAP_TEST(nothing_moves_the_cursor),
	TAP_TEST(columns_are_as_wide_as_their_widest_cell),
	TAP_TEST(wide_characters_count_twice),
	TAP_TEST(the_last_cell_is_wrapped_below_itself),
	TAP_TEST(no_line_ends_in_blanks),
	TAP_TEST(a_table_may_be_large_or_empty),
	TAP_TEST(names_are_short),
	TAP_TEST(with_an_unknown_one_all_are_named),
	TAP_TEST(sets_in_json_have_mask_and_names),
	TAP_TEST(texts_in_json_are_utf_8),
	TAP_TEST(one_json_object_is_one_text),
	TAP_TEST(json_escapes_invisible_characters),
	TAP_TEST(a_pipe_gets_whole_lines),
	TAP_TEST(a_narrow_terminal_has_its_own_width),
	TAP_TEST(colour_can_be_forbidden),
	TAP_TEST(a_terminal_has_colour_and_its_own_width),
	TAP_TEST(a_terminal_of_256_colours_gets_what_reads_best),
	TAP_TEST(a_full_disk_is_an_error),
};

TAP_MAIN(tests)
