/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The path of MAIL and RCPT. What is no address is refused, not repaired (RFC 6409 §5.1); a missing
 * domain is added only where options say so.
 */
#include "smtp/server_verb.h"
#include "smtp/utf8.h"

/* "At character 12": counted from 1 in the whole command line, for a person who has it at hand. */
static size_t
count_characters(struct slice octets)
{
	size_t count = 0;

	for (size_t i = 0; i < octets.len; i++)
		count += (octets.ptr[i] & 0xc0) != 0x80;
	return count;
}

/* Refuses what is at an octet of the command line. */
static bool
refuse_at(struct smtp_server *s, const struct smtp_verb_path *verb, enum smtp_address_fault fault,
    const uint8_t *at)
{
	struct slice before = slice_first(s->command, (size_t)(at - s->command.ptr));
	struct buf detail;

	buf_init(&detail, SMTP_REPLY_DETAIL_MAX);
	buf_addf(&detail, "%zu: %s", count_characters(before) + 1, smtp_address_fault_words(fault));
	smtp_server_refuse_with(s, verb->fault, buf_slice(&detail));
	buf_done(&detail);
	return false;
}

/*
 * RFC 5321 §3.3 allows no space on either side of the colon. We take spaces after it: old libraries
 * for web forms send them, and they cannot be mistaken for anything.
 */
bool
smtp_verb_path(struct smtp_server *s, struct slice argument, const struct smtp_verb_path *verb,
    struct smtp_path *ret_path, struct slice *ret_rest)
{
	enum smtp_address_fault fault;
	struct smtp_path path;
	struct slice rest = argument;
	size_t at;

	if (slice_starts_nocase(rest, verb->keyword))
		rest = slice_after(rest, strlen(verb->keyword));
	while (rest.len != argument.len && rest.len != 0 && rest.ptr[0] == ' ')
		rest = slice_after(rest, 1);
	if (rest.len == argument.len || rest.len == 0) {
		smtp_server_refuse(s, verb->syntax);
		return false;
	}
	fault = smtp_path_parse(rest, &path, &at);
	if (fault != SMTP_ADDRESS_OK)
		return refuse_at(s, verb, fault, rest.ptr + at);
	if (path.mailbox.len == 0 && !verb->takes_null)
		return refuse_at(s, verb, SMTP_ADDRESS_NULL, path.mailbox.ptr);
	*ret_path = path;
	*ret_rest = slice_after(rest, path.len);
	return true;
}

/* RFC 6409 §4.2: what has no domain gets one or is refused. */
bool
smtp_verb_mailbox(struct smtp_server *s, const struct smtp_path *path, bool is_utf8,
    const struct smtp_verb_path *verb, struct buf *out)
{
	struct slice mailbox = path->mailbox;
	bool is_whole = path->has_domain || mailbox.len == 0 ||
			(verb->takes_postmaster && smtp_mailbox_is_postmaster(mailbox));

	if (!is_utf8 && !smtp_is_ascii(mailbox)) {
		smtp_server_refuse(s, verb->utf8);
		return false;
	}
	if (!is_whole && !s->options->complete_addresses)
		return refuse_at(s, verb, SMTP_ADDRESS_NO_AT, mailbox.ptr + mailbox.len);
	if (!smtp_mailbox_normalize(mailbox, out))
		return refuse_at(s, verb, SMTP_ADDRESS_NOT_NORMAL, mailbox.ptr);
	if (is_whole)
		return true;
	buf_add_octet(out, '@');
	return buf_add_text(out, s->options->hostname) ||
	       refuse_at(s, verb, SMTP_ADDRESS_LONG_PATH, mailbox.ptr);
}
