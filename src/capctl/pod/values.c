/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/pod/values.h"

#include <stdlib.h>
#include <string.h>

#define ID_MAX INT32_MAX
#define DIGITS "0123456789"

/* What a plain scalar means to Kubernetes. */
enum meaning {
	MEANS_NULL,
	MEANS_TRUE,
	MEANS_FALSE,
	MEANS_EITHER, /* a boolean in YAML 1.1, a string in 1.2 */
	MEANS_NUMBER,
	MEANS_STRING,
};

static bool is_one_of(const char *text, const char *const words[])
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

/* Also with underscores, 0b, 0o, and the words for what is not finite. */
static bool is_number(const char *text)
{
	static const char *const words[] = { ".inf", ".Inf", ".INF", ".nan",
					     ".NaN", ".NAN", NULL };
	const char *digits = text + strspn(text, "+-");
	char plain[64], *end;
	size_t len = 0;

	if (is_one_of(digits, words))
		return true;
	if (!strchr(DIGITS ".", *digits) || strlen(digits) >= sizeof(plain))
		return *digits && digits[strspn(digits, DIGITS "_")] == '\0';
	for (; *digits; digits++)
		if (*digits != '_')
			plain[len++] = *digits;
	plain[len] = '\0';
	if (len > 2 && plain[0] == '0' && strchr("bo", plain[1]))
		return plain[2 + strspn(plain + 2, DIGITS)] == '\0';
	strtod(plain, &end);
	return end > plain && *end == '\0';
}

static enum meaning scalar_meaning(const struct yaml_value *scalar)
{
	static const char *const nulls[] = { "",     "~",    "null",
					     "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };
	static const char *const either[] = { "y",   "Y",  "yes", "Yes", "YES",
					      "on",  "On", "ON",  "n",	 "N",
					      "no",  "No", "NO",  "off", "Off",
					      "OFF", NULL };

	if (scalar->quoted)
		return MEANS_STRING;
	if (is_one_of(scalar->text, nulls))
		return MEANS_NULL;
	if (is_one_of(scalar->text, trues))
		return MEANS_TRUE;
	if (is_one_of(scalar->text, falses))
		return MEANS_FALSE;
	if (is_one_of(scalar->text, either))
		return MEANS_EITHER;
	return is_number(scalar->text) ? MEANS_NUMBER : MEANS_STRING;
}

static const char *describe_value(const struct yaml_value *value)
{
	static const char *const names[] = {
		[MEANS_NULL] = "null",
		[MEANS_TRUE] = "a boolean",
		[MEANS_FALSE] = "a boolean",
		[MEANS_EITHER] = "a word that is a boolean in YAML 1.1",
		[MEANS_NUMBER] = "a number",
		[MEANS_STRING] = "a string",
	};

	if (value->kind == YAML_MAP)
		return "a map";
	return value->kind == YAML_LIST ? "a list"
					: names[scalar_meaning(value)];
}

static bool is_null(const struct yaml_value *value)
{
	return !value || (value->kind == YAML_SCALAR &&
			  scalar_meaning(value) == MEANS_NULL);
}

static bool is_text(const struct yaml_value *value)
{
	return value->kind == YAML_SCALAR &&
	       scalar_meaning(value) == MEANS_STRING;
}

bool values_is_map(const struct yaml_value *value)
{
	return value && value->kind == YAML_MAP;
}

int64_t values_id(const struct yaml_value *value)
{
	const char *text = value->text;
	size_t len;

	if (value->kind != YAML_SCALAR || value->quoted)
		return -1;
	len = strspn(text, DIGITS);
	if (!len || text[len] || len > 10 || (len > 1 && *text == '0') ||
	    strtoll(text, NULL, 10) > ID_MAX)
		return -1;
	return strtoll(text, NULL, 10);
}

static int err_type(const struct values *values, const struct yaml_value *value,
		    const char *key, const char *wanted)
{
	return yaml_err(values->err, values->tree, value,
			"'%s': expected %s, found %s", key, wanted,
			describe_value(value));
}

static int err_text(const struct values *values, const struct yaml_value *value,
		    const char *key)
{
	return err_type(values, value, key,
			value->kind == YAML_SCALAR
				? "a string (put it in quotes)"
				: "a string");
}

static int get_kind(const struct values *values, const struct yaml_value *map,
		    const char *key, enum yaml_kind kind,
		    const struct yaml_value **ret_value)
{
	const struct yaml_value *value = yaml_find(map, key);

	*ret_value = NULL;
	if (is_null(value))
		return 0;
	if (value->kind != kind)
		return err_type(values, value, key,
				kind == YAML_MAP ? "a map" : "a list");
	*ret_value = value;
	return 0;
}

int values_get_map(const struct values *values, const struct yaml_value *map,
		   const char *key, const struct yaml_value **ret_value)
{
	return get_kind(values, map, key, YAML_MAP, ret_value);
}

int values_get_list(const struct values *values, const struct yaml_value *map,
		    const char *key, const struct yaml_value **ret_value)
{
	return get_kind(values, map, key, YAML_LIST, ret_value);
}

int values_get_text(const struct values *values, const struct yaml_value *map,
		    const char *key, const char **ret_text)
{
	const struct yaml_value *value = yaml_find(map, key);

	*ret_text = NULL;
	if (is_null(value))
		return 0;
	if (!is_text(value))
		return err_text(values, value, key);
	*ret_text = value->text;
	return 0;
}

int values_get_truth(const struct values *values, const struct yaml_value *map,
		     const char *key, enum values_truth *ret_truth)
{
	const struct yaml_value *value = yaml_find(map, key);
	enum meaning meaning;

	*ret_truth = VALUES_ABSENT;
	if (is_null(value))
		return 0;
	meaning = value->kind == YAML_SCALAR ? scalar_meaning(value)
					     : MEANS_STRING;
	if (meaning != MEANS_TRUE && meaning != MEANS_FALSE)
		return err_type(values, value, key, "true or false");
	*ret_truth = meaning == MEANS_TRUE ? VALUES_TRUE : VALUES_FALSE;
	return 0;
}

static int check_id(const struct values *values, const struct yaml_value *value,
		    const char *key)
{
	if (values_id(value) >= 0)
		return 0;
	if (value->kind == YAML_SCALAR && !value->quoted)
		return yaml_err(
			values->err, values->tree, value,
			"'%s': '%s' is no ID: write a decimal number from 0 to %d",
			key, value->text, ID_MAX);
	return err_type(values, value, key, "a number");
}

int values_get_id(const struct values *values, const struct yaml_value *map,
		  const char *key, int64_t *ret_id)
{
	const struct yaml_value *value = yaml_find(map, key);

	*ret_id = -1;
	if (is_null(value))
		return 0;
	if (check_id(values, value, key) < 0)
		return -1;
	*ret_id = values_id(value);
	return 0;
}

int values_check_texts(const struct values *values,
		       const struct yaml_value *texts, const char *key)
{
	for (const struct yaml_item *item = texts ? texts->items : NULL; item;
	     item = item->next)
		if (!is_text(item->value))
			return err_text(values, item->value,
					item->key ? item->key : key);
	return 0;
}

int values_check_ids(const struct values *values, const struct yaml_value *ids,
		     const char *key)
{
	for (const struct yaml_item *item = ids ? ids->items : NULL; item;
	     item = item->next)
		if (check_id(values, item->value, key) < 0)
			return -1;
	return 0;
}
