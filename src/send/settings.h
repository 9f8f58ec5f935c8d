/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - where and as whom mail is sent: from a file with the keys below, and from flags,
 * which win.
 *
 *   server = "smtp.example.org"      name or address, with ":port" or without
 *   tls = "starttls"                 "starttls", "implicit" (the default with port 465), "none"
 *   user = "app@example.org"         no login without one
 *   password_file = "/etc/app.pass"  its first line
 *   mechanism = "plain"              of SASL; without it the strongest that both know
 *   from = "app@example.org"         sender where none is given
 *   domain = "example.org"           of addresses that have none; else this machine's name
 *   ca_file = "/etc/ssl/own.pem"     authorities to trust instead of the system's
 */
#ifndef SEND_SETTINGS_H
#define SEND_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

enum send_tls {
	SEND_TLS_UNSAID,
	SEND_TLS_STARTTLS, /* or nothing is sent */
	SEND_TLS_IMPLICIT,
	SEND_TLS_NONE,
};

/* Owned strings; NULL: not given. All zero to begin with; free with send_settings_done(). */
struct send_settings {
	char *server; /* without port */
	uint16_t port;
	enum send_tls tls;
	char *user, *password_file, *mechanism, *from, *domain, *ca_file;
};

void send_settings_done(struct send_settings *s);
/*
 * One key. False with words about value, which follow the key's name, appended to error. A key that
 * has a value keeps it: flags are set first.
 */
bool send_settings_set(
    struct send_settings *s, const char *key, const char *value, struct buf *error);
/* Keys of a file: false with "FILE:LINE: ..." lines appended to errors. */
bool send_settings_read(
    struct send_settings *s, const char *file, struct slice text, struct buf *errors);
/* What was not said: port and tls by each other, 587 with STARTTLS. */
void send_settings_complete(struct send_settings *s);

#endif
