/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/grid.h"

#include <assert.h>
#include <stdlib.h>

#include "doctor/layout.h"
#include "util/alloc.h"

enum { GAP = 2, CELLS_MIN = 64, COLUMN_WIDTH_MIN = 4 };

struct columns {
	size_t count;
	size_t width[DOCTOR_GRID_COLUMNS_MAX]; /* 0: the column is left out */
};

void
doctor_grid_init(struct doctor_grid *grid, size_t column_count)
{
	assert(column_count > 0 && column_count <= DOCTOR_GRID_COLUMNS_MAX);
	*grid = (struct doctor_grid){ .column_count = column_count };
}

void
doctor_grid_done(struct doctor_grid *grid)
{
	for (size_t i = 0; i < grid->cell_count; i++)
		buf_done(&grid->cells[i]);
	free(grid->cells);
	*grid = (struct doctor_grid){ .column_count = 0 };
}

struct buf *
doctor_grid_cell(struct doctor_grid *grid)
{
	if (grid->cell_count == grid->cell_size) {
		grid->cell_size = grid->cell_size == 0 ? CELLS_MIN : 2 * grid->cell_size;
		grid->cells = xrealloc(grid->cells, grid->cell_size * sizeof *grid->cells);
	}
	buf_init(&grid->cells[grid->cell_count], DOCTOR_GRID_CELL_MAX);
	return &grid->cells[grid->cell_count++];
}

void
doctor_grid_text(struct doctor_grid *grid, const char *text)
{
	(void)buf_add_text(doctor_grid_cell(grid), text);
}

struct slice
doctor_grid_at(const struct doctor_grid *grid, size_t row, size_t column)
{
	const size_t at = row * grid->column_count + column;

	return at < grid->cell_count ? buf_slice(&grid->cells[at]) : slice_make(NULL, 0);
}

size_t
doctor_grid_row_count(const struct doctor_grid *grid)
{
	/* None before doctor_grid_init(). */
	if (grid->column_count == 0)
		return 0;
	return (grid->cell_count + grid->column_count - 1) / grid->column_count;
}

bool
doctor_grid_has(const struct doctor_grid *grid, size_t column)
{
	for (size_t row = 1; row < doctor_grid_row_count(grid); row++)
		if (doctor_grid_at(grid, row, column).len > 0)
			return true;
	return false;
}

/* As wide as the widest cell; 0 when only the heading is there. */
static size_t
natural_width(const struct doctor_grid *grid, size_t column)
{
	size_t width = 0;

	for (size_t row = 1; row < doctor_grid_row_count(grid); row++) {
		const size_t w = doctor_layout_width(doctor_grid_at(grid, row, column));

		width = w > width ? w : width;
	}
	if (width > 0 && doctor_layout_width(doctor_grid_at(grid, 0, column)) > width)
		width = doctor_layout_width(doctor_grid_at(grid, 0, column));
	return width;
}

static size_t
total_width(const struct columns *c)
{
	size_t total = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->width[i] > 0)
			total += c->width[i] + (total > 0 ? GAP : 0);
	return total;
}

static size_t
longest_word(struct slice text)
{
	size_t longest = 0;

	while (text.len > 0) {
		const size_t len = slice_find(text, ' ');
		const size_t width = doctor_layout_width(slice_first(text, len));

		longest = width > longest ? width : longest;
		text = slice_after(text, len < text.len ? len + 1 : len);
	}
	return longest;
}

static size_t
column_longest_word(const struct doctor_grid *grid, size_t column)
{
	size_t longest = COLUMN_WIDTH_MIN;

	for (size_t row = 0; row < doctor_grid_row_count(grid); row++) {
		const size_t width = longest_word(doctor_grid_at(grid, row, column));

		longest = width > longest ? width : longest;
	}
	return longest;
}

/* The widest of those columns that may give does, until all fit, or until none may give more. */
static void
shrink(struct columns *c, const size_t least[], size_t width)
{
	while (total_width(c) > width) {
		size_t widest = c->count;

		for (size_t i = 0; i < c->count; i++)
			if (c->width[i] > least[i] &&
			    (widest == c->count || c->width[i] > c->width[widest]))
				widest = i;
		if (widest == c->count)
			return;
		c->width[widest]--;
	}
}

/* Words are cut only where breaking between them does not help. */
static void
fit(struct columns *c, const struct doctor_grid *grid, size_t width)
{
	size_t least[DOCTOR_GRID_COLUMNS_MAX] = { 0 };

	for (size_t i = 0; i < c->count; i++)
		least[i] = column_longest_word(grid, i);
	shrink(c, least, width);
	for (size_t i = 0; i < c->count; i++)
		least[i] = COLUMN_WIDTH_MIN;
	shrink(c, least, width);
}

/* One line of each cell of the row; rest has what is left of them. False when nothing was left. */
static bool
print_line(const struct columns *c, struct slice rest[], size_t indent, struct buf *out)
{
	size_t owed = indent; /* spaces, written only when something follows */
	bool has_any = false;

	for (size_t i = 0; i < c->count; i++)
		has_any = has_any || (c->width[i] > 0 && rest[i].len > 0);
	if (!has_any)
		return false;
	for (size_t i = 0; i < c->count; i++) {
		struct slice line = slice_make(NULL, 0);

		if (c->width[i] == 0)
			continue;
		if (rest[i].len > 0) {
			line = doctor_layout_take_line(&rest[i], c->width[i]);
			doctor_layout_spaces(owed, out);
			(void)buf_add_slice(out, line);
			owed = 0;
		}
		owed += GAP + c->width[i] - doctor_layout_width(line);
	}
	(void)buf_add_octet(out, '\n');
	return true;
}

void
doctor_grid_print(const struct doctor_grid *grid, size_t indent, size_t width, struct buf *out)
{
	struct columns c = { .count = grid->column_count };
	struct slice rest[DOCTOR_GRID_COLUMNS_MAX];

	for (size_t i = 0; i < c.count; i++)
		c.width[i] = natural_width(grid, i);
	fit(&c, grid, width - indent);
	for (size_t row = 0; row < doctor_grid_row_count(grid); row++) {
		for (size_t i = 0; i < c.count; i++)
			rest[i] = doctor_grid_at(grid, row, i);
		while (print_line(&c, rest, indent, out))
			;
	}
}
