/* SPDX-License-Identifier: Apache-2.0 */
#include "house.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

static const char config_text[] = "hostname = \"mail.example.org\"\n"
				  "tls { certificate = \"/c.pem\" key = \"/k.pem\" }\n"
				  "next_hop \"relay\" { host = \"relay.example.net\" }\n";

static struct config *
parse_config(const char *sections)
{
	struct config *config = NULL;
	struct buf text, errors;

	buf_init(&text, 65536);
	buf_init(&errors, 65536);
	(void)buf_add_text(&text, config_text);
	(void)buf_add_text(&text, sections);
	if (config_parse("test", buf_slice(&text), &config, &errors) != 0)
		fail_msg("%.*s", (int)errors.len, (const char *)errors.ptr);
	buf_done(&text);
	buf_done(&errors);
	return config;
}

static struct settings *
make_settings(struct house *h, const struct config *config)
{
	static const uint8_t ticket_key[NET_TLS_TICKET_KEY_LEN];
	const struct net_tls_server_options tls = {
		.certificate = buf_slice(&h->pki.certificate_pem),
		.ticket_key = slice_make(ticket_key, sizeof ticket_key),
		.sign = pki_sign,
		.sign_arg = &h->pki,
	};
	struct settings *settings;
	struct buf error;

	buf_init(&error, 1024);
	settings = settings_new(config, &tls, &error);
	assert_non_null(settings);
	buf_done(&error);
	return settings;
}

void
house_reload(struct house *h, const char *sections)
{
	struct config *config = parse_config(sections);

	settings_unref(&h->process.settings);
	h->process.settings = make_settings(h, config);
	assert_null(h->old_config);
	h->old_config = h->config;
	h->config = config;
	h->child.config = config;
}

/* ---- auth ------------------------------------------------------------------------------------ */

static void
answer_login(struct house *h, uint64_t id)
{
	const struct wire_sasl_reply reply = {
		.status = h->login,
		.octets = h->login == WIRE_SASL_OK ? slice_of("kim@example.org") : slice_of(""),
		.owns_name = h->login == WIRE_SASL_OK && h->login_owns_name,
		.pseudonym = slice_of(h->login == WIRE_SASL_OK ? h->login_pseudonym : ""),
	};
	struct buf payload;

	buf_init(&payload, 1024);
	wire_sasl_reply_encode(&reply, &payload);
	ipc_send(h->auth, WIRE_SASL_REPLY, id, buf_slice(&payload));
	buf_done(&payload);
}

static void
answer_sender(struct house *h, uint64_t id)
{
	struct buf payload;

	buf_init(&payload, 1024);
	wire_sender_reply_encode(h->sender, &payload);
	ipc_send(h->auth, WIRE_SENDER_REPLY, id, buf_slice(&payload));
	buf_done(&payload);
}

static bool
on_auth_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct house *h = owner;
	struct wire_sasl_start start;
	struct wire_sender sender;

	if (type == WIRE_SASL_START) {
		assert_true(wire_sasl_start_decode(payload, &start));
		h->login_count++;
	} else if (type == WIRE_SENDER) {
		assert_true(wire_sender_decode(payload, &sender));
		h->sender_count++;
	} else {
		assert_true(type == WIRE_SASL_CANCEL || type == WIRE_SASL_RESPONSE);
		h->cancel_count += type == WIRE_SASL_CANCEL;
	}
	if (h->auth_mood == HOUSE_ANSWERS && type == WIRE_SENDER)
		answer_sender(h, id);
	else if (h->auth_mood == HOUSE_ANSWERS && type != WIRE_SASL_CANCEL)
		answer_login(h, id);
	return true;
}

static void
on_auth_close(void *owner)
{
	struct house *h = owner;

	ipc_free(&h->auth);
}

static void
open_pair(int ends[2])
{
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
}

void
house_open_auth(struct house *h)
{
	static const struct ipc_handler handler = {
		.on_frame = on_auth_frame,
		.on_close = on_auth_close,
	};
	int ends[2];

	open_pair(ends);
	ipc_free(&h->auth);
	h->auth = ipc_new(h->base, ends[0], &handler, h);
	submission_auth_open(&h->process, ends[1]);
}

void
house_close_auth(struct house *h)
{
	ipc_free(&h->auth);
	house_settle(h);
}

/* ---- queue ----------------------------------------------------------------------------------- */

static struct house_message *
find_message(struct house *h, uint64_t id)
{
	struct house_message *m;

	for (size_t i = 0; i < h->message_count; i++)
		if (h->messages[i].id == id)
			return &h->messages[i];
	assert_true(h->message_count < HOUSE_MESSAGES_MAX);
	m = &h->messages[h->message_count++];
	m->id = id;
	buf_init(&m->body, HOUSE_BODY_MAX);
	buf_init(&m->prefix, WIRE_PREFIX_MAX);
	buf_init(&m->account, 1024);
	buf_init(&m->sender, 1024);
	buf_init(&m->parameters, 1024);
	buf_init(&m->recipients, HOUSE_BODY_MAX);
	buf_init(&m->recipient_parameters, HOUSE_BODY_MAX);
	return m;
}

static void
add_lines(struct buf *out, struct wire_list list)
{
	struct slice item;

	while (wire_list_next(&list, &item)) {
		(void)buf_add_slice(out, item);
		(void)buf_add_text(out, "\n");
	}
}

static void
take_message(struct house_message *m, struct slice payload)
{
	struct wire_message frame;

	assert_true(wire_message_decode(payload, &frame));
	assert_int_equal(frame.chunk_count, m->chunk_count);
	assert_int_equal(frame.size, frame.prefix.len + m->body.len + frame.tail.len);
	(void)buf_add_slice(&m->body, frame.tail);
	(void)buf_add_slice(&m->prefix, frame.prefix);
	(void)buf_add_slice(&m->account, frame.account);
	(void)buf_add_slice(&m->sender, frame.sender);
	add_lines(&m->recipients, frame.recipients);
	add_lines(&m->recipient_parameters, frame.recipient_parameters);
	(void)buf_add_slice(&m->parameters, frame.parameters);
	m->size = frame.size;
	m->is_whole = true;
}

void
house_store(struct house *h, const struct house_message *m)
{
	struct buf payload;

	buf_init(&payload, 1024);
	wire_stored_encode(h->stored, &payload);
	ipc_send(h->queue, WIRE_STORED, m->id, buf_slice(&payload));
	buf_done(&payload);
}

static bool
on_queue_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct house *h = owner;
	struct house_message *m = find_message(h, id);

	if (type == WIRE_CHUNK) {
		assert_true(payload.len != 0 && payload.len <= WIRE_CHUNK_MAX);
		assert_true(payload.len <= h->credit);
		h->credit -= (uint32_t)payload.len;
		m->chunk_count++;
		(void)buf_add_slice(&m->body, payload);
	} else if (type == WIRE_ABORT) {
		m->is_aborted = true;
	} else {
		assert_int_equal(type, WIRE_MESSAGE);
		take_message(m, payload);
		if (h->queue_mood == HOUSE_ANSWERS)
			house_store(h, m);
	}
	return true;
}

static void
on_queue_close(void *owner)
{
	struct house *h = owner;

	ipc_free(&h->queue);
}

void
house_give_credit(struct house *h, uint32_t len)
{
	struct buf payload;

	buf_init(&payload, 1024);
	wire_number_encode(len, &payload);
	ipc_send(h->queue, WIRE_CREDIT, 0, buf_slice(&payload));
	buf_done(&payload);
	h->credit += len;
}

void
house_open_queue(struct house *h)
{
	static const struct ipc_handler handler = {
		.on_frame = on_queue_frame,
		.on_close = on_queue_close,
	};
	uint32_t credit = h->credit;
	int ends[2];

	open_pair(ends);
	ipc_free(&h->queue);
	h->queue = ipc_new(h->base, ends[0], &handler, h);
	submission_queue_open(&h->process, ends[1]);
	h->credit = 0;
	house_give_credit(h, credit);
	house_settle(h);
}

void
house_close_queue(struct house *h)
{
	ipc_free(&h->queue);
	house_settle(h);
}

/* ---- the house ------------------------------------------------------------------------------- */

void
house_settle(struct house *h)
{
	for (int i = 0; i < 50; i++)
		(void)event_base_loop(h->base, EVLOOP_NONBLOCK);
}

static struct submission_port
make_port(struct house *h, const char *name)
{
	for (size_t i = 0; i < h->config->listener_count; i++)
		if (strcmp(h->config->listeners[i].name, name) == 0)
			return (struct submission_port){
				.process = &h->process, .config = &h->config->listeners[i], .fd = -1
			};
	fail_msg("no listener %s", name);
	return (struct submission_port){ 0 };
}

int
house_set_up(void **state)
{
	const struct net_tls_client_options options = { .verify = false };
	struct house *h = xcalloc(1, sizeof *h);

	log_setup("submission/0", LOG_LEVEL_ERROR);
	(void)signal(SIGPIPE, SIG_IGN); /* as proc_child_run() does */
	h->base = event_base_new();
	pki_init(&h->pki, PKI_P256, "mail.example.org");
	assert_int_equal(net_tls_client_new(&options, &h->client_tls, NULL), 0);
	h->config = parse_config("");
	h->child = (struct proc_child){ .base = h->base, .config = h->config };
	h->process.child = &h->child;
	h->process.settings = make_settings(h, h->config);
	buf_init(&h->process.payload, 65536);
	h->process.trim = trim_new(h->base);
	h->starttls = make_port(h, "submission");
	h->implicit = make_port(h, "submissions");
	h->port = &h->starttls;
	crowd_init(&h->process.crowd, 1);
	h->credit = (uint32_t)HOUSE_BODY_MAX;
	h->login = WIRE_SASL_OK;
	h->login_pseudonym = "";
	house_open_auth(h);
	house_open_queue(h);
	*state = h;
	return 0;
}

static void
forget_messages(struct house *h)
{
	for (size_t i = 0; i < h->message_count; i++) {
		struct house_message *m = &h->messages[i];

		buf_done(&m->body);
		buf_done(&m->prefix);
		buf_done(&m->account);
		buf_done(&m->sender);
		buf_done(&m->parameters);
		buf_done(&m->recipients);
		buf_done(&m->recipient_parameters);
	}
}

int
house_tear_down(void **state)
{
	struct house *h = *state;
	struct submission *p = &h->process;

	for (size_t i = 0; i < h->client_count; i++) /* a test that failed left some */
		client_done(&h->clients[i]);
	while (p->sessions.first != NULL)
		session_end(p->sessions.first, "test over");
	ipc_free(&p->auth);
	ipc_free(&p->queue);
	ipc_free(&h->auth);
	ipc_free(&h->queue);
	house_settle(h);
	settings_unref(&p->settings);
	map_done(&p->by_number);
	map_done(&p->by_message);
	buf_done(&p->payload);
	trim_free(&p->trim);
	crowd_done(&p->crowd);
	forget_messages(h);
	config_free(&h->config);
	config_free(&h->old_config);
	SSL_CTX_free(h->client_tls);
	pki_done(&h->pki);
	event_base_free(h->base);
	free(h);
	return 0;
}
