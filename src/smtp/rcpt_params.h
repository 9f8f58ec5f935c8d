/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rcpt_params.h - what RCPT may say about a recipient beside its address (RFC 3461 §4.1, §4.2), as
 * one value that travels like that of mail_params.h.
 */
#ifndef SMTP_RCPT_PARAMS_H
#define SMTP_RCPT_PARAMS_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

#define SMTP_ORCPT_MAX 500 /* characters of ORCPT (RFC 3461 §4.2, §5.4) */
/* Octets that smtp_rcpt_params_print() never passes. */
#define SMTP_RCPT_PARAMS_MAX 600

/* Bits of smtp_rcpt_params.notify; 0: unsaid, which means FAILURE and perhaps DELAY. */
#define SMTP_NOTIFY_NEVER 1u /* alone */
#define SMTP_NOTIFY_SUCCESS 2u
#define SMTP_NOTIFY_FAILURE 4u
#define SMTP_NOTIFY_DELAY 8u

struct smtp_rcpt_params {
	unsigned notify;
	struct slice orcpt; /* "rfc822;xtext" as it was given; empty: none */
};

/* The stored form: as RCPT has it, "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x"; empty: nothing said. */
void smtp_rcpt_params_print(const struct smtp_rcpt_params *p, struct buf *out);
/* Total, as smtp_mail_params_parse(). */
bool smtp_rcpt_params_parse(struct slice text, struct smtp_rcpt_params *ret_params);

/* The value of NOTIFY, in any case and order; each word once. */
bool smtp_notify_parse(struct slice value, unsigned *ret_notify);
/*
 * May it be the value of ORCPT: a type, and an address as xtext, or for the type utf-8 as RFC 6533
 * §3 has it, which may have octets above 127?
 */
bool smtp_orcpt_is_valid(struct slice orcpt);

#endif
