/* SPDX-License-Identifier: Apache-2.0 */
extern "C" {
#include "capctl/engine/toml.h"

#include "capctl/engine/toml_letters.h"
#include "json/scan.h"
}

#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

/*
 * A text can violate an assertion of toml++ ("[[$]]"). That must neither abort
 * capctl nor, under NDEBUG, be ignored. The library lets TOML_ASSERT replace
 * its assertions.
 */
#undef NDEBUG
struct toml_broken_assertion {
};

static constexpr void toml_assert(bool holds)
{
	if (!holds)
		throw toml_broken_assertion{};
}

#define TOML_ASSERT(holds) toml_assert(static_cast<bool>(holds))
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

/*
 * Each dot of a key adds a nested table. toml++ frees them recursively, and so
 * does this file. The limit is above any real configuration and within the
 * stack.
 */
static constexpr size_t dots_max = 8192;

/* The text that toml++ read, with its characters restored. */
struct toml_value {
	enum toml_kind kind = TOML_OTHER;
	std::string text;
	int64_t number = 0; /* of a boolean, too */
	std::vector<std::pair<std::string, toml_value>>
		members; /* "" in lists */
};

struct toml_doc {
	toml_value root;
};

static bool has_too_many_dots(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '.';
	return count > dots_max;
}

static std::string moved_down(std::string text)
{
	text.resize(toml_letters_move_down(text.data(), text.size()));
	return text;
}

static toml_value copy_node(const toml::node &node)
{
	toml_value value;

	if (const auto *table = node.as_table()) {
		value.kind = TOML_TABLE;
		for (const auto &[key, member] : *table)
			value.members.emplace_back(
				moved_down(std::string(key.str())),
				copy_node(member));
	} else if (const auto *list = node.as_array()) {
		value.kind = TOML_LIST;
		for (const auto &element : *list)
			value.members.emplace_back(std::string(),
						   copy_node(element));
	} else if (const auto *string = node.as_string()) {
		value.kind = TOML_STRING;
		value.text = moved_down(string->get());
	} else if (const auto *boolean = node.as_boolean()) {
		value.kind = TOML_BOOLEAN;
		value.number = boolean->get();
	} else if (const auto *integer = node.as_integer()) {
		value.kind = TOML_INTEGER;
		value.number = integer->get();
	}
	return value;
}

static int parse_document(struct toml_doc **ret_doc, const char *name,
			  std::string_view text, struct err *err)
{
	try {
		*ret_doc = new toml_doc{ copy_node(toml::parse(text)) };
		return 0;
	} catch (const toml::parse_error &error) {
		const auto place = error.source().begin;
		const auto what = moved_down(std::string(error.description()));

		return err_set(err, "'%s':%u:%u: %s", name,
			       static_cast<unsigned int>(place.line),
			       static_cast<unsigned int>(place.column),
			       what.c_str());
	} catch (const toml_broken_assertion &) {
		return err_set(err, "'%s': not TOML", name);
	} catch (const std::exception &) {
		return err_set_no_memory(err);
	}
}

int toml_parse(struct toml_doc **ret_doc, const char *name, const char *text,
	       size_t len, struct err *err)
{
	char *moved;
	size_t moved_len;
	int status;

	*ret_doc = nullptr;
	if (has_too_many_dots(text, len))
		return err_set(err, "'%s': nested too deeply", name);
	if (toml_letters_move_up(&moved, &moved_len, name, text, len, err) < 0)
		return -1;
	status = parse_document(ret_doc, name,
				std::string_view(moved, moved_len), err);
	std::free(moved);
	return status;
}

static std::string json_text_of(const struct json_doc *doc,
				struct json_value string)
{
	std::string text(string.end - string.start, '\0');

	text.resize(json_decode(doc, string, text.data()));
	return text;
}

static toml_value copy_json(const struct json_doc *doc, struct json_value json)
{
	struct json_iter iter = json_iterate(doc, json);
	struct json_member member;
	struct json_value element;
	toml_value value;

	if (json.kind == JSON_OBJECT) {
		value.kind = TOML_TABLE;
		while (json_next_member(&iter, &member))
			value.members.emplace_back(
				json_text_of(doc, member.key),
				copy_json(doc, member.value));
	} else if (json.kind == JSON_ARRAY) {
		value.kind = TOML_LIST;
		while (json_next_element(&iter, &element))
			value.members.emplace_back(std::string(),
						   copy_json(doc, element));
	} else if (json.kind == JSON_STRING) {
		value.kind = TOML_STRING;
		value.text = json_text_of(doc, json);
	} else if (json.kind & JSON_BOOLEAN) {
		value.kind = TOML_BOOLEAN;
		value.number = json.kind == JSON_TRUE;
	}
	return value;
}

int toml_parse_json(struct toml_doc **ret_doc, const char *name,
		    const char *text, size_t len, struct err *err)
{
	bool is_empty = std::string_view(text, len).find_first_not_of(
				" \t\r\n") == std::string_view::npos;
	struct json_doc doc = { name, is_empty ? "{}" : text,
				is_empty ? 2 : len, nullptr };

	*ret_doc = nullptr;
	if (json_check(&doc, err) < 0)
		return -1;
	try {
		*ret_doc = new toml_doc{ copy_json(&doc, json_root(&doc)) };
		return 0;
	} catch (const std::exception &) {
		return err_set_no_memory(err);
	}
}

void toml_free(struct toml_doc *doc)
{
	delete doc;
}

const struct toml_value *toml_root(const struct toml_doc *doc)
{
	return doc ? &doc->root : nullptr;
}

enum toml_kind toml_kind(const struct toml_value *value)
{
	return value ? value->kind : TOML_NONE;
}

static const struct toml_value *find_in_table(const struct toml_value *table,
					      const char *key)
{
	if (toml_kind(table) != TOML_TABLE)
		return nullptr;
	for (size_t i = table->members.size(); i--;)
		if (table->members[i].first == key)
			return &table->members[i].second;
	return nullptr;
}

const struct toml_value *toml_find(const struct toml_value *table, ...)
{
	va_list keys;
	const char *key;

	va_start(keys, table);
	while ((key = va_arg(keys, const char *)))
		table = find_in_table(table, key);
	va_end(keys);
	return table;
}

size_t toml_count(const struct toml_value *value)
{
	return value ? value->members.size() : 0;
}

const struct toml_value *toml_member(const struct toml_value *table,
				     size_t index, const char **ret_key)
{
	*ret_key = nullptr;
	if (toml_kind(table) != TOML_TABLE || index >= toml_count(table))
		return nullptr;
	*ret_key = table->members[index].first.c_str();
	return &table->members[index].second;
}

const struct toml_value *toml_element(const struct toml_value *list,
				      size_t index)
{
	if (toml_kind(list) != TOML_LIST || index >= toml_count(list))
		return nullptr;
	return &list->members[index].second;
}

const char *toml_string(const struct toml_value *value)
{
	return toml_kind(value) == TOML_STRING ? value->text.c_str() : nullptr;
}

bool toml_is_true(const struct toml_value *value)
{
	return toml_kind(value) == TOML_BOOLEAN && value->number;
}

int64_t toml_integer(const struct toml_value *value)
{
	return toml_kind(value) == TOML_INTEGER ? value->number : 0;
}
