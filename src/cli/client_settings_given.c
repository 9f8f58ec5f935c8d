/* SPDX-License-Identifier: Apache-2.0 */
/* client_settings_given.c - settings from the command line, and from a config */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_options.h"
#include "cli/cli.h"
#include "cli/client_settings.h"
#include "config/config.h"
#include "net/address.h"
#include "smtp/address.h"
#include "smtp/idna.h"

static const char from_command_line[] = "the command line";

static int
refuse(const char *option, const char *word, const char *why)
{
	cli_complain("%s \"%s\": %s", option, word, why);
	return EX_USAGE;
}

/* Values go into files and forms, so no control may be in them. */
static bool
is_text(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* A name with A-labels, or an address. */
static bool
write_host(const char *text, char host[NET_NAME_MAX + 1])
{
	struct net_address address;
	struct buf ascii;
	bool ok;

	buf_init(&ascii, NET_NAME_MAX);
	ok = net_address_parse(text, 0, &address) ? buf_add_text(&ascii, text)
						  : smtp_idna_add_ascii(slice_of(text), &ascii);
	if (ok) {
		memcpy(host, ascii.ptr, ascii.len);
		host[ascii.len] = '\0';
	}
	buf_done(&ascii);
	return ok;
}

void
client_settings_set(
    struct autoconfig_server *server, struct client_settings_server *known, const char *host)
{
	(void)snprintf(known->host, sizeof known->host, "%s", host);
	server->host = known->host;
}

static int
read_account(const struct client_settings_words *w, struct client_settings *s)
{
	const struct slice mailbox = slice_of(w->account);
	struct slice domain;
	char *text;
	bool ok;

	if (smtp_mailbox_check(mailbox) != SMTP_ADDRESS_OK)
		return refuse("account", w->account, "this is no mail address");
	domain = smtp_mailbox_domain(mailbox);
	text = slice_dup(domain);
	ok = text[0] != '[' && write_host(text, s->domain);
	free(text);
	if (!ok)
		return refuse("account", w->account, "an address with a domain is wanted");
	if (w->user != NULL && (w->user[0] == '\0' || !is_text(w->user)))
		return refuse("--user", w->user, "there is nothing, or a control character, in it");
	if (w->name != NULL && !is_text(w->name))
		return refuse("--name", w->name, "there is a control character in it");
	/* RFC 6186 §4: the whole address is the first user name to try. */
	s->settings = (struct autoconfig_settings){
		.address = w->account,
		.domain = s->domain,
		.user = w->user != NULL ? w->user : w->account,
		.name = w->name != NULL && w->name[0] != '\0' ? w->name : NULL,
	};
	return CLI_GO;
}

/* "HOST" or "HOST:PORT". */
static int
read_server(const char *option, const char *word, struct autoconfig_server *server,
    struct client_settings_server *known)
{
	struct check_target target;
	char host[NET_NAME_MAX + 1];

	if (!check_target_parse(word, &target) || !write_host(target.host, host))
		return refuse(option, word, "HOST or HOST:PORT is wanted");
	client_settings_set(server, known, host);
	server->port = target.port;
	(void)snprintf(known->source, sizeof known->source, "%s", from_command_line);
	return CLI_GO;
}

static int
read_mode(const char *word, enum autoconfig_security *ret_security)
{
	if (strcmp(word, "tls") == 0)
		*ret_security = AUTOCONFIG_TLS;
	else if (strcmp(word, "starttls") == 0)
		*ret_security = AUTOCONFIG_STARTTLS;
	else
		return refuse("--mode", word, "tls or starttls is wanted");
	return CLI_GO;
}

/* Of port and mode, one that is not given follows from the other; without both, TLS on 465. */
static int
read_submission(const struct client_settings_words *w, struct client_settings *s)
{
	struct autoconfig_server *server = &s->settings.submission;
	uint64_t port;
	int r;

	if (w->host == NULL && (w->port != NULL || w->mode != NULL))
		return refuse(w->port != NULL ? "--port" : "--mode",
		    w->port != NULL ? w->port : w->mode, "--host is missing");
	if (w->host == NULL)
		return CLI_GO;
	r = read_server("--host", w->host, server, &s->submission);
	if (r != CLI_GO)
		return r;
	if (w->port != NULL) {
		if (!slice_to_u64(slice_of(w->port), UINT16_MAX, &port) || port == 0)
			return refuse("--port", w->port, "a number from 1 to 65535 is wanted");
		server->port = (uint16_t)port;
	}
	server->security =
	    server->port != 0 ? autoconfig_usual_security(server->port) : AUTOCONFIG_TLS;
	if (w->mode != NULL && (r = read_mode(w->mode, &server->security)) != CLI_GO)
		return r;
	if (server->port == 0) {
		s->submission.is_default = w->mode == NULL;
		server->port = autoconfig_usual_port(AUTOCONFIG_SUBMISSION, server->security);
	}
	if (s->submission.is_default)
		(void)snprintf(s->submission.source, sizeof s->submission.source,
		    "%s; port 465 is the default, --port 587 is STARTTLS", from_command_line);
	return CLI_GO;
}

static int
read_incoming(const struct client_settings_words *w, struct client_settings *s)
{
	struct autoconfig_server *server = &s->settings.incoming;
	int r;

	if (w->imap == NULL && w->pop == NULL)
		return CLI_GO;
	server->protocol = w->imap != NULL ? AUTOCONFIG_IMAP : AUTOCONFIG_POP;
	r = w->imap != NULL ? read_server("--imap", w->imap, server, &s->incoming)
			    : read_server("--pop", w->pop, server, &s->incoming);
	if (r != CLI_GO)
		return r;
	server->security =
	    server->port != 0 ? autoconfig_usual_security(server->port) : AUTOCONFIG_TLS;
	if (server->port == 0)
		server->port = autoconfig_usual_port(server->protocol, server->security);
	return CLI_GO;
}

int
client_settings_given(const struct client_settings_words *words, struct client_settings *s)
{
	int r = read_account(words, s);

	if (r == CLI_GO)
		r = read_submission(words, s);
	return r == CLI_GO ? read_incoming(words, s) : r;
}

/* Those for people: what a listener for old devices takes, is no model. */
static const struct config_listener *
find_listener(const struct config *c, enum config_listener_tls tls)
{
	for (size_t i = 0; i < c->listener_count; i++)
		if (c->listeners[i].tls == tls && c->listeners[i].profile == CONFIG_LISTENER_STRICT)
			return &c->listeners[i];
	return NULL;
}

static void
set_listener(struct autoconfig_server *server, struct client_settings_server *known,
    const struct config *c, const struct config_listener *listener)
{
	client_settings_set(server, known, c->hostname);
	server->port = listener->port;
	server->security =
	    listener->tls == CONFIG_LISTENER_IMPLICIT ? AUTOCONFIG_TLS : AUTOCONFIG_STARTTLS;
}

int
client_settings_from_config(const char *path, struct client_settings *s)
{
	const struct config_listener *tls, *starttls;
	struct config *c = NULL;
	int r;

	if (s->settings.submission.host != NULL)
		return CLI_GO;
	r = cli_load_config(path, &c);
	if (r != CLI_GO)
		return r;
	tls = find_listener(c, CONFIG_LISTENER_IMPLICIT);
	starttls = find_listener(c, CONFIG_LISTENER_STARTTLS);
	/* RFC 8314 §3.3: TLS from the first octet is to be preferred. */
	if (tls != NULL || starttls != NULL)
		set_listener(
		    &s->settings.submission, &s->submission, c, tls != NULL ? tls : starttls);
	if (tls != NULL && starttls != NULL)
		set_listener(&s->settings.alternative, &s->alternative, c, starttls);
	(void)snprintf(s->submission.source, sizeof s->submission.source, "%s", path);
	(void)snprintf(s->alternative.source, sizeof s->alternative.source, "%s", path);
	config_free(&c);
	if (s->settings.submission.host != NULL)
		return CLI_GO;
	cli_complain("%s has no listener that mail programs can be told of (tls = implicit or "
		     "starttls, profile = strict); give --host HOST",
	    path);
	return EXIT_FAILURE;
}
