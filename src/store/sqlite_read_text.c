/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_read_text.c - the text of a message: its prefix, its body, its tail, as one. */
#include <errno.h>

#include "store/sqlite_private.h"

struct sizes {
	uint64_t prefix, chunks, tail, whole; /* chunks: those that are rows */
};

static int
get_sizes(struct store_reader *reader, uint64_t message_id, struct sizes *ret_sizes)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(reader, STORE_READ_SIZES, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, message_id);
		r = store_db_next(&reader->db, st);
		if (r == 0)
			r = -ENOENT;
	}
	if (r > 0)
		*ret_sizes = (struct sizes){ .prefix = store_db_column_number(st, 0),
			.tail = store_db_column_number(st, 1),
			.whole = store_db_column_number(st, 2),
			.chunks = store_db_column_number(st, 3) };
	return store_reader_end(reader, st, r < 0 ? r : 0);
}

/* Appends at most len octets of piece from offset. Returns how many, or -EIO when there are none.
 */
static int
append(struct slice piece, uint64_t offset, size_t len, struct buf *out)
{
	size_t n;

	if (offset >= piece.len)
		return -EIO;
	n = piece.len - (size_t)offset;
	if (n > len)
		n = len;
	return buf_add(out, piece.ptr + offset, n) ? (int)n : -EMSGSIZE;
}

/* `which` gives one column. Returns octets appended, or -errno. */
static int
append_column(struct store_reader *reader, enum store_read_statement which, uint64_t message_id,
    uint64_t offset, size_t len, struct buf *out)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(reader, which, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, message_id);
		r = store_db_next(&reader->db, st);
	}
	if (r == 0)
		r = -EIO;
	if (r > 0)
		r = append(store_db_column_slice(st, 0), offset, len, out);
	return store_reader_end(reader, st, r);
}

/* From the chunk that holds the octet at offset of the body. */
static int
append_chunk(
    struct store_reader *reader, uint64_t message_id, uint64_t offset, size_t len, struct buf *out)
{
	sqlite3_stmt *st;
	int r = store_reader_begin(reader, STORE_READ_CHUNK, &st);

	if (r == 0) {
		store_db_bind_number(st, 1, message_id);
		store_db_bind_number(st, 2, offset);
		r = store_db_next(&reader->db, st);
	}
	if (r == 0)
		r = -EIO;
	if (r > 0)
		r = append(
		    store_db_column_slice(st, 1), offset - store_db_column_number(st, 0), len, out);
	return store_reader_end(reader, st, r);
}

/* At most len octets of the body, from offset in it: from a chunk, or else from the file. */
static int
append_body(struct store *s, uint64_t message_id, const struct sizes *z, uint64_t offset,
    size_t len, struct buf *out)
{
	int r;

	if (offset < z->chunks)
		return append_chunk(&s->reader, message_id, offset, len, out);
	r = store_body_read(s->directory, message_id, offset - z->chunks, len, out);
	return r < 0 ? r : (int)len;
}

/* From whichever piece holds the octet at offset, which is below z->whole. */
static int
append_piece(struct store *s, uint64_t message_id, const struct sizes *z, uint64_t offset,
    size_t len, struct buf *out)
{
	const uint64_t tail_start = z->whole - z->tail;

	if (offset < z->prefix)
		return append_column(&s->reader, STORE_READ_PREFIX, message_id, offset, len, out);
	if (offset < tail_start) {
		const uint64_t left = tail_start - offset;

		return append_body(
		    s, message_id, z, offset - z->prefix, len < left ? len : (size_t)left, out);
	}
	return append_column(
	    &s->reader, STORE_READ_TAIL, message_id, offset - tail_start, len, out);
}

int
store_read_text(struct store *s, uint64_t message_id, uint64_t offset, size_t len, struct buf *out)
{
	struct sizes z = { 0 };
	size_t before = out->len;
	int r = get_sizes(&s->reader, message_id, &z);

	if (r < 0)
		return r;
	while (len > 0 && offset < z.whole) {
		r = append_piece(s, message_id, &z, offset, len, out);
		if (r < 0) {
			out->len = before;
			return r;
		}
		offset += (uint64_t)r;
		len -= (size_t)r;
	}
	return 0;
}
