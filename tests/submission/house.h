/* SPDX-License-Identifier: Apache-2.0 */
/*
 * house.h - a submission process without process: its sessions in the test's loop, between a mail
 * client of ours and an auth and a queue that do what the test says.
 */
#ifndef TESTS_SUBMISSION_HOUSE_H
#define TESTS_SUBMISSION_HOUSE_H

#include <stdbool.h>

#include "pki.h"
#include "proc/wire.h"
#include "submission/session.h"

#define HOUSE_MESSAGES_MAX 8
#define HOUSE_CLIENTS_MAX 8
#define HOUSE_BODY_MAX ((size_t)16 * 1024 * 1024)

/* A message as queue got it. */
struct house_message {
	uint64_t id;
	struct buf body; /* chunks and tail, without the trace header */
	struct buf prefix, account, sender, recipients; /* recipients: each with a line feed */
	struct buf parameters, recipient_parameters;    /* likewise */
	uint32_t chunk_count;
	uint64_t size;
	bool is_whole, is_aborted;
};

/* What the other end of a channel does with a question. */
enum house_mood {
	HOUSE_ANSWERS,
	HOUSE_IS_SILENT,
};

struct house;

/* A mail client. */
struct client {
	struct house *house;
	struct net_conn *conn; /* NULL: not in use */
	struct buf got;        /* not yet expected */
	bool is_tls, has_ended;
};

struct house {
	struct event_base *base;
	struct config *config, *old_config; /* before house_reload() */
	struct pki pki;
	struct proc_child child;
	struct submission process;
	struct submission_port starttls, implicit;
	const struct submission_port *port; /* that clients connect to: starttls at first */
	SSL_CTX *client_tls;

	struct ipc *auth; /* their end; NULL: away */
	enum house_mood auth_mood;
	enum wire_sasl_status login;
	bool login_owns_name;
	const char *login_pseudonym;
	enum wire_sender_status sender;
	unsigned login_count, cancel_count, sender_count; /* questions */

	struct ipc *queue;
	enum house_mood queue_mood;
	enum wire_stored stored;
	uint32_t credit; /* given when the channel opens */
	struct house_message messages[HOUSE_MESSAGES_MAX];
	size_t message_count;

	struct client clients[HOUSE_CLIENTS_MAX];
	size_t client_count;
};

/* cmocka's set-up and tear-down; *state is the struct house, with both peers there. */
int house_set_up(void **state);
int house_tear_down(void **state);
/* New channels, the older ends are lost. */
void house_open_auth(struct house *h);
void house_open_queue(struct house *h);
/* Their ends close. */
void house_close_auth(struct house *h);
void house_close_queue(struct house *h);
void house_give_credit(struct house *h, uint32_t len);
/* Answer what was not answered in silence. */
void house_store(struct house *h, const struct house_message *m);
/* Lets the loop turn until nothing is ready any more. */
void house_settle(struct house *h);
/* What new sessions are served by: a config with these sections. */
void house_reload(struct house *h, const char *sections);

/* Connected to the house's port. */
struct client *client_open(struct house *h);
/* Whose words have come before it is accepted. */
struct client *client_open_saying(struct house *h, const char *words);
/* Hangs up. */
void client_done(struct client *c);
void client_say(struct client *c, const char *text);
/* The next reply, whole, must begin with start. */
void client_expect(struct client *c, const char *start);
/* From the banner to the second EHLO. */
void client_start_tls(struct client *c);
/* From the banner to an authenticated session over TLS. */
void client_log_in(struct client *c);
/* As far as the 354. */
void client_begin_message(struct client *c);
/* len octets of text in lines, first a header that needs nothing; the same for the same len. */
void client_say_text(struct client *c, size_t len);
void client_check_text(const struct house_message *m, size_t len);

#endif
