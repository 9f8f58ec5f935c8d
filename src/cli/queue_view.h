/* SPDX-License-Identifier: Apache-2.0 */
/* queue_view.h - a message and its recipients, as the queue's commands show them. */
#ifndef CLI_QUEUE_VIEW_H
#define CLI_QUEUE_VIEW_H

#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"
#include "store/store.h"

struct queue_recipient {
	char *address, *route;
	char *host, *peer_text, *reason; /* of the last attempt; "" when there is none */
	char *parameters;
	struct smtp_rcpt_params asked; /* of these; borrows from them */
	uint32_t notices;              /* queue/terms.h; not 0: the sender had a report on delay */
	enum store_recipient_state state;
	uint32_t attempts;
	uint64_t due_unix_ms;
	uint16_t code, enhanced[3];
};

struct queue_message {
	uint64_t id, created_unix_ms, size;
	uint64_t settled_unix_ms; /* 0 while it is in the queue */
	char *account, *sender;
	char *parameters;              /* the history keeps none */
	struct smtp_mail_params asked; /* of these; borrows from them */
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

/* Does the message wait for the time of its release (RFC 4865)? */
bool queue_view_is_held(const struct queue_message *m, uint64_t now_unix_ms);
/* "due", "deferred", "held", "delivered", "failed". */
const char *queue_view_state(const struct queue_recipient *r);

/* As text for people; now is what ages are counted from. */
void queue_view_print_line(const struct queue_message *m, uint64_t now_unix_ms);
void queue_view_print_details(const struct queue_message *m, uint64_t now_unix_ms);
void queue_view_print_heading(void);
/* What was asked for but for the kind of text, in words after `before`; nothing at all when nothing
 * was. */
void queue_view_print_asked(const struct queue_message *m, const char *before);
void queue_view_print_asked_for(const struct queue_recipient *r, const char *before);
/* As one JSON object, without a line feed. */
void queue_view_print_json(const struct queue_message *m);

#endif
