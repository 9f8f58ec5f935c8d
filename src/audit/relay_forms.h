/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay_forms.h - the ways in which an address can be written so that a careless server passes mail
 * on. Pure.
 *
 * In the patterns: {u} a local part and {d} a domain that the server must not take, {h} the
 * server's name, {i} its address as a literal, {l} the domain whose mail it takes.
 */
#ifndef AUDIT_RELAY_FORMS_H
#define AUDIT_RELAY_FORMS_H

#include <stdbool.h>
#include <stddef.h>

struct audit_relay_form {
	const char *from, *to; /* what stands between < and > */
	/*
	 * A domain of the server's own is at the end: that it is taken says nothing when the server
	 * takes any local part.
	 */
	bool ends_local;
};

struct audit_relay_words {
	const char *user, *domain, *host, *literal, *local;
};

#define AUDIT_RELAY_ADDRESS_SIZE 512

/* RFC 6531 §3.4: only where SMTPUTF8 is offered may it be said, with that parameter of MAIL. */
bool audit_relay_form_is_utf8(const struct audit_relay_form *form);

const struct audit_relay_form *audit_relay_form_at(size_t index); /* NULL behind the last */
/* False when it does not fit. */
bool audit_relay_fill(
    const char *pattern, const struct audit_relay_words *words, char out[AUDIT_RELAY_ADDRESS_SIZE]);

#endif
