/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/queue_view.h"

#include <errno.h>
#include <stdlib.h>

#include "util/alloc.h"

enum { PAGE_COUNT = 256 }; /* messages that are kept in memory at a time */

struct page {
	struct queue_message *messages;
	size_t count;
};

/* A text of the store may be anything; as a C string it ends at a NUL. */
static char *
copy(struct slice s)
{
	return slice_dup(slice_first(s, slice_find(s, '\0')));
}

static void
free_message(struct queue_message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++) {
		free(m->recipients[i].address);
		free(m->recipients[i].route);
		free(m->recipients[i].host);
		free(m->recipients[i].peer_text);
		free(m->recipients[i].reason);
		free(m->recipients[i].parameters);
	}
	free(m->recipients);
	free(m->account);
	free(m->sender);
	free(m->parameters);
	*m = (struct queue_message){ 0 };
}

static void
free_page(struct page *p)
{
	for (size_t i = 0; i < p->count; i++)
		free_message(&p->messages[i]);
	free(p->messages);
	*p = (struct page){ 0 };
}

static struct queue_message *
add_message(struct page *p)
{
	p->messages = xrealloc(p->messages, (p->count + 1) * sizeof *p->messages);
	p->messages[p->count] = (struct queue_message){ 0 };
	return &p->messages[p->count++];
}

static struct queue_recipient *
add_recipient(struct queue_message *m)
{
	m->recipients = xrealloc(m->recipients, (m->recipient_count + 1) * sizeof *m->recipients);
	m->recipients[m->recipient_count] = (struct queue_recipient){ 0 };
	return &m->recipients[m->recipient_count++];
}

static bool
on_message(void *arg, const struct store_message_row *row)
{
	struct queue_message *m = add_message(arg);

	m->id = row->id;
	m->created_unix_ms = row->created_unix_ms;
	m->size = row->size;
	m->account = copy(row->account);
	m->sender = copy(row->sender);
	m->parameters = copy(row->parameters);
	(void)smtp_mail_params_parse(slice_of(m->parameters), &m->asked);
	return true;
}

static bool
on_recipient(
    void *arg, const struct store_message_row *message, const struct store_recipient_row *row)
{
	struct queue_recipient *r = add_recipient(arg);

	(void)message;
	r->address = copy(row->address);
	r->route = copy(row->route);
	r->host = copy(row->host);
	r->peer_text = copy(row->peer_text);
	r->reason = copy(row->reason);
	r->parameters = copy(row->parameters);
	(void)smtp_rcpt_params_parse(slice_of(r->parameters), &r->asked);
	r->notices = row->notices;
	r->state = row->state;
	r->attempts = row->attempts;
	r->due_unix_ms = row->due_unix_ms;
	r->code = row->code;
	memcpy(r->enhanced, row->enhanced, sizeof r->enhanced);
	return true;
}

/* Rows of one message come one after the other: each belongs to the last message of the page. */
static bool
on_history(void *arg, const struct store_history_row *row)
{
	struct page *p = arg;
	struct queue_message *m = p->count == 0 ? NULL : &p->messages[p->count - 1];
	struct queue_recipient *r;

	if (m == NULL || m->id != row->id) {
		m = add_message(p);
		m->id = row->id;
		m->created_unix_ms = row->created_unix_ms;
		m->settled_unix_ms = row->settled_unix_ms;
		m->size = row->size;
		m->account = copy(row->account);
		m->sender = copy(row->sender);
	}
	r = add_recipient(m);
	r->address = copy(row->recipient);
	r->route = xstrdup("");
	r->host = copy(row->host);
	r->peer_text = copy(row->peer_text);
	r->reason = copy(row->reason);
	r->state = row->state;
	r->code = row->code;
	memcpy(r->enhanced, row->enhanced, sizeof r->enhanced);
	return true;
}

/* Shows the page's messages; one that was settled since it was read is gone, which is no error. */
static int
show_page(struct store *s, struct page *p, queue_view_fn *fn, void *arg)
{
	for (size_t i = 0; i < p->count; i++) {
		int r = store_each_recipient(s, p->messages[i].id, on_recipient, &p->messages[i]);

		if (r < 0 && r != -ENOENT)
			return r;
		if (r == 0)
			fn(arg, &p->messages[i]);
	}
	return 0;
}

int
queue_view_each(struct store *s, queue_view_fn *fn, void *arg)
{
	uint64_t after = 0;
	bool is_more = true;
	int r = 0;

	while (r == 0 && is_more) {
		struct page p = { 0 };

		r = store_each_message(s, after, PAGE_COUNT, on_message, &p);
		is_more = p.count == PAGE_COUNT;
		if (p.count > 0)
			after = p.messages[p.count - 1].id;
		if (r == 0)
			r = show_page(s, &p, fn, arg);
		free_page(&p);
	}
	return r;
}

static int
view_history(struct store *s, uint64_t id, size_t limit, queue_view_fn *fn, void *arg)
{
	struct page p = { 0 };
	int r = store_each_history(s, id, limit, on_history, &p);

	for (size_t i = 0; r == 0 && i < p.count; i++)
		fn(arg, &p.messages[i]);
	if (r == 0 && id != 0 && p.count == 0)
		r = -ENOENT;
	free_page(&p);
	return r;
}

int
queue_view_history(struct store *s, size_t limit, queue_view_fn *fn, void *arg)
{
	return view_history(s, 0, limit, fn, arg);
}

int
queue_view_one(struct store *s, uint64_t id, queue_view_fn *fn, void *arg)
{
	struct page p = { 0 };
	int r = id == 0 ? -ENOENT : store_each_message(s, id - 1, 1, on_message, &p);
	const bool is_queued = r == 0 && p.count == 1 && p.messages[0].id == id;

	if (is_queued)
		r = show_page(s, &p, fn, arg);
	else if (r == 0)
		r = view_history(s, id, SIZE_MAX, fn, arg);
	free_page(&p);
	return r;
}

bool
queue_view_is_held(const struct queue_message *m, uint64_t now_unix_ms)
{
	return m->asked.hold_until_unix_s > now_unix_ms / 1000;
}

const char *
queue_view_state(const struct queue_recipient *r)
{
	switch (r->state) {
	case STORE_RECIPIENT_DUE:
		return r->attempts == 0 ? "due" : "deferred";
	case STORE_RECIPIENT_HELD:
		return "held";
	case STORE_RECIPIENT_DELIVERED:
		return "delivered";
	case STORE_RECIPIENT_FAILED:
		return "failed";
	}
	return "unknown";
}
