/* SPDX-License-Identifier: Apache-2.0 */
/* client_settings.h - where the settings of an account come from, and how they are shown. */
#ifndef CLI_CLIENT_SETTINGS_H
#define CLI_CLIENT_SETTINGS_H

#include <stdbool.h>

#include "autoconfig/settings.h"
#include "net/record.h"
#include "util/buf.h"

#define CLIENT_SOURCE_SIZE 512 /* words about where something comes from */

/* As typed; NULL: not given. */
struct client_settings_words {
	const char *account, *user, *name;
	const char *host, *port, *mode, *imap, *pop;
	const char *config, *resolver;
	bool may_guess;
	bool wants_incoming; /* or is only the way out asked for? */
	bool needs_incoming; /* so much that DNS is asked for that alone */
};

/* One server and who says so. */
struct client_settings_server {
	char host[NET_NAME_MAX + 1];
	char source[CLIENT_SOURCE_SIZE]; /* "SRV record of _submissions._tcp.example.org" */
	bool is_unproven;                /* DNS says so, of another domain, without DNSSEC */
	bool is_default;                 /* its port is: neither that nor the mode was given */
};

/* settings borrows the words, and what stands here. */
struct client_settings {
	struct autoconfig_settings settings;
	char domain[NET_NAME_MAX + 1];
	struct client_settings_server submission, alternative, incoming;
	bool is_incoming_unanswered; /* DNS failed when it was asked for it */
};

/* All from the words alone: CLI_GO, or EX_USAGE (said). Of what is not given the host is NULL. */
int client_settings_given(const struct client_settings_words *words, struct client_settings *s);
/* What is missing, from the config: CLI_GO, or an exit code (said). */
int client_settings_from_config(const char *path, struct client_settings *s);
/*
 * What is missing, from the SRV records of the domain (RFC 6186 §3, RFC 8314 §5.1); then, if that
 * is wanted, from names that are often used and exist. With a submission server, DNS is asked for
 * a short time, if at all, and need not answer. CLI_GO, or an exit code (said).
 */
int client_settings_find(const struct client_settings_words *words, struct client_settings *s);

/* Names a server of the settings; host is copied. */
void client_settings_set(
    struct autoconfig_server *server, struct client_settings_server *known, const char *host);

/* Is there such a mail program or language for the functions below? */
bool client_settings_is_program(const char *program, bool *ret_is_language);
/* "thunderbird, outlook, ...": all of them. */
void client_settings_list_programs(struct buf *out);

/* An overview. */
void client_settings_print(const struct client_settings *s, struct buf *out);
/* What to type into that program, or code in that language. */
void client_settings_print_for(
    const struct client_settings *s, const char *program, struct buf *out);
/* Schema 1: see sallyport-client-settings(1). program NULL: all of them. */
void client_settings_print_json(
    const struct client_settings *s, const char *program, struct buf *out);

#endif
