/* SPDX-License-Identifier: Apache-2.0 */
/* address_fault.h - what can be wrong with a path or mailbox (address.h), and the words for it. */
#ifndef SMTP_ADDRESS_FAULT_H
#define SMTP_ADDRESS_FAULT_H

enum smtp_address_fault {
	SMTP_ADDRESS_OK,
	SMTP_ADDRESS_NO_OPEN,      /* no "<" */
	SMTP_ADDRESS_NO_CLOSE,     /* no ">" */
	SMTP_ADDRESS_NULL,         /* "<>", where an address must be */
	SMTP_ADDRESS_EMPTY_LOCAL,  /* nothing before the @ */
	SMTP_ADDRESS_BAD_LOCAL,    /* an octet that only a quoted local part may have */
	SMTP_ADDRESS_LOCAL_DOT,    /* first, last or doubled */
	SMTP_ADDRESS_OPEN_QUOTE,   /* no second quote */
	SMTP_ADDRESS_BAD_QUOTED,   /* a control */
	SMTP_ADDRESS_NO_AT,        /* neither @ nor domain */
	SMTP_ADDRESS_AFTER_QUOTE,  /* something else than @ */
	SMTP_ADDRESS_EMPTY_DOMAIN, /* nothing after the @ */
	SMTP_ADDRESS_DOMAIN_DOT,   /* first, last or doubled */
	SMTP_ADDRESS_BAD_DOMAIN,   /* an octet that no domain has */
	SMTP_ADDRESS_HYPHEN,       /* first or last of a label */
	SMTP_ADDRESS_LONG_LABEL,
	SMTP_ADDRESS_LONG_DOMAIN,
	SMTP_ADDRESS_BAD_IDN, /* no U-label (RFC 5890 §2.3.2.1) can be made of it */
	SMTP_ADDRESS_BAD_LITERAL,
	SMTP_ADDRESS_OPEN_LITERAL, /* no "]" */
	SMTP_ADDRESS_BAD_ROUTE,    /* a source route without its ":" */
	SMTP_ADDRESS_LONG_ROUTE,
	SMTP_ADDRESS_BAD_UTF8,
	SMTP_ADDRESS_NOT_NORMAL, /* in Unicode normal form C it is no address any more */
	SMTP_ADDRESS_LONG_PATH,
	SMTP_ADDRESS_FAULT_LAST = SMTP_ADDRESS_LONG_PATH,
};

/* Half a sentence, for after "at character 12: ". */
const char *smtp_address_fault_words(enum smtp_address_fault fault);

#endif
