/* SPDX-License-Identifier: Apache-2.0 */
/* The path of MAIL and RCPT. */
#include "smtp/server_verb.h"

/*
 * RFC 5321 §3.3 allows no space on either side of the colon. We take spaces after it: old libraries
 * for web forms send them, and they cannot be mistaken for anything.
 * Addresses that break the grammar are refused (RFC 6409 §5.1).
 */
enum smtp_address_status
smtp_verb_path(
    struct slice argument, const char *keyword, struct slice *ret_mailbox, struct slice *ret_rest)
{
	struct slice path, mailbox;
	enum smtp_address_status status;
	size_t len;

	if (!slice_starts_nocase(argument, keyword))
		return SMTP_ADDRESS_SYNTAX;
	path = slice_after(argument, strlen(keyword));
	while (path.len != 0 && path.ptr[0] == ' ')
		path = slice_after(path, 1);
	status = smtp_path_parse(path, &mailbox, &len);
	if (status != SMTP_ADDRESS_OK)
		return status;
	*ret_mailbox = mailbox;
	*ret_rest = slice_after(path, len);
	return SMTP_ADDRESS_OK;
}
