/* SPDX-License-Identifier: Apache-2.0 */
extern "C" {
#include "capctl/doctor/toml.h"

#include "capctl/doctor/toml_letters.h"
}

#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iterator>

/*
 * toml++ asserts what a text can break ("[[$]]"): that must neither end capctl
 * nor, under NDEBUG, be taken for granted. TOML_ASSERT is the library's own
 * option for it.
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
 * For each dot of a key toml++ goes once deeper into itself when it frees
 * the tables: more than any configuration has, and less than the stack.
 */
static constexpr size_t dots_max = 8192;

struct toml_doc {
	toml::table root;
};

static const toml::node *node_of(const struct toml_value *value)
{
	return reinterpret_cast<const toml::node *>(value);
}

static const struct toml_value *value_of(const toml::node *node)
{
	return reinterpret_cast<const struct toml_value *>(node);
}

static bool has_too_many_dots(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '.';
	return count > dots_max;
}

static int parse(struct toml_doc **ret_doc, const char *name,
		 std::string_view text, struct err *err)
{
	try {
		*ret_doc = new toml_doc{ toml::parse(text) };
		return 0;
	} catch (const toml::parse_error &error) {
		const auto place = error.source().begin;
		const auto what = error.description();

		return err_set(err, "'%s':%u:%u: %.*s", name,
			       static_cast<unsigned int>(place.line),
			       static_cast<unsigned int>(place.column),
			       static_cast<int>(what.size()), what.data());
	} catch (const toml_broken_assertion &) {
		return err_set(err, "'%s': not TOML", name);
	} catch (const std::exception &) {
		return err_set(err, "out of memory");
	}
}

int toml_parse(struct toml_doc **ret_doc, const char *name, const char *text,
	       size_t len, struct err *err)
{
	char *safe;
	size_t safe_len;
	int result;

	*ret_doc = nullptr;
	if (has_too_many_dots(text, len))
		return err_set(err, "'%s': nested too deeply", name);
	if (toml_letters_make_safe(&safe, &safe_len, name, text, len, err) < 0)
		return -1;
	result = parse(ret_doc, name, std::string_view(safe, safe_len), err);
	std::free(safe);
	return result;
}

void toml_free(struct toml_doc *doc)
{
	delete doc;
}

const struct toml_value *toml_root(const struct toml_doc *doc)
{
	return doc ? value_of(&doc->root) : nullptr;
}

enum toml_kind toml_kind(const struct toml_value *value)
{
	if (!value)
		return TOML_NONE;
	switch (node_of(value)->type()) {
	case toml::node_type::table:
		return TOML_TABLE;
	case toml::node_type::array:
		return TOML_LIST;
	case toml::node_type::string:
		return TOML_STRING;
	case toml::node_type::boolean:
		return TOML_BOOLEAN;
	case toml::node_type::integer:
		return TOML_INTEGER;
	default:
		return TOML_OTHER;
	}
}

const struct toml_value *toml_find(const struct toml_value *table, ...)
{
	va_list keys;
	const char *key;

	va_start(keys, table);
	while ((key = va_arg(keys, const char *))) {
		table = toml_kind(table) == TOML_TABLE
				? value_of(node_of(table)->as_table()->get(key))
				: nullptr;
	}
	va_end(keys);
	return table;
}

size_t toml_count(const struct toml_value *value)
{
	switch (toml_kind(value)) {
	case TOML_TABLE:
		return node_of(value)->as_table()->size();
	case TOML_LIST:
		return node_of(value)->as_array()->size();
	default:
		return 0;
	}
}

const struct toml_value *toml_member(const struct toml_value *table,
				     size_t index, const char **ret_key)
{
	*ret_key = nullptr;
	if (toml_kind(table) != TOML_TABLE || index >= toml_count(table))
		return nullptr;
	const auto member = std::next(node_of(table)->as_table()->begin(),
				      static_cast<ptrdiff_t>(index));

	*ret_key = member->first.str().data();
	return value_of(&member->second);
}

const struct toml_value *toml_element(const struct toml_value *list,
				      size_t index)
{
	if (toml_kind(list) != TOML_LIST)
		return nullptr;
	return value_of(node_of(list)->as_array()->get(index));
}

const char *toml_string(const struct toml_value *value)
{
	if (toml_kind(value) != TOML_STRING)
		return nullptr;
	return node_of(value)->as_string()->get().c_str();
}

bool toml_is_true(const struct toml_value *value)
{
	return toml_kind(value) == TOML_BOOLEAN &&
	       node_of(value)->as_boolean()->get();
}

int64_t toml_integer(const struct toml_value *value)
{
	return toml_kind(value) == TOML_INTEGER
		       ? node_of(value)->as_integer()->get()
		       : 0;
}
