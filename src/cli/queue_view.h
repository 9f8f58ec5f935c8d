/* SPDX-License-Identifier: Apache-2.0 */
/* queue_view.h - a message and its recipients, as the queue's commands show them. */
#ifndef CLI_QUEUE_VIEW_H
#define CLI_QUEUE_VIEW_H

#include "store/store.h"

struct queue_recipient {
	char *address, *route;
	char *host, *peer_text, *reason; /* of the last attempt; "" when there is none */
	enum store_recipient_state state;
	uint32_t attempts;
	uint64_t due_unix_ms;
	uint16_t code, enhanced[3];
};

struct queue_message {
	uint64_t id, created_unix_ms, size;
	uint64_t settled_unix_ms; /* 0 while it is in the queue */
	char *account, *sender;
	struct queue_recipient *recipients;
	size_t recipient_count;
};

typedef void queue_view_fn(void *arg, const struct queue_message *m);

/* Every message in the queue, oldest first. 0 or -errno. */
int queue_view_each(struct store *s, queue_view_fn *fn, void *arg);
/* The newest messages that are settled, at most limit recipients of them, newest first. */
int queue_view_history(struct store *s, size_t limit, queue_view_fn *fn, void *arg);
/* One message, from the queue or the history; -ENOENT when it is in neither. */
int queue_view_one(struct store *s, uint64_t id, queue_view_fn *fn, void *arg);

/* "due", "deferred", "held", "delivered", "failed". */
const char *queue_view_state(const struct queue_recipient *r);

/* As text for people; now is what ages are counted from. */
void queue_view_print_line(const struct queue_message *m, uint64_t now_unix_ms);
void queue_view_print_details(const struct queue_message *m, uint64_t now_unix_ms);
void queue_view_print_heading(void);
/* As one JSON object, without a line feed. */
void queue_view_print_json(const struct queue_message *m);

#endif
