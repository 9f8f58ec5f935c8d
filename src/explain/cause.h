/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cause.h - what can be wrong, and what each reader can do about it. The one place for advice: the
 * doctor's verdicts and the explained error messages both take it from here.
 *
 * The causes are compiled in from causes.txt, one record each. Texts have {host}, {port} and the
 * like in braces, see explain_cause_fill().
 */
#ifndef EXPLAIN_CAUSE_H
#define EXPLAIN_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/slice.h"

/* Whose move it is. */
enum explain_role {
	EXPLAIN_USER,
	EXPLAIN_ADMINISTRATOR,
	EXPLAIN_DEVELOPER,
};
#define EXPLAIN_ROLE_COUNT 3

/* The kinds of cause: exit codes and statistics go by them. */
enum explain_class {
	EXPLAIN_CLASS_NAME,        /* DNS */
	EXPLAIN_CLASS_LOCAL,       /* this machine */
	EXPLAIN_CLASS_FILTERED,    /* dropped or rejected on the way */
	EXPLAIN_CLASS_CLOSED,      /* nobody listens, or the host is down */
	EXPLAIN_CLASS_SILENT,      /* open, but no SMTP comes */
	EXPLAIN_CLASS_INTERCEPTED, /* somebody in between answers or edits */
	EXPLAIN_CLASS_TLS,
	EXPLAIN_CLASS_CERTIFICATE,
	EXPLAIN_CLASS_AUTH,
	EXPLAIN_CLASS_POLICY, /* the server's rules: rate, greylisting, sender, relay, content */
	EXPLAIN_CLASS_SIZE,
	EXPLAIN_CLASS_PATH,    /* large packets are lost */
	EXPLAIN_CLASS_PARTIAL, /* one address or family of several */
	EXPLAIN_CLASS_CLIENT,  /* a mistake in the client's settings or code */
	EXPLAIN_CLASS_OTHER,
};
#define EXPLAIN_CLASS_COUNT 15

/* Constant. Texts are whole sentences; advice never is to turn a check off. */
struct explain_cause {
	const char *id; /* "port-filtered": stable, in JSON, one record each */
	enum explain_class class;
	const char *title; /* one line: "Packets to port {port} are dropped on the way." */
	const char *advice[EXPLAIN_ROLE_COUNT];
	const char *decide;    /* the command that would decide: "sallyport check {host}:{port}" */
	const char *reference; /* "RFC 8314 §3.3", a page; NULL: none */
};

const struct explain_cause *explain_cause_find(const char *id); /* NULL: there is none */
/* All, in the order of the file; NULL behind the last. */
const struct explain_cause *explain_cause_at(size_t index);
const char *explain_class_name(enum explain_class class);
/* Is it about an envelope or a message, of which a server knows nothing before MAIL? */
bool explain_cause_is_about_mail(const struct explain_cause *cause);

/* What stands for the names in braces. NULL: the words of the cause for "not known" are used. */
struct explain_words {
	const char *host;     /* {host}; else "the server", in commands HOST */
	const char *port;     /* {port}; else 587 */
	const char *user;     /* {user} */
	const char *offender; /* {offender}: an address */
	const char *where;    /* {where}: "2 hops away" */
	const char *detail;   /* {detail}: the words of a reply, a certificate's names, a date */
};
void explain_cause_fill(const char *text, const struct explain_words *words, struct buf *out);

/* Before advice: "If you only want to send mail". */
const char *explain_role_heading(enum explain_role role);

#endif
