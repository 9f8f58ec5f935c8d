/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proc/wire.h"
#include "submission/session.h"
#include "util/log.h"

/* Each may end its session, but no other. */
static void
tell_sessions(struct submission *p, void (*tell)(struct session *s))
{
	struct session *next;

	for (struct session *s = p->sessions.first; s != NULL; s = next) {
		next = s->next;
		tell(s);
	}
}

static bool
on_auth_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct submission *p = owner;
	struct session *s = map_get(&p->by_number, id);

	if (type != WIRE_SASL_REPLY && type != WIRE_SENDER_REPLY)
		return false;
	if (s == NULL)
		return true; /* it ended meanwhile */
	return type == WIRE_SASL_REPLY ? session_auth_reply(s, payload)
				       : session_sender_reply(s, payload);
}

static void
lose_auth(struct submission *p)
{
	ipc_free(&p->auth);
	tell_sessions(p, session_auth_lost);
}

static void
on_auth_close(void *owner)
{
	log_event(LOG_LEVEL_WARNING, "peer-lost", "peer", "auth");
	lose_auth(owner);
}

void
submission_auth_open(struct submission *p, int fd)
{
	static const struct ipc_handler handler = {
		.on_frame = on_auth_frame,
		.on_close = on_auth_close,
	};

	lose_auth(p);
	p->auth = ipc_new(p->child->base, fd, &handler, p);
}

bool
submission_auth_listens(const struct submission *p)
{
	return p->auth != NULL && !ipc_is_full(p->auth);
}

/* What goes to auth may be a password. */
void
submission_auth_send(struct submission *p, uint16_t type, uint64_t id)
{
	if (p->auth != NULL)
		ipc_send(p->auth, type, id, buf_slice(&p->payload));
	if (p->payload.len != 0)
		explicit_bzero(p->payload.ptr, p->payload.len);
	buf_clear(&p->payload);
}

static bool
take_credit(struct submission *p, struct slice payload)
{
	uint32_t len;

	if (!wire_number_decode(payload, &len))
		return false;
	p->credit += len;
	session_release_held(p);
	return true;
}

static bool
take_stored(struct submission *p, uint64_t id, struct slice payload)
{
	static const enum smtp_server_answer answers[] = {
		[WIRE_STORED_OK] = SMTP_SERVER_OK,
		[WIRE_STORED_DISK_FULL] = SMTP_SERVER_DISK_FULL,
		[WIRE_STORED_FAILED] = SMTP_SERVER_TRY_LATER,
	};
	struct session *s = map_get(&p->by_message, id);
	enum wire_stored status;

	if (!wire_stored_decode(payload, &status))
		return false;
	if (s != NULL)
		session_store_reply(s, answers[status]);
	return true;
}

static bool
on_queue_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	if (type == WIRE_STORED)
		return take_stored(owner, id, payload);
	return type == WIRE_CREDIT && take_credit(owner, payload);
}

static void
lose_queue(struct submission *p)
{
	ipc_free(&p->queue);
	p->credit = 0;
	tell_sessions(p, session_queue_lost);
}

static void
on_queue_close(void *owner)
{
	log_event(LOG_LEVEL_WARNING, "peer-lost", "peer", "queue");
	lose_queue(owner);
}

static void
on_queue_writable(void *owner)
{
	session_release_held(owner);
}

void
submission_queue_open(struct submission *p, int fd)
{
	static const struct ipc_handler handler = {
		.on_frame = on_queue_frame,
		.on_close = on_queue_close,
		.on_writable = on_queue_writable,
	};

	lose_queue(p);
	p->queue = ipc_new(p->child->base, fd, &handler, p);
}
