/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/channel.h"

#include <stdlib.h>

#include "auth/login.h"
#include "proc/ipc.h"
#include "proc/wire.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/map.h"

enum { REPLY_MAX = 64 * 1024 };

struct auth_channel {
	struct auth_service *service;
	struct ipc *ipc;
	unsigned index;
	enum proc_channel purpose;
	struct map logins;  /* by session number */
	struct buf payload; /* of the frame being made */
	struct auth_channel *next;
};

static void
send_payload(struct auth_channel *c, enum wire_type type, uint64_t id)
{
	ipc_send(c->ipc, (uint16_t)type, id, buf_slice(&c->payload));
	buf_clear(&c->payload);
}

static void
send_sasl_reply(struct auth_channel *c, uint64_t id, const struct wire_sasl_reply *reply)
{
	wire_sasl_reply_encode(reply, &c->payload);
	send_payload(c, WIRE_SASL_REPLY, id);
}

static void
send_sasl_status(struct auth_channel *c, uint64_t id, enum wire_sasl_status status)
{
	send_sasl_reply(c, id, &(const struct wire_sasl_reply){ .status = status });
}

static void
drop_login(struct auth_channel *c, uint64_t id)
{
	struct auth_login *l = map_remove(&c->logins, id);

	auth_login_free(&l);
}

static void
on_decided(void *owner, struct auth_login *login, const struct wire_sasl_reply *reply)
{
	struct auth_channel *c = owner;
	uint64_t id = auth_login_session(login);

	send_sasl_reply(c, id, reply);
	drop_login(c, id);
}

static bool
take_turn(struct auth_channel *c, uint64_t id, enum auth_login_turn turn,
    const struct wire_sasl_reply *reply)
{
	switch (turn) {
	case AUTH_LOGIN_ASKS:
		send_sasl_reply(c, id, reply);
		return true;
	case AUTH_LOGIN_DECIDED:
		send_sasl_reply(c, id, reply);
		drop_login(c, id);
		return true;
	case AUTH_LOGIN_WAITS:
		return true;
	case AUTH_LOGIN_NONSENSE:
		return false;
	}
	return false;
}

static bool
on_start(struct auth_channel *c, uint64_t id, struct slice payload)
{
	const struct auth_login_owner owner = { on_decided, c, id };
	struct wire_sasl_reply reply = { .status = WIRE_SASL_TEMPORARY };
	struct wire_sasl_start start;
	struct auth_login *l;

	if (!wire_sasl_start_decode(payload, &start) || map_get(&c->logins, id) != NULL)
		return false;
	if (c->logins.count >= AUTH_LOGINS_MAX) {
		send_sasl_status(c, id, WIRE_SASL_TEMPORARY);
		return true;
	}
	l = auth_login_new(c->service, &owner, &start);
	if (l == NULL) {
		send_sasl_status(c, id, WIRE_SASL_BAD_MECHANISM);
		return true;
	}
	map_put(&c->logins, id, l);
	return take_turn(c, id,
	    start.has_initial ? auth_login_respond(l, start.initial, &reply)
			      : auth_login_begin(l, &reply),
	    &reply);
}

static bool
on_response(struct auth_channel *c, uint64_t id, struct slice payload)
{
	struct wire_sasl_reply reply = { .status = WIRE_SASL_TEMPORARY };
	struct auth_login *l = map_get(&c->logins, id);

	if (l == NULL) /* begun with a process before us */
		send_sasl_status(c, id, WIRE_SASL_TEMPORARY);
	return l == NULL || take_turn(c, id, auth_login_respond(l, payload, &reply), &reply);
}

/*
 * Asked before each message, so that an account that was disabled or removed also loses the
 * sessions that it has open.
 */
static enum wire_sender_status
check_sender(struct auth_service *s, const struct wire_sender *sender)
{
	const struct auth_account *account = NULL;

	if (auth_directory_find(s->directory, sender->account, s->now_ms(), &account) < 0)
		return WIRE_SENDER_TEMPORARY;
	if (account == NULL || account->disabled)
		return WIRE_SENDER_NOT_ALLOWED;
	return auth_service_may_send(s, account, sender->address) ? WIRE_SENDER_OK
								  : WIRE_SENDER_NOT_ALLOWED;
}

static bool
on_sender(struct auth_channel *c, uint64_t id, struct slice payload)
{
	struct wire_sender sender;

	if (!wire_sender_decode(payload, &sender))
		return false;
	wire_sender_reply_encode(check_sender(c->service, &sender), &c->payload);
	send_payload(c, WIRE_SENDER_REPLY, id);
	return true;
}

static bool
on_main_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct auth_channel *c = owner;

	switch (type) {
	case WIRE_SASL_START:
		return on_start(c, id, payload);
	case WIRE_SASL_RESPONSE:
		return on_response(c, id, payload);
	case WIRE_SASL_CANCEL:
		drop_login(c, id);
		return payload.len == 0;
	case WIRE_SENDER:
		return on_sender(c, id, payload);
	default: /* a peer's number, not our enum */
		return false;
	}
}

static bool
on_sign_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct auth_channel *c = owner;
	struct auth_sign_key *key;
	struct wire_sign request;

	if (type != WIRE_SIGN || !wire_sign_decode(payload, &request))
		return false;
	key = auth_sign_keys_find(&c->service->keys, request.key_id);
	if (key == NULL || !auth_sign(key, &request, &c->payload))
		log_event(LOG_LEVEL_ERROR, "sign-failed", "reason",
		    key == NULL ? "asked for a key that is neither the present nor the previous one"
				: "the key cannot sign this");
	send_payload(c, WIRE_SIGNATURE, id);
	return true;
}

/* c is in no list any more. */
static void
destroy(struct auth_channel *c)
{
	struct auth_login *l;

	while ((l = map_any(&c->logins)) != NULL)
		drop_login(c, auth_login_session(l));
	map_done(&c->logins);
	ipc_free(&c->ipc);
	buf_done(&c->payload);
	free(c);
}

static void
close_channel(struct auth_channel *c)
{
	struct auth_channel **link = &c->service->channels;

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	destroy(c);
}

static void
on_close(void *owner)
{
	struct auth_channel *c = owner;
	struct auth_service *s = c->service;

	close_channel(c);
	if (s->channels == NULL && s->on_alone != NULL)
		s->on_alone(s->ctx);
}

static const struct ipc_handler handlers[] = {
	[PROC_CHANNEL_MAIN] = { on_main_frame, on_close, NULL },
	[PROC_CHANNEL_SIGN] = { on_sign_frame, on_close, NULL },
};

static void
close_older(struct auth_service *s, unsigned index, enum proc_channel purpose)
{
	struct auth_channel *c = s->channels, *next;

	for (; c != NULL; c = next) {
		next = c->next;
		if (c->index == index && c->purpose == purpose)
			close_channel(c);
	}
}

void
auth_channel_open(struct auth_service *s, unsigned index, enum proc_channel purpose, int fd)
{
	struct auth_channel *c = xcalloc(1, sizeof *c);

	close_older(s, index, purpose);
	c->service = s;
	c->index = index;
	c->purpose = purpose;
	buf_init(&c->payload, REPLY_MAX);
	c->ipc = ipc_new(s->base, fd, &handlers[purpose], c);
	c->next = s->channels;
	s->channels = c;
}

void
auth_channel_close_all(struct auth_service *s)
{
	struct auth_channel *c;

	while ((c = s->channels) != NULL) {
		s->channels = c->next;
		destroy(c);
	}
}
