/* SPDX-License-Identifier: Apache-2.0 */
/* Random documents read as json-c reads them. The fuzz targets go further. */
#include "config.h"

#include <inttypes.h>

#include "base/buf.h"
#include "json_same.h"
#include "prng.h"
#include "tap.h"
#include "testdata.h"
#include "json/keys.h"
#include "json/read.h"

#define DOCUMENTS 20000
#define NUMBERS 200000

static const char *pick(struct prng *prng, const char *const texts[],
			size_t count)
{
	return texts[prng_below(prng, count)];
}

#define PICK(prng, texts) pick(prng, texts, ARRAY_LEN(texts))

static void add_space(struct buf *buf, struct prng *prng)
{
	static const char *const spaces[] = { "",  "",	 "",	 "",	 "",
					      " ", "\n", "\t\t", "\r\n", "  " };

	buf_add_str(buf, PICK(prng, spaces));
}

static void add_string(struct buf *buf, struct prng *prng)
{
	static const char *const parts[] = {
		"a",
		"B",
		"uid",
		"CAP_KILL",
		"\\n",
		"\\\"",
		"\\\\",
		"\\/",
		"\\u0041",
		"\\u00e9",
		"\\u20AC",
		"\\ud83d\\ude00",
		"\\u0000",
		"\xc3\xa9",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"\x7f",
		"\\b\\f\\r\\t",
	};

	buf_add_str(buf, "\"");
	for (uint64_t i = prng_below(prng, 4); i; i--)
		buf_add_str(buf, PICK(prng, parts));
	buf_add_str(buf, "\"");
}

static void add_integer(struct buf *buf, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	buf_add_str(buf, text);
}

static void add_digits(struct buf *buf, struct prng *prng, uint64_t max)
{
	for (uint64_t i = 1 + prng_below(prng, max); i; i--)
		add_integer(buf, prng_below(prng, 10));
}

/* Near the limits of 32 and 64 bits, and of any form. */
static void add_number(struct buf *buf, struct prng *prng)
{
	static const uint64_t limits[] = { 0, UINT32_MAX, INT64_MAX,
					   UINT64_MAX - 3 };
	static const char *const exponents[] = { "e", "E", "e+", "E-" };

	if (prng_below(prng, 4) == 0)
		buf_add_str(buf, "-");
	switch (prng_below(prng, 3)) {
	case 0:
		add_integer(buf,
			    limits[prng_below(prng, 4)] + prng_below(prng, 4));
		break;
	case 1:
		buf_add_str(buf, "0");
		break;
	default:
		add_integer(buf, 1 + prng_below(prng, 9));
		add_digits(buf, prng, 21);
	}
	if (prng_below(prng, 4) == 0) {
		buf_add_str(buf, ".");
		add_digits(buf, prng, 4);
	}
	if (prng_below(prng, 4) == 0) {
		buf_add_str(buf, PICK(prng, exponents));
		add_digits(buf, prng, 2);
	}
}

static void add_value(struct buf *buf, struct prng *prng, unsigned int depth);

static void add_list(struct buf *buf, struct prng *prng, unsigned int depth,
		     bool object)
{
	uint64_t count = prng_below(prng, 6);

	buf_add_str(buf, object ? "{" : "[");
	for (uint64_t i = 0; i < count; i++) {
		add_space(buf, prng);
		if (object) {
			add_string(buf, prng);
			add_space(buf, prng);
			buf_add_str(buf, ":");
			add_space(buf, prng);
		}
		add_value(buf, prng, depth);
		add_space(buf, prng);
		buf_add_str(buf, i + 1 < count ? "," : "");
	}
	add_space(buf, prng);
	buf_add_str(buf, object ? "}" : "]");
}

static void add_value(struct buf *buf, struct prng *prng, unsigned int depth)
{
	static const char *const words[] = { "null", "true", "false" };

	switch (prng_below(prng, depth ? 5 : 3)) {
	case 0:
		buf_add_str(buf, PICK(prng, words));
		break;
	case 1:
		add_string(buf, prng);
		break;
	case 2:
		add_number(buf, prng);
		break;
	case 3:
		add_list(buf, prng, depth - 1, false);
		break;
	default:
		add_list(buf, prng, depth - 1, true);
	}
}

static struct testdata take_document(struct buf *buf)
{
	char *text CLEANUP_FREE = NULL;
	struct err err;
	size_t len = 0;

	CHECK(buf_take(buf, &text, &len, &err) == 0);
	return testdata_copy("t", text, len);
}

/* Usually an object, as all documents that capruntime reads. */
static struct testdata make_document(struct prng *prng)
{
	struct buf buf CLEANUP_BUF = { 0 };

	add_space(&buf, prng);
	add_list(&buf, prng, 5, prng_below(prng, 4) != 0);
	add_space(&buf, prng);
	return take_document(&buf);
}

static bool check_same(const struct json_doc *doc)
{
	if (CHECK(json_same_as_json_c(doc)))
		return true;
	printf("#   of: %.*s\n", (int)doc->len, doc->text);
	return false;
}

static void every_document_has_the_same_values(void)
{
	struct prng prng = { 1 };
	struct err err;

	for (int i = 0; i < DOCUMENTS; i++) {
		struct testdata data CLEANUP_TESTDATA = make_document(&prng);

		REQUIRE(json_check(&data.doc, &err) == 0);
		REQUIRE(check_same(&data.doc));
	}
}

static void damage(char *text, size_t len, struct prng *prng)
{
	static const char bytes[] = "{}[]:,\"\\/ue0-.+ \n#'*\x01\x80\xc3\xed";

	for (uint64_t i = 1 + prng_below(prng, 3); i; i--)
		text[prng_below(prng, len)] =
			prng_below(prng, 2)
				? text[prng_below(prng, len)]
				: bytes[prng_below(prng, sizeof(bytes) - 1)];
}

static void a_damaged_document_is_refused_or_has_the_same_values(void)
{
	struct prng prng = { 2 };
	int taken = 0;
	struct err err;

	for (int i = 0; i < DOCUMENTS; i++) {
		struct testdata data CLEANUP_TESTDATA = make_document(&prng);

		damage(data.owned, data.doc.len, &prng);
		if (json_check(&data.doc, &err) < 0)
			continue;
		taken++;
		REQUIRE(check_same(&data.doc));
	}
	CHECK(taken > DOCUMENTS / 20 && taken < DOCUMENTS / 2);
}

static void every_number_has_the_same_value(void)
{
	struct prng prng = { 3 };
	int plain = 0;

	for (int i = 0; i < NUMBERS && !tap_failed; i++) {
		struct buf buf CLEANUP_BUF = { 0 };
		uint64_t max = prng_next(&prng) >> prng_below(&prng, 64);
		uint64_t number = 0, want;
		struct json_object *object;
		uint32_t small;
		bool is_number;

		add_number(&buf, &prng);
		struct testdata data CLEANUP_TESTDATA = take_document(&buf);
		struct json_value root = json_root(&data.doc);

		CHECK(json_c_read(&data.doc, 0, &object) ==
		      json_tokener_success);
		is_number = json_same_is_plain(&data.doc, root, object, &want);
		plain += is_number;
		json_object_put(object);
		CHECK(json_is_u64(&data.doc, root, max, &number) ==
		      (is_number && want <= max));
		CHECK(!is_number || want > max || number == want);
		CHECK(json_is_u32(&data.doc, root, (uint32_t)max, &small) ==
		      (is_number && want <= (uint32_t)max));
		if (tap_failed)
			printf("#   of: %.*s\n", (int)data.doc.len,
			       data.doc.text);
	}
	CHECK(plain > NUMBERS / 10);
}

static enum json_kind kind_of(struct json_object *object)
{
	switch (json_object_get_type(object)) {
	case json_type_boolean:
		return json_object_get_boolean(object) ? JSON_TRUE : JSON_FALSE;
	case json_type_double:
	case json_type_int:
		return JSON_NUMBER;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

static void check_typed(const struct json_reader *reader,
			struct json_value value, struct json_object *object)
{
	char *text CLEANUP_FREE = NULL;
	enum json_kind kind = kind_of(object);
	const char *string = json_object_get_string(object);
	uint64_t number, want;
	bool boolean = false;

	CHECK(json_want(reader, "k", value, kind) == 0);
	CHECK(json_want(reader, "k", value, ~(unsigned int)kind) < 0);
	CHECK((json_text(reader, "k", value, &text) == 0) ==
	      (kind == JSON_STRING &&
	       strlen(string) == (size_t)json_object_get_string_len(object)));
	CHECK(!text || strcmp(text, string) == 0);
	CHECK((json_boolean(reader, "k", value, &boolean) == 0) ==
	      ((kind & JSON_BOOLEAN) != 0));
	CHECK(boolean == (kind == JSON_TRUE));
	CHECK((json_u64(reader, "k", value, UINT64_MAX, &number) == 0) ==
	      json_same_is_plain(reader->doc, value, object, &want));
}

static void check_members(const struct json_doc *doc, struct json_object *root)
{
	struct json_iter iter = json_iterate(doc, json_root(doc));
	struct json_member member;
	struct err err;
	const struct json_reader reader = { .doc = doc, .err = &err };

	while (json_next_member(&iter, &member)) {
		char *key CLEANUP_FREE = NULL;
		struct json_object *object;
		struct json_value value;

		/* Not one that contains a NUL. */
		if (json_text(&reader, NULL, member.key, &key) < 0)
			continue;
		REQUIRE(json_object_object_get_ex(root, key, &object));
		REQUIRE(json_find(doc, json_root(doc), key, &value));
		CHECK_U64(value.start, member.value.start);
		check_typed(&reader, value, object);
	}
}

/* Of two equal keys, json-c uses the last one. */
static void every_member_is_found_with_its_type(void)
{
	struct prng prng = { 4 };
	int checked = 0;
	struct err err;

	for (int i = 0; i < DOCUMENTS && !tap_failed; i++) {
		struct testdata data CLEANUP_TESTDATA = make_document(&prng);
		struct json_value root = json_root(&data.doc);
		struct json_object *object;

		if (root.kind != JSON_OBJECT ||
		    memmem(data.doc.text, data.doc.len, "\\u0000", 6) ||
		    json_keys_check_unique(&data.doc, root, &err) < 0)
			continue;
		checked++;
		CHECK(json_c_read(&data.doc, 0, &object) ==
		      json_tokener_success);
		check_members(&data.doc, object);
		json_object_put(object);
	}
	CHECK(checked > DOCUMENTS / 4);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_document_has_the_same_values),
	TAP_TEST(a_damaged_document_is_refused_or_has_the_same_values),
	TAP_TEST(every_number_has_the_same_value),
	TAP_TEST(every_member_is_found_with_its_type),
};

TAP_MAIN(tests)
