/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of MAIL, each by its RFC. What is taken here is all that delivery will know. */
#include "smtp/address.h"
#include "smtp/server_params.h"
#include "smtp/timestamp.h"
#include "smtp/xtext.h"

enum {
	SIZE_DIGITS_MAX = 20,   /* RFC 1870 §6.1 */
	SECONDS_DIGITS_MAX = 9, /* of HOLDFOR (RFC 4865 §3) and BY (RFC 2852 §4) */
};

#define SECONDS_MAX UINT64_C(999999999)

/* The functions named take_* are those of struct smtp_server_param. */

/*
 * RFC 1870 §6, §6.1, §7. A promise only: it is checked here, and the text when it comes. Twenty
 * digits may pass 2^64.
 */
static enum smtp_server_reply
take_size(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	uint64_t digit;

	if (value.len > SIZE_DIGITS_MAX)
		return SMTP_REPLY_PARAM_VALUE;
	for (size_t i = 0; i < value.len; i++)
		if (!slice_to_u64(slice_make(value.ptr + i, 1), 9, &digit))
			return SMTP_REPLY_PARAM_VALUE;
	if (!slice_to_u64(value, s->options->limits->message_size, &said->size))
		return SMTP_REPLY_SIZE;
	return SMTP_REPLY_NONE;
}

/* RFC 6152 §2, §3, RFC 3030 §3 */
static enum smtp_server_reply
take_body(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	(void)s;
	if (slice_is_nocase(value, "7BIT"))
		said->mail.body = SMTP_BODY_7BIT;
	else if (slice_is_nocase(value, "8BITMIME"))
		said->mail.body = SMTP_BODY_8BITMIME;
	else if (slice_is_nocase(value, "BINARYMIME"))
		said->mail.body = SMTP_BODY_BINARYMIME;
	else
		return SMTP_REPLY_PARAM_VALUE;
	return SMTP_REPLY_NONE;
}

/* RFC 6531 §3.4; with any BODY (§3.6). */
static enum smtp_server_reply
take_smtputf8(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	(void)s;
	(void)value;
	said->mail.is_utf8 = true;
	return SMTP_REPLY_NONE;
}

/* RFC 3461 §4.3, §5.1 */
static enum smtp_server_reply
take_ret(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	(void)s;
	if (slice_is_nocase(value, "FULL"))
		said->mail.ret = SMTP_RET_FULL;
	else if (slice_is_nocase(value, "HDRS"))
		said->mail.ret = SMTP_RET_HDRS;
	else
		return SMTP_REPLY_PARAM_VALUE;
	return SMTP_REPLY_NONE;
}

/* RFC 3461 §4.4, §5.4 */
static enum smtp_server_reply
take_envid(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	(void)s;
	said->mail.envid = value;
	return smtp_envid_is_valid(value) ? SMTP_REPLY_NONE : SMTP_REPLY_PARAM_VALUE;
}

/*
 * RFC 4954 §5. Whom the sender's check allows MAIL FROM:<x> is trusted to say AUTH=x. Nobody is
 * trusted to vouch for another address: that goes on as AUTH=<>.
 *
 * What it holds is a mailbox or <> (§8).
 */
static enum smtp_server_reply
take_auth(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	struct buf mailbox;
	bool is_valid;

	(void)s;
	if (value.len > SMTP_AUTH_PARAM_MAX)
		return SMTP_REPLY_PARAM_VALUE;
	buf_init(&mailbox, SMTP_AUTH_PARAM_MAX);
	is_valid =
	    smtp_xtext_decode(value, &mailbox) &&
	    (slice_is(value, "<>") || smtp_mailbox_check(buf_slice(&mailbox)) == SMTP_ADDRESS_OK);
	said->mail.auth = slice_equal(buf_slice(&mailbox), said->mailbox) ? value : slice_of("<>");
	buf_done(&mailbox);
	return is_valid ? SMTP_REPLY_NONE : SMTP_REPLY_PARAM_VALUE;
}

/* RFC 4865 §4.2: held once, by whichever of its two names. */
static enum smtp_server_reply
hold_until(int64_t unix_s, struct smtp_server_said *said)
{
	if (said->mail.hold_until_unix_s != 0)
		return SMTP_REPLY_HOLD_TWICE;
	said->mail.hold_until_unix_s = (uint64_t)unix_s;
	return SMTP_REPLY_NONE;
}

/* Now in whole seconds, but never before now: what is held is not released early. */
static int64_t
ceil_unix_s(const struct smtp_server *s)
{
	return ((int64_t)s->now_ms + s->options->unix_offset_ms + 999) / 1000;
}

static enum smtp_server_reply
take_holdfor(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	uint64_t seconds, seconds_max = s->options->limits->hold_max_s;

	if (seconds_max == 0)
		return SMTP_REPLY_PARAM_UNKNOWN;
	if (!slice_to_u64(value, SECONDS_MAX, &seconds) || value.ptr[0] == '0')
		return SMTP_REPLY_PARAM_VALUE;
	if (seconds > seconds_max)
		return SMTP_REPLY_HOLD_TOO_LONG;
	return hold_until(ceil_unix_s(s) + (int64_t)seconds, said);
}

/* The limit is the date that EHLO named, not one that has moved on since. */
static enum smtp_server_reply
take_holduntil(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	int64_t unix_s;

	if (s->options->limits->hold_max_s == 0)
		return SMTP_REPLY_PARAM_UNKNOWN;
	if (!smtp_timestamp_parse(value, &unix_s))
		return SMTP_REPLY_PARAM_VALUE;
	if (unix_s <= smtp_server_unix_s(s))
		return SMTP_REPLY_HOLD_PAST;
	return unix_s > s->hold_max_unix_s ? SMTP_REPLY_HOLD_TOO_LONG : hold_until(unix_s, said);
}

/* by-time: an optional sign, one to nine digits. */
static bool
parse_by_time(struct slice text, int64_t *ret_seconds)
{
	bool is_signed = text.len != 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
	struct slice digits = slice_after(text, is_signed ? 1 : 0);
	uint64_t seconds;

	if (digits.len > SECONDS_DIGITS_MAX || !slice_to_u64(digits, SECONDS_MAX, &seconds))
		return false;
	*ret_seconds = is_signed && text.ptr[0] == '-' ? -(int64_t)seconds : (int64_t)seconds;
	return true;
}

/* by-mode[by-trace] after its ";" */
static bool
parse_by_mode(struct slice text, struct smtp_mail_params *p)
{
	p->by_trace = text.len == 3;
	if (slice_is_nocase(text, ";N") || slice_is_nocase(text, ";NT"))
		p->by = SMTP_BY_NOTIFY;
	else if (slice_is_nocase(text, ";R") || slice_is_nocase(text, ";RT"))
		p->by = SMTP_BY_RETURN;
	return p->by != SMTP_BY_UNSAID;
}

/* RFC 2852 §4: with R the time must lie ahead, and not nearer than EHLO says (§3). */
static enum smtp_server_reply
take_by(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	struct smtp_mail_params *p = &said->mail;
	size_t end = slice_find(value, ';');
	int64_t seconds;

	if (!parse_by_time(slice_first(value, end), &seconds) ||
	    !parse_by_mode(slice_after(value, end), p))
		return SMTP_REPLY_PARAM_VALUE;
	if (p->by == SMTP_BY_RETURN && seconds <= 0)
		return SMTP_REPLY_PARAM_VALUE;
	if (p->by == SMTP_BY_RETURN && (uint64_t)seconds < s->options->limits->deliver_by_min_s)
		return SMTP_REPLY_BY_TOO_SOON;
	p->by_unix_s = smtp_server_unix_s(s) + seconds;
	return SMTP_REPLY_NONE;
}

/* RFC 6710 §4.1, §7: who may not raise a priority has it lowered, and is told. */
static enum smtp_server_reply
take_priority(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	bool is_negative = value.len == 2 && value.ptr[0] == '-';
	uint64_t number;

	if (value.len != (is_negative ? 2 : 1) ||
	    !slice_to_u64(slice_after(value, is_negative ? 1 : 0), 9, &number) ||
	    (is_negative && number == 0))
		return SMTP_REPLY_PARAM_VALUE;
	said->is_priority_lowered = !is_negative && number > s->options->priority_max;
	if (said->is_priority_lowered)
		number = s->options->priority_max;
	said->mail.has_priority = true;
	said->mail.priority = (int8_t)(is_negative ? -(int)number : (int)number);
	return SMTP_REPLY_NONE;
}

/* RFC 8689 §2: only a session under TLS can ask for it. */
static enum smtp_server_reply
take_requiretls(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	(void)value;
	said->mail.requires_tls = true;
	return s->is_tls ? SMTP_REPLY_NONE : SMTP_REPLY_PARAM_UNKNOWN;
}

static const struct smtp_server_param params[] = {
	{ "SIZE", "SIZE=1000, in octets", true, take_size },
	{ "BODY", "BODY=7BIT, BODY=8BITMIME or BODY=BINARYMIME", true, take_body },
	{ "SMTPUTF8", "SMTPUTF8, without a value", false, take_smtputf8 },
	{ "RET", "RET=FULL or RET=HDRS", true, take_ret },
	{ "ENVID", "ENVID= and at most 100 printable characters as xtext", true, take_envid },
	{ "AUTH", "AUTH=<> or AUTH= and an address as xtext", true, take_auth },
	{ "HOLDFOR", "HOLDFOR=3600, in seconds", true, take_holdfor },
	{ "HOLDUNTIL", "HOLDUNTIL=2027-01-31T12:00:00Z, in UTC", true, take_holduntil },
	{ "BY", "BY=3600;R or BY=3600;N, in seconds, with T at the end for a trace", true,
	    take_by },
	{ "MT-PRIORITY", "MT-PRIORITY=0, from -9 to 9", true, take_priority },
	{ "REQUIRETLS", "REQUIRETLS, without a value", false, take_requiretls },
};

bool
smtp_server_take_mail_params(
    struct smtp_server *s, struct slice rest, struct smtp_server_said *said)
{
	const struct smtp_mail_params *p = &said->mail;

	if (!smtp_server_take_params(s, rest, params, sizeof params / sizeof params[0], said))
		return false;
	/* RFC 4865 §5.2.2 */
	if (p->by != SMTP_BY_UNSAID && p->hold_until_unix_s != 0 &&
	    (int64_t)p->hold_until_unix_s > p->by_unix_s) {
		smtp_server_refuse(s, SMTP_REPLY_HOLD_AFTER_BY);
		return false;
	}
	return true;
}
