/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "json/place.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static bool begins_character(const struct json_doc *doc, size_t at)
{
	return ((unsigned char)doc->text[at] & 0xc0) != 0x80;
}

static size_t column_at(const struct json_doc *doc, size_t offset)
{
	size_t column = 1;

	for (; offset && doc->text[offset - 1] != '\n'; offset--)
		column += begins_character(doc, offset - 1);
	return column;
}

static void move_back(const struct json_doc *doc, struct json_place *place,
		      size_t offset)
{
	size_t line = place->line;

	for (; place->offset > offset; place->offset--) {
		if (doc->text[place->offset - 1] == '\n')
			place->line--;
		else
			place->column -=
				begins_character(doc, place->offset - 1);
	}
	if (place->line != line)
		place->column = column_at(doc, offset);
}

void json_place_move(const struct json_doc *doc, struct json_place *place,
		     size_t offset)
{
	if (offset > doc->len)
		offset = doc->len;
	if (offset < place->offset)
		move_back(doc, place, offset);
	for (; place->offset < offset; place->offset++) {
		if (doc->text[place->offset] == '\n') {
			place->line++;
			place->column = 1;
		} else {
			place->column += begins_character(doc, place->offset);
		}
	}
}

int json_err(struct err *err, const struct json_doc *doc, size_t offset,
	     const char *format, ...)
{
	struct json_place place = JSON_PLACE_START;
	char message[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	json_place_move(doc, &place, offset);
	return json_err_place(err, doc, &place, message);
}

int json_err_place(struct err *err, const struct json_doc *doc,
		   const struct json_place *place, const char *message)
{
	return err_set(err, "'%s':%zu:%zu: %s", doc->name, place->line,
		       place->column, message);
}
