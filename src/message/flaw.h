/* SPDX-License-Identifier: Apache-2.0 */
/* flaw.h - why the text of a message is not taken (RFC 6409 §5.1, §6.3, §8; RFC 5322). */
#ifndef MESSAGE_FLAW_H
#define MESSAGE_FLAW_H

enum message_flaw {
	MESSAGE_SOUND,
	MESSAGE_HEADER_TOO_LARGE, /* over its limit, or never ends */
	MESSAGE_HEADER_SYNTAX,    /* a line that is no field and continues none */
	MESSAGE_HEADER_NUL,
	MESSAGE_HEADER_8BIT,     /* octets above 127 without SMTPUTF8 */
	MESSAGE_HEADER_NOT_UTF8, /* such octets, where only UTF-8 may be (RFC 6532 §3.2) */
	MESSAGE_FROM_MISSING,
	MESSAGE_FROM_TWICE,
	MESSAGE_FIELD_TWICE,         /* another field that may come once (RFC 5322 §3.6) */
	MESSAGE_ADDRESS_SYNTAX,      /* From, Sender, To, Cc, Reply-To that cannot be read */
	MESSAGE_ADDRESS_UNQUALIFIED, /* no domain, and config or signature let none be added */
	MESSAGE_LINE_TOO_LONG, /* over 998 octets (RFC 5322 §2.1.1), and the config does not fold */
	MESSAGE_LOOP,          /* more Received fields than the limit (RFC 5321 §6.3) */
};

#endif
