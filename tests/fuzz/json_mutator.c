/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json_mutator.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prng.h"
#include "json/scan.h"

#define VALUES_MAX 1024
#define STRING_ROOM 64

/* Members of policies and of config.json. */
static const char *const fragments[] = {
	"\"version\":1",
	"\"rules\":[{\"name\":\"b\",\"match\":{},\"ambient\":[\"KILL\"]}]",
	"\"name\":\"a\"",
	"\"match\":{\"uid\":[1,\"5-7\"],\"id\":[\"a*\",\"!b\"]}",
	"\"inheritable\":[\"CAP_KILL\",\"CAP_NET_RAW\"]",
	"\"ambient\":[\"CAP_KILL\"]",
	"\"drop\":\"others\"",
	"\"drop\":[\"CHOWN\",\"NET_RAW\"]",
	"\"require\":true",
	"\"no_new_privileges\":true",
	"\"on_request\":true",
	"\"exec\":true",
	"\"restore\":true",
	"\"comment\":\"c\"",
	"\"namespace\":[\"a*\",\"!ab\"]",
	"\"pod\":\"?\"",
	"\"container\":\"*\"",
	"\"image\":\"i/*\"",
	"\"id\":\"id\"",
	"\"handler\":\"handler\"",
	"\"annotations\":{\"k\":\"v\"}",
	"\"host_network\":true",
	"\"host_pid\":false",
	"\"userns\":true",
	"\"privileged\":false",
	"\"engine\":\"cri-o\"",
	"\"engine\":{\"handler\":\"containerd\"}",
	"\"mode\":\"audit\"",
	"\"audit\":\"/a\"",
	"\"audit_all\":true",
	"\"ceiling\":[\"KILL\",\"NET_RAW\"]",
	"\"process\":{\"user\":{\"uid\":1,\"gid\":1},\"capabilities\":{}}",
	"\"user\":{\"uid\":1000,\"gid\":0}",
	"\"uid\":4294967294",
	"\"gid\":0",
	"\"capabilities\":{\"bounding\":[\"CAP_KILL\"]}",
	"\"bounding\":[\"CAP_KILL\",\"CAP_NET_RAW\"]",
	"\"effective\":[\"CAP_KILL\"]",
	"\"permitted\":[\"CAP_KILL\",\"CAP_NET_RAW\"]",
	"\"noNewPrivileges\":true",
	"\"linux\":{\"namespaces\":[{\"type\":\"user\"}]}",
	"\"namespaces\":[{\"type\":\"user\",\"path\":\"/p\"}]",
	"\"type\":\"user\"",
	"\"path\":\"\"",
	"\"x\":null",
	"\"\\u0041\":[]",
};

/* A text that is being changed, and the values in it. */
struct work {
	char *text;
	size_t len;
	size_t max;
	struct prng prng;
	struct item {
		struct json_value value;
		size_t start; /* of its key, if it has one */
		bool is_member;
	} items[VALUES_MAX];
	size_t count;
};

static void collect(struct work *work, const struct json_doc *doc,
		    struct json_value value, size_t start, bool is_member)
{
	struct json_iter iter = json_iterate(doc, value);
	struct json_member member;
	struct json_value element;

	if (work->count == VALUES_MAX)
		return;
	work->items[work->count++] = (struct item){ value, start, is_member };
	while (value.kind == JSON_OBJECT && json_next_member(&iter, &member))
		collect(work, doc, member.value, member.key.start, true);
	while (value.kind == JSON_ARRAY && json_next_element(&iter, &element))
		collect(work, doc, element, element.start, false);
}

/* Replaces [start, end) if there is room. `text` is not in work->text. */
static void replace(struct work *work, size_t start, size_t end,
		    const char *text, size_t len)
{
	if (work->len - (end - start) + len > work->max)
		return;
	memmove(work->text + start + len, work->text + end, work->len - end);
	memcpy(work->text + start, text, len);
	work->len += len - (end - start);
}

static size_t below(struct work *work, size_t limit)
{
	return (size_t)prng_below(&work->prng, limit);
}

static const struct item *any_item(struct work *work)
{
	return &work->items[below(work, work->count)];
}

static const char *any_fragment(struct work *work)
{
	return fragments[below(work, ARRAY_LEN(fragments))];
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Inserts a member or an element at the start of an object or array. */
static void insert(struct work *work, const struct item *item)
{
	const char *text = any_fragment(work);
	size_t at = item->value.start + 1;
	char piece[128];

	if (!(item->value.kind & (JSON_OBJECT | JSON_ARRAY)))
		return;
	if (item->value.kind == JSON_ARRAY)
		text = strchr(text, ':') + 1;
	while (is_blank(work->text[at]))
		at++;
	snprintf(piece, sizeof(piece), "%s%s", text,
		 at + 1 == item->value.end ? "" : ",");
	replace(work, at, at, piece, strlen(piece));
}

static void remove_item(struct work *work, const struct item *item)
{
	size_t start = item->start, end = item->value.end;

	while (end < work->len && is_blank(work->text[end]))
		end++;
	if (end < work->len && work->text[end] == ',') {
		end++;
	} else {
		while (start > 0 && is_blank(work->text[start - 1]))
			start--;
		if (start > 0 && work->text[start - 1] == ',')
			start--;
		end = item->value.end;
	}
	replace(work, start, end, "", 0);
}

/* Writes the bytes [start, end) again, in place of [to, to_end). */
static void copy(struct work *work, size_t start, size_t end, size_t to,
		 size_t to_end, const char *before)
{
	size_t len = strlen(before);
	char *text CLEANUP_FREE = malloc(len + end - start + 1);

	if (!text)
		abort();
	memcpy(text, before, len);
	memcpy(text + len, work->text + start, end - start);
	replace(work, to, to_end, text, len + end - start);
}

/* Changes bytes of a string or a number. */
static void change_bytes(struct work *work, const struct item *item)
{
	uint8_t bytes[STRING_ROOM];
	bool is_string = item->value.kind == JSON_STRING;
	size_t start = item->value.start + is_string;
	size_t len = item->value.end - is_string - start;

	if (!(item->value.kind & (JSON_STRING | JSON_NUMBER)) ||
	    len > sizeof(bytes))
		return;
	memcpy(bytes, work->text + start, len);
	replace(work, start, start + len, (char *)bytes,
		LLVMFuzzerMutate(bytes, len, sizeof(bytes)));
}

static void change(struct work *work)
{
	const struct item *item = any_item(work), *other = any_item(work);
	const char *value = strchr(any_fragment(work), ':') + 1;

	switch (below(work, 7)) {
	case 0:
	case 1:
		insert(work, item);
		break;
	case 2:
		copy(work, other->value.start, other->value.end,
		     item->value.start, item->value.end, "");
		break;
	case 3:
		replace(work, item->value.start, item->value.end, value,
			strlen(value));
		break;
	case 4:
		remove_item(work, item);
		break;
	case 5:
		copy(work, item->start, item->value.end, item->value.end,
		     item->value.end, ",");
		break;
	default:
		change_bytes(work, item);
	}
}

/* False: it is not JSON, so it has no structure. */
static bool change_structure(struct work *work)
{
	struct json_doc doc = { .name = "t", .text = work->text };
	struct err err;

	doc.len = work->len;
	work->count = 0;
	if (json_check(&doc, &err) < 0)
		return false;
	collect(work, &doc, json_root(&doc), json_root(&doc).start, false);
	change(work);
	return true;
}

size_t json_mutate(uint8_t *data, size_t size, size_t max_size,
		   unsigned int seed, size_t header)
{
	static struct work work;
	size_t changes;

	work.prng = (struct prng){ seed * UINT64_C(2) + 1 };
	if (size <= header || below(&work, 8) == 0 || getenv("FUZZ_BYTES"))
		return LLVMFuzzerMutate(data, size, max_size);
	work.text = (char *)data + header;
	work.len = size - header;
	work.max = max_size - header;
	for (changes = 1 + below(&work, 4); changes; changes--)
		if (!change_structure(&work))
			return LLVMFuzzerMutate(data, header + work.len,
						max_size);
	return header + work.len;
}
