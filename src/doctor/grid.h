/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid.h - a table of text that fits a width: cells are broken at spaces where it must be, and a
 * column that has nothing but its heading is left out.
 */
#ifndef DOCTOR_GRID_H
#define DOCTOR_GRID_H

#include <stddef.h>

#include "util/buf.h"

#define DOCTOR_GRID_COLUMNS_MAX 16
#define DOCTOR_GRID_CELL_MAX 16384 /* octets */

struct doctor_grid {
	size_t column_count;
	size_t cell_count, cell_size; /* row by row, the headings first */
	struct buf *cells;
};

void doctor_grid_init(struct doctor_grid *grid, size_t column_count);
void doctor_grid_done(struct doctor_grid *grid);
/* The next cell, empty, to be written to until the next call. */
struct buf *doctor_grid_cell(struct doctor_grid *grid);
void doctor_grid_text(struct doctor_grid *grid, const char *text);
/* With the row of headings. */
size_t doctor_grid_row_count(const struct doctor_grid *grid);
/* Borrowed until the next cell. */
struct slice doctor_grid_at(const struct doctor_grid *grid, size_t row, size_t column);
/* Has the column more than a heading? */
bool doctor_grid_has(const struct doctor_grid *grid, size_t column);
/* The widest that it may be is width characters, indent before it included. */
void doctor_grid_print(
    const struct doctor_grid *grid, size_t indent, size_t width, struct buf *out);

#endif
