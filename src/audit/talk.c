/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/talk.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "audit/dry.h"
#include "net/conn.h"
#include "smtp/client_reply.h"
#include "util/alloc.h"
#include "util/clock.h"

enum { QUIT_MS = 1000, TEXT_SIZE = 512, ERROR_SIZE = 160 };

struct audit_talk {
	struct audit *a;
	const struct audit_door *door;
	struct net_conn *conn; /* NULL in a dry run, and when it is over */
	struct smtp_reply_parser parser;
	enum audit_talk_end end;
	bool is_woken; /* something happened that somebody waits for */
	bool has_tls;
	bool is_connected;
	bool is_forgiving;
	unsigned code;
	char text[TEXT_SIZE];
	char error[ERROR_SIZE];
	uint64_t took_us;
	struct audit_dry dry;
};

static void
end(struct audit_talk *t, enum audit_talk_end how, const char *words)
{
	t->end = how;
	t->is_woken = true;
	(void)snprintf(t->error, sizeof t->error, "%s", words);
}

static void
on_woken(void *owner)
{
	struct audit_talk *t = owner;

	t->is_woken = true;
}

static void
on_connected(void *owner)
{
	struct audit_talk *t = owner;

	t->is_connected = true;
	t->is_woken = true;
}

static void
on_tls(void *owner)
{
	struct audit_talk *t = owner;

	t->has_tls = true;
	t->is_woken = true;
}

static void
on_deadline(void *owner)
{
	end(owner, AUDIT_TALK_TIMEOUT, "no answer in time");
}

static void
on_end(void *owner, enum net_conn_end why)
{
	struct audit_talk *t = owner;

	end(t, why == NET_CONN_CLOSED ? AUDIT_TALK_CLOSED : AUDIT_TALK_FAILED,
	    net_conn_error(t->conn));
}

static const struct net_conn_handler handler = {
	.on_connected = on_connected,
	.on_input = on_woken,
	.on_tls = on_tls,
	.on_drained = NULL,
	.on_deadline = on_deadline,
	.on_end = on_end,
};

/* One turn: until something happens. */
static void
wait_until(struct audit_talk *t, uint64_t deadline_ms)
{
	net_conn_set_deadline(t->conn, deadline_ms);
	t->is_woken = false;
	audit_wait(t->a, &t->is_woken);
}

static struct audit_talk *
make(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = xcalloc(1, sizeof *t);

	t->a = a;
	t->door = door;
	smtp_reply_parser_init(&t->parser);
	return t;
}

static void
tell_connect(const struct audit_talk *t)
{
	audit_tell(t->a, "connect to %s %s%s", t->a->options->host, t->door->name,
	    t->door->is_implicit ? ", TLS handshake" : "");
}

/* A server that answered before and does not any more has had enough of us. */
static void
note_closed_port(struct audit_talk *t)
{
	if (t->door->is_open)
		audit_send_away(
		    t->a, "%s answered before and now does not: %s", t->door->name, t->error);
}

static void
connect_it(struct audit_talk *t)
{
	const struct net_address *to = &t->door->address;
	const uint64_t deadline_ms = clock_monotonic_ms() + AUDIT_CONNECT_MS;

	t->conn = net_conn_dial(t->a->base, &to->any, to->len, &handler, t);
	while (!t->is_connected && t->end == AUDIT_TALK_OPEN)
		wait_until(t, deadline_ms);
	if (!t->is_connected)
		note_closed_port(t);
}

struct audit_talk *
audit_talk_open_raw(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t;

	if (!audit_may_connect(a))
		return NULL;
	t = make(a, door);
	tell_connect(t);
	if (a->options->is_dry) {
		audit_dry_init(&t->dry);
		t->is_connected = true;
	} else {
		connect_it(t);
	}
	if (t->end == AUDIT_TALK_OPEN && door->is_implicit)
		(void)audit_talk_handshake(t);
	return t;
}

struct audit_talk *
audit_talk_adopt(struct audit *a, const struct audit_door *door, int fd)
{
	struct audit_talk *t = make(a, door);

	t->is_connected = true;
	t->conn = net_conn_accept(a->base, fd, &handler, t);
	if (door->is_implicit)
		(void)audit_talk_handshake(t);
	return t;
}

static void
note_refusal(struct audit_talk *t)
{
	if (t->code == 421 && !t->is_forgiving)
		audit_send_away(t->a, "%s: %u %s", t->door->name, t->code, t->text);
}

struct audit_talk *
audit_talk_open(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open_raw(a, door);

	if (t != NULL && t->end == AUDIT_TALK_OPEN)
		(void)audit_talk_reply(t, AUDIT_GREETING_MS);
	return t;
}

struct audit_talk *
audit_talk_open_tls(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open(a, door);

	if (t == NULL || t->code != 220)
		return t;
	if (!door->is_implicit && (!audit_talk_ehlo(t) || audit_talk_say(t, "STARTTLS") != 220 ||
				      !audit_talk_handshake(t)))
		return t;
	(void)audit_talk_ehlo(t);
	return t;
}

void
audit_talk_drop(struct audit_talk **t)
{
	if (*t == NULL)
		return;
	net_conn_free(&(*t)->conn);
	smtp_reply_parser_done(&(*t)->parser);
	free(*t);
	*t = NULL;
}

void
audit_talk_close(struct audit_talk **t)
{
	/* Its answer is waited for, so that the next connection is not one too many. */
	if (*t != NULL && audit_talk_is_open(*t)) {
		audit_talk_send(*t, slice_of("QUIT\r\n"));
		(void)audit_talk_reply(*t, QUIT_MS);
	}
	audit_talk_drop(t);
}

/* Each line of what is said, for the reader. */
static void
tell_octets(struct audit_talk *t, struct slice octets)
{
	while (octets.len > 0) {
		const size_t lf = slice_find(octets, '\n');
		size_t len = lf;

		if (len > 0 && octets.ptr[len - 1] == '\r')
			len--;
		audit_tell(t->a, "C: %.*s", (int)len, (const char *)octets.ptr);
		octets = slice_after(octets, lf < octets.len ? lf + 1 : lf);
	}
}

static void
put(struct audit_talk *t, struct slice octets)
{
	if (t->a->options->is_dry)
		audit_dry_hear(&t->dry, octets);
	else if (t->conn != NULL)
		net_conn_write(t->conn, octets);
}

void
audit_talk_forgive(struct audit_talk *t)
{
	t->is_forgiving = true;
}

void
audit_talk_send_quietly(struct audit_talk *t, struct slice octets)
{
	if (audit_talk_is_open(t))
		put(t, octets);
}

void
audit_talk_send(struct audit_talk *t, struct slice octets)
{
	if (!audit_talk_is_open(t))
		return;
	tell_octets(t, octets);
	put(t, octets);
}

/* Lines joined, and nothing in them that could steer a terminal. */
static void
keep_text(struct audit_talk *t)
{
	const struct slice text = buf_slice(&t->parser.text);
	size_t len = 0;

	for (; len < text.len && len + 1 < sizeof t->text; len++) {
		const uint8_t c = text.ptr[len];

		t->text[len] = (char)(c == '\n' ? ' ' : c < 0x20 || c > 0x7e ? '?' : c);
	}
	t->text[len] = '\0';
	t->code = t->parser.code;
}

static bool
take_reply(struct audit_talk *t, enum smtp_reply_status status)
{
	keep_text(t);
	if (status == SMTP_REPLY_BAD) {
		end(t, AUDIT_TALK_NO_SMTP, "the answer is no SMTP");
		return false;
	}
	if (!t->a->options->is_dry)
		audit_tell(t->a, "S: %u %s", t->code, t->text);
	note_refusal(t);
	return true;
}

static enum smtp_reply_status
parse_input(struct audit_talk *t)
{
	enum smtp_reply_status status = SMTP_REPLY_MORE;
	struct slice in;
	size_t used;

	while (status == SMTP_REPLY_MORE && (in = net_conn_input(t->conn)).len > 0) {
		status = smtp_reply_parse(&t->parser, in, &used);
		net_conn_consume(t->conn, used);
	}
	return status;
}

static bool
answer_dry(struct audit_talk *t)
{
	const struct slice reply = audit_dry_say(&t->dry);
	size_t used;

	t->code = 0;
	return reply.len > 0 && smtp_reply_parse(&t->parser, reply, &used) == SMTP_REPLY_DONE &&
	       take_reply(t, SMTP_REPLY_DONE);
}

bool
audit_talk_reply(struct audit_talk *t, uint64_t timeout_ms)
{
	const uint64_t began_ms = clock_monotonic_ms(), began_us = clock_monotonic_us();
	enum smtp_reply_status status;

	t->code = 0;
	t->text[0] = '\0';
	if (t->a->options->is_dry)
		return answer_dry(t);
	if (t->end == AUDIT_TALK_TIMEOUT)
		t->end = AUDIT_TALK_OPEN;
	if (t->conn == NULL)
		return false;
	while ((status = parse_input(t)) == SMTP_REPLY_MORE && t->end == AUDIT_TALK_OPEN)
		wait_until(t, began_ms + timeout_ms);
	t->took_us = clock_monotonic_us() - began_us;
	return status != SMTP_REPLY_MORE && take_reply(t, status);
}

unsigned
audit_talk_say(struct audit_talk *t, const char *format, ...)
{
	char line[AUDIT_COMMAND_MAX];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof line - 2, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof line - 2)
		return 0;
	line[len] = '\r';
	line[len + 1] = '\n';
	if (!audit_talk_is_open(t))
		return 0;
	audit_talk_send(t, slice_make(line, (size_t)len + 2));
	return audit_talk_reply(t, AUDIT_REPLY_MS) ? t->code : 0;
}

void
audit_talk_send_secret(struct audit_talk *t, struct slice line)
{
	struct buf octets;

	if (!audit_talk_is_open(t))
		return;
	audit_tell(t->a, "C: ...");
	buf_init(&octets, line.len + 2);
	(void)buf_add_slice(&octets, line);
	(void)buf_add_text(&octets, "\r\n");
	put(t, buf_slice(&octets));
	explicit_bzero(octets.ptr, octets.size);
	buf_done(&octets);
}

bool
audit_talk_handshake(struct audit_talk *t)
{
	const uint64_t deadline_ms = clock_monotonic_ms() + AUDIT_HANDSHAKE_MS;
	const char *name = t->a->is_literal ? NULL : t->a->options->host;

	smtp_reply_parser_clear(&t->parser);
	if (t->a->options->is_dry) {
		t->has_tls = true;
		if (!t->door->is_implicit)
			audit_tell(t->a, "TLS handshake");
		return true;
	}
	if (t->end == AUDIT_TALK_TIMEOUT)
		t->end = AUDIT_TALK_OPEN;
	if (t->end != AUDIT_TALK_OPEN)
		return false;
	net_conn_start_tls(t->conn, t->a->tls, false, name);
	if (t->a->session != NULL)
		net_conn_offer_session(t->conn, t->a->session);
	while (!t->has_tls && t->end == AUDIT_TALK_OPEN)
		wait_until(t, deadline_ms);
	return t->has_tls;
}

bool
audit_talk_ehlo(struct audit_talk *t)
{
	return audit_talk_say(t, "EHLO %s", t->a->options->hostname) == 250;
}

unsigned
audit_talk_code(const struct audit_talk *t)
{
	return t->code;
}

const char *
audit_talk_text(const struct audit_talk *t)
{
	return t->text;
}

struct slice
audit_talk_octets(const struct audit_talk *t)
{
	return buf_slice(&t->parser.text);
}

uint64_t
audit_talk_took_us(const struct audit_talk *t)
{
	return t->took_us;
}

bool
audit_talk_has_more(const struct audit_talk *t)
{
	return t->conn != NULL && (net_conn_input(t->conn).len > 0 || t->parser.line.len > 0);
}

bool
audit_talk_is_open(const struct audit_talk *t)
{
	return t->end == AUDIT_TALK_OPEN || t->end == AUDIT_TALK_TIMEOUT;
}

bool
audit_talk_is_clear(const struct audit_talk *t)
{
	const unsigned long error = t->conn == NULL ? 0 : net_conn_fault(t->conn).tls;

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
	       (ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER ||
		   ERR_GET_REASON(error) == SSL_R_PACKET_LENGTH_TOO_LONG);
}

bool
audit_talk_is_connected(const struct audit_talk *t)
{
	return t->is_connected;
}

enum audit_talk_end
audit_talk_end(const struct audit_talk *t)
{
	return t->end;
}

const char *
audit_talk_error(const struct audit_talk *t)
{
	return t->error;
}

SSL *
audit_talk_ssl(const struct audit_talk *t)
{
	return t->conn != NULL && t->has_tls ? net_conn_ssl(t->conn) : NULL;
}
