/* SPDX-License-Identifier: Apache-2.0 */
/* login.h - logins of an audit: passwords go to a server that has proved who it is, within TLS. */
#ifndef AUDIT_LOGIN_H
#define AUDIT_LOGIN_H

#include <stdbool.h>

#include "audit/talk.h"

/* A door within whose TLS a password may be said; NULL: there is none, and a gap says why. */
const struct audit_door *audit_login_door(struct audit *a);
/*
 * AUTH PLAIN, or AUTH LOGIN where ehlo lists no other, up to the last line, whose reply is not
 * waited for. False: refused before that.
 */
bool audit_login_send(
    struct audit_talk *t, const struct probe_ehlo *ehlo, const char *user, struct slice password);
/* AUTH PLAIN; the reply's code, 0 when none came. */
unsigned audit_login(struct audit_talk *t, const char *user, struct slice password);
/* The name that AUTH LOGIN asks for; the reply's code, 334 when the password is asked for next. */
unsigned audit_login_say_name(struct audit_talk *t, const char *name);

#endif
