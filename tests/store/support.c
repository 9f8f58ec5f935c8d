/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"

enum { TEXT_MAX = 1 << 24, ERROR_MAX = 4096, NAME_SIZE = 40 };

void
scratch_make(struct scratch *s)
{
	struct stat st;
	bool has_shm = stat("/dev/shm", &st) == 0; /* in memory: a sync costs nothing */

	*s = (struct scratch){ .base = event_base_new() };
	(void)snprintf(s->directory, sizeof s->directory, "%s/sallyport-store-XXXXXX",
	    has_shm ? "/dev/shm" : "/tmp");
	if (mkdtemp(s->directory) == NULL)
		abort();
	buf_init(&s->error, ERROR_MAX);
}

const char *
scratch_path(const struct scratch *s, const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof path, "%s/%s", s->directory, name);
	return path;
}

void
scratch_remove(struct scratch *s)
{
	static const char *const names[] = { "queue.db", "queue.db-wal", "queue.db-shm",
		"queue.db-journal", "queue.lock" };

	store_close(&s->store);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		(void)unlink(scratch_path(s, names[i]));
	(void)rmdir(s->directory);
	event_base_free(s->base);
	buf_done(&s->error);
}

int
scratch_open_limited(struct scratch *s, uint64_t min_free_space)
{
	const struct store_options options = { .directory = s->directory,
		.min_free_space = min_free_space,
		.wal_max_len = s->wal_max_len,
		.chunks_len = s->chunks_len };

	store_close(&s->store);
	buf_clear(&s->error);
	return store_open(s->base, &options, &s->store, &s->error);
}

int
scratch_open(struct scratch *s)
{
	return scratch_open_limited(s, 0);
}

void
scratch_on_durable(void *arg, int result)
{
	*(int *)arg = result;
}

void
scratch_wait(struct scratch *s, const int *result)
{
	while (*result == SCRATCH_WAITING)
		if (event_base_loop(s->base, EVLOOP_ONCE) != 0)
			abort();
}

int
scratch_set_up(void **state)
{
	struct scratch *s = xcalloc(1, sizeof *s);

	scratch_make(s);
	*state = s;
	return scratch_open(s);
}

int
scratch_tear_down(void **state)
{
	scratch_remove(*state);
	free(*state);
	return 0;
}

int
scratch_flush(struct scratch *s)
{
	int result = SCRATCH_WAITING;

	store_flush(s->store, scratch_on_durable, &result);
	scratch_wait(s, &result);
	return result;
}

static void
add_chunk_text(uint64_t id, uint32_t seq, struct buf *out)
{
	uint8_t *room = buf_reserve(out, SCRATCH_CHUNK_LEN);

	for (size_t i = 0; i < SCRATCH_CHUNK_LEN; i++)
		room[i] = (uint8_t)(id * 31 + (size_t)seq * 7 + i / 64);
	out->len += SCRATCH_CHUNK_LEN;
}

static void
add_prefix(uint64_t id, struct buf *out)
{
	(void)buf_addf(out, "Received: from test with id %llu\r\n", (unsigned long long)id);
}

static void
add_tail(uint64_t id, struct buf *out)
{
	(void)buf_addf(out, "\r\nThe end of message %llu.\r\n", (unsigned long long)id);
}

void
scratch_text(uint64_t id, uint32_t chunk_count, struct buf *out)
{
	add_prefix(id, out);
	for (uint32_t seq = 0; seq < chunk_count; seq++)
		add_chunk_text(id, seq, out);
	add_tail(id, out);
}

static struct slice
address_of(size_t index, char text[NAME_SIZE])
{
	(void)snprintf(text, NAME_SIZE, "r%zu@example.org", index);
	return slice_of(text);
}

static void
put(struct scratch *s, uint64_t id, size_t count, uint32_t chunk_count)
{
	struct store_recipient *list = xcalloc(count, sizeof *list);
	char(*names)[NAME_SIZE] = xcalloc(count, NAME_SIZE);
	struct buf prefix, tail;

	buf_init(&prefix, TEXT_MAX);
	buf_init(&tail, TEXT_MAX);
	add_prefix(id, &prefix);
	add_tail(id, &tail);
	for (size_t i = 0; i < count; i++)
		list[i] = (struct store_recipient){ .address = address_of(i, names[i]),
			.route = slice_of("smarthost"),
			.parameters = slice_of(i % 2 == 0 ? "" : "NOTIFY=NEVER"),
			.due_unix_ms = 1000 + i };
	store_put_message(
	    s->store, &(struct store_message){ .id = id,
			  .created_unix_ms = 500 + id,
			  .account = slice_of("alice"),
			  .sender = slice_of("alice@example.com"),
			  .parameters = slice_of("BODY=8BITMIME"),
			  .chunk_count = chunk_count,
			  .size = prefix.len + tail.len + (uint64_t)chunk_count * SCRATCH_CHUNK_LEN,
			  .prefix = buf_slice(&prefix),
			  .tail = buf_slice(&tail),
			  .recipients = list,
			  .recipient_count = count });
	buf_done(&prefix);
	buf_done(&tail);
	free(names);
	free(list);
}

void
scratch_put(struct scratch *s, uint64_t id, size_t count)
{
	put(s, id, count, 0);
}

void
scratch_put_chunk(struct scratch *s, uint64_t id, uint32_t seq)
{
	struct buf data;

	buf_init(&data, SCRATCH_CHUNK_LEN);
	add_chunk_text(id, seq, &data);
	store_put_chunk(s->store, id, seq, data.ptr, data.len);
}

void
scratch_put_large(struct scratch *s, uint64_t id, uint32_t chunk_count)
{
	put(s, id, 1, chunk_count);
}

struct seen {
	size_t count;
	bool right;
};

static bool
see_recipient(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	struct seen *seen = arg;
	char name[NAME_SIZE];

	seen->right = seen->right && r->index == seen->count &&
		      slice_equal(r->address, address_of(seen->count, name)) &&
		      slice_is(r->parameters, seen->count % 2 == 0 ? "" : "NOTIFY=NEVER") &&
		      slice_is(r->route, "smarthost") && slice_is(m->sender, "alice@example.com") &&
		      slice_is(m->account, "alice") && slice_is(m->parameters, "BODY=8BITMIME") &&
		      m->created_unix_ms == 500 + m->id;
	seen->count++;
	return true;
}

static int
check_text(struct store *s, uint64_t id, uint32_t chunk_count)
{
	struct buf want, got;
	int r;

	buf_init(&want, TEXT_MAX);
	buf_init(&got, TEXT_MAX);
	scratch_text(id, chunk_count, &want);
	r = store_read_text(s, id, 0, TEXT_MAX, &got);
	if (r == 0 && !slice_equal(buf_slice(&want), buf_slice(&got)))
		r = -EBADMSG;
	buf_done(&want);
	buf_done(&got);
	return r;
}

int
scratch_check(struct store *s, uint64_t id, size_t recipient_count, uint32_t chunk_count)
{
	struct seen seen = { 0, true };
	int r = store_each_recipient(s, id, see_recipient, &seen);

	if (r < 0)
		return r;
	if (!seen.right || seen.count != recipient_count)
		return -EBADMSG;
	return check_text(s, id, chunk_count);
}
