/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "capctl/check/excerpt.h"

#include <stdbool.h>

#include "base/buf.h"
#include "base/utf8.h"

#define CUT "..."
#define CUT_LEN (sizeof(CUT) - 1)
#define BYTES_MAX 4 /* bytes of a character in UTF-8 */
#define CELLS_MAX ((BYTES_MAX + 1) * SOURCE_EXCERPT_WIDTH_MAX + 1)

/*
 * The columns of one line: the offset of the character that begins in each. The
 * last column is the line's end; the second one of a wide character is empty.
 */
struct cells {
	size_t starts[CELLS_MAX + 2];
	size_t count;
	size_t caret;
	bool cut_before;
	bool cut_behind;
};

static bool ends_line(const struct json_doc *doc, size_t at)
{
	return at >= doc->len || doc->text[at] == '\n' ||
	       (doc->text[at] == '\r' && at + 1 < doc->len &&
		doc->text[at + 1] == '\n');
}

static size_t length_at(const struct json_doc *doc, size_t at)
{
	size_t length = utf8_length(doc->text + at, doc->len - at);

	return length ? length : 1;
}

static bool is_inside(const struct json_doc *doc, size_t at)
{
	return ((unsigned char)doc->text[at] & 0xc0) == 0x80;
}

/* The offset to begin at: the line's start, unless it is too far back. */
static size_t find_start(const struct json_doc *doc, size_t offset,
			 size_t width, bool *ret_cut)
{
	size_t far = width * BYTES_MAX;
	size_t from = offset;

	while (from && offset - from < far && doc->text[from - 1] != '\n')
		from--;
	*ret_cut = from && doc->text[from - 1] != '\n';
	while (*ret_cut && from < offset && is_inside(doc, from))
		from++;
	return from;
}

static void find_cells(struct cells *cells, const struct json_doc *doc,
		       size_t offset, size_t width)
{
	size_t at = find_start(doc, offset, width, &cells->cut_before);
	size_t length, columns;

	cells->count = cells->caret = 0;
	while (!ends_line(doc, at) && cells->count < cells->caret + width &&
	       cells->count < CELLS_MAX) {
		if (at <= offset)
			cells->caret = cells->count;
		length = length_at(doc, at);
		columns = utf8_columns(doc->text + at, length);
		cells->starts[cells->count++] = at;
		at += length;
		if (columns > 1)
			cells->starts[cells->count++] = at;
	}
	if (at <= offset)
		cells->caret = cells->count;
	cells->starts[cells->count] = at;
	cells->cut_behind = !ends_line(doc, at);
}

/* Keeps `width` columns, with the caret near the middle. */
static size_t choose_first(struct cells *cells, size_t width)
{
	size_t first = 0;

	/* The place can be the line's end, which takes a column. */
	if (cells->count + 1 <= width && !cells->cut_before)
		return 0;
	if (cells->caret > width / 2)
		first = cells->caret - width / 2;
	if (!cells->cut_behind && first + width > cells->count + 1)
		first = cells->count + 1 > width ? cells->count + 1 - width : 0;
	if (cells->count > first + width) {
		cells->count = first + width;
		cells->cut_behind = true;
	}
	cells->cut_before |= first > 0;
	return first;
}

static bool is_empty(const struct cells *cells, size_t at)
{
	return at < cells->count && cells->starts[at] == cells->starts[at + 1];
}

/* Half of a wide character; the other half is cut off. */
static bool is_half(const struct cells *cells, size_t at, size_t from,
		    size_t to)
{
	return is_empty(cells, at) ? at == from
				   : at + 1 == to && is_empty(cells, to);
}

static void add_cell(struct buf *buf, const char *at, size_t len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	unsigned char first = (unsigned char)*at;

	if (first == '\t')
		buf_add_str(buf, " ");
	else if (first < 0x20 || first == 0x7f || (first >= 0x80 && len == 1) ||
		 (first == 0xc2 && (unsigned char)at[1] < 0xa0))
		buf_add_str(buf, replacement);
	else
		buf_add(buf, at, len);
}

int source_excerpt_make(struct source_excerpt *ret_excerpt,
			const struct json_doc *doc, size_t offset, size_t width,
			struct err *err)
{
	struct buf buf CLEANUP_BUF = { 0 };
	struct cells cells;
	size_t first, from, to;

	find_cells(&cells, doc, offset < doc->len ? offset : doc->len, width);
	first = choose_first(&cells, width);
	from = first + (cells.cut_before ? CUT_LEN : 0);
	to = cells.count - (cells.cut_behind ? CUT_LEN : 0);
	if (cells.cut_before)
		buf_add_str(&buf, CUT);
	for (size_t i = from; i < to; i++)
		if (is_half(&cells, i, from, to))
			buf_add_str(&buf, " ");
		else if (!is_empty(&cells, i))
			add_cell(&buf, doc->text + cells.starts[i],
				 /* `to` is small: SOURCE_EXCERPT_WIDTH_MIN */
				 /* NOLINTNEXTLINE(clang-analyzer-core.*) */
				 cells.starts[i + 1] - cells.starts[i]);
	if (cells.cut_behind)
		buf_add_str(&buf, CUT);
	ret_excerpt->caret = cells.caret - first;
	return buf_take(&buf, &ret_excerpt->text, NULL, err);
}
