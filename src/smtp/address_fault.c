/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/address_fault.h"

static const char *const words[] = {
	[SMTP_ADDRESS_OK] = "nothing is wrong",
	[SMTP_ADDRESS_NO_OPEN] = "the address must stand between < and >",
	[SMTP_ADDRESS_NO_CLOSE] = "the > at the end is missing",
	[SMTP_ADDRESS_NULL] = "only a sender may be empty",
	[SMTP_ADDRESS_EMPTY_LOCAL] = "nothing stands before the @",
	[SMTP_ADDRESS_BAD_LOCAL] = "before the @ this character may only stand within quotes",
	[SMTP_ADDRESS_LOCAL_DOT] = "before the @ a dot may not be first, last or doubled",
	[SMTP_ADDRESS_OPEN_QUOTE] = "the quote is not closed",
	[SMTP_ADDRESS_BAD_QUOTED] =
	    "an address may not have this character, not even within quotes",
	[SMTP_ADDRESS_NO_AT] = "@ and the domain are missing",
	[SMTP_ADDRESS_AFTER_QUOTE] = "after the closing quote comes @",
	[SMTP_ADDRESS_EMPTY_DOMAIN] = "nothing stands after the @",
	[SMTP_ADDRESS_DOMAIN_DOT] = "in the domain a dot may not be first, last or doubled",
	[SMTP_ADDRESS_BAD_DOMAIN] = "a domain may not have this character",
	[SMTP_ADDRESS_HYPHEN] = "in the domain a hyphen may not stand beside a dot or an end",
	[SMTP_ADDRESS_LONG_LABEL] = "between two dots of the domain are more than 63 characters",
	[SMTP_ADDRESS_LONG_DOMAIN] = "the domain has more than 255 characters",
	[SMTP_ADDRESS_BAD_IDN] = "this is no internationalized domain name (IDNA 2008)",
	[SMTP_ADDRESS_BAD_LITERAL] = "this is no address as [192.0.2.1] or [IPv6:2001:db8::1]",
	[SMTP_ADDRESS_OPEN_LITERAL] = "the ] is missing",
	[SMTP_ADDRESS_BAD_ROUTE] = "a source route ends with a colon; leave it out",
	[SMTP_ADDRESS_LONG_ROUTE] = "a source route has more than 257 characters; leave it out",
	[SMTP_ADDRESS_BAD_UTF8] = "this is not UTF-8",
	[SMTP_ADDRESS_NOT_NORMAL] = "this has no Unicode normal form that is an address",
	[SMTP_ADDRESS_LONG_PATH] = "the address has more than 254 characters",
};

const char *
smtp_address_fault_words(enum smtp_address_fault fault)
{
	return words[fault];
}
