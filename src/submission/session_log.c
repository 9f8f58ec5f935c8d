/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/session.h"
#include "util/clock.h"
#include "util/log.h"

static void
begin(struct log_line *l, enum log_level level, const char *event, const struct session *s)
{
	char number[MESSAGE_ID_TEXT_LEN + 1];

	message_id_print(s->number, number);
	log_begin(l, level, event);
	log_text(l, "session", number);
}

static void
add_peer(struct log_line *l, const struct session *s)
{
	char peer[SESSION_PEER_SIZE];
	uint16_t port;

	if (s->conn == NULL)
		return;
	net_conn_peer(s->conn, peer, sizeof peer, &port);
	log_text(l, "peer", peer);
}

static void
add_account(struct log_line *l, const struct session *s)
{
	if (smtp_server_account(s->engine).len != 0)
		log_slice(l, "account", smtp_server_account(s->engine));
}

/* Of the legacy-device profile: so that it can be seen whether anybody needs it. */
static void
add_repaired(struct log_line *l, uint64_t count)
{
	if (count != 0)
		log_number(l, "repaired_lines", count);
}

void
session_log_connect(const struct session *s)
{
	struct log_line l;

	begin(&l, LOG_LEVEL_INFO, "connect", s);
	add_peer(&l, s);
	log_text(&l, "listener", s->port->config->name);
	log_end(&l);
}

/* RFC 8314 §4: with the cipher. */
void
session_log_tls(const struct session *s)
{
	const SSL *ssl = net_conn_ssl(s->conn);
	struct log_line l;

	begin(&l, LOG_LEVEL_INFO, "tls", s);
	log_text(&l, "version", SSL_get_version(ssl));
	log_text(&l, "cipher", SSL_get_cipher_name(ssl));
	log_text(&l, "resumed", SSL_session_reused(ssl) == 1 ? "yes" : "no");
	log_end(&l);
}

void
session_log_login(const struct session *s)
{
	struct log_line l;

	begin(&l, LOG_LEVEL_INFO, "auth-ok", s);
	add_account(&l, s);
	add_peer(&l, s);
	log_end(&l);
}

void
session_log_sender(const struct session *s)
{
	struct log_line l;

	begin(&l, LOG_LEVEL_INFO, "sender-refused", s);
	add_account(&l, s);
	log_slice(&l, "sender", smtp_server_sender(s->engine));
	log_end(&l);
}

/* RFC 6710 §4.1: one digit, perhaps with a sign. */
static void
add_priority(struct log_line *l, const struct smtp_mail_params *p)
{
	const int digit = p->priority < 0 ? -p->priority : p->priority;
	const char text[] = { '-', (char)('0' + digit), '\0' };

	if (p->has_priority)
		log_text(l, "priority", p->priority < 0 ? text : text + 1);
}

void
session_log_queued(const struct session *s)
{
	char id[MESSAGE_ID_TEXT_LEN + 1];
	struct log_line l;

	message_id_print(s->message->id, id);
	begin(&l, LOG_LEVEL_INFO, "message-queued", s);
	log_text(&l, "message", id);
	add_account(&l, s);
	log_slice(&l, "sender", smtp_server_sender(s->engine));
	log_number(&l, "recipients", smtp_server_recipient_count(s->engine));
	log_number(&l, "size", s->message->size);
	add_priority(&l, smtp_server_mail_params(s->engine));
	if (message_filter_changes(s->message->filter).len != 0)
		log_slice(&l, "changes", message_filter_changes(s->message->filter));
	add_repaired(&l, smtp_server_repaired_count(s->engine) - s->repaired_count);
	log_end(&l);
}

void
session_log_end(const struct session *s, const char *reason)
{
	struct log_line l;

	begin(&l, LOG_LEVEL_INFO, "disconnect", s);
	log_text(&l, "reason", reason);
	log_number(&l, "messages", s->message_count);
	log_number(&l, "refused", s->refusal_count);
	add_repaired(&l, smtp_server_repaired_count(s->engine));
	log_number(&l, "ms", clock_monotonic_ms() - s->began_ms);
	log_end(&l);
}

/*
 * The one place where a help desk finds why something was not taken: whatever the client was told,
 * in the words that it was told in.
 */
static void
log_refusal(struct session *s, struct slice reply)
{
	struct log_line l;

	s->refusal_count++;
	begin(&l, LOG_LEVEL_INFO, s->login_failed ? "login-refused" : "refused", s);
	s->login_failed = false;
	add_peer(&l, s);
	add_account(&l, s);
	if (smtp_server_sender(s->engine).len != 0)
		log_slice(&l, "sender", smtp_server_sender(s->engine));
	log_slice(&l, "reply", reply);
	log_end(&l);
}

/* Our own replies: each line has three digits, and ends with CRLF. RFC 6409 §5.2: what was refused
 * is in the log. */
void
session_log_replies(struct session *s, struct slice output)
{
	while (output.len >= 4) {
		size_t end = slice_find(output, '\r');
		struct slice line = slice_first(output, end);

		s->last_code = (uint16_t)((line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 +
					  (line.ptr[2] - '0'));
		if (s->last_code >= 400 && line.ptr[3] == ' ')
			log_refusal(s, line);
		output = slice_after(output, end + 2 < output.len ? end + 2 : output.len);
	}
}
