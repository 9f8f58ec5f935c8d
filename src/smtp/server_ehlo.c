/* SPDX-License-Identifier: Apache-2.0 */
/* EHLO and HELO (RFC 5321 §4.1.1.1): who the client says it is, and what it may use. */
#include "smtp/server_verb.h"

#include <assert.h>
#include <inttypes.h>

#include "smtp/address.h"
#include "smtp/server_params.h"
#include "smtp/timestamp.h"

#define LIMIT_MAX 999999 /* six digits at most (RFC 9422 §4) */

/* RFC 4865 §3, §4.2: the date is that of this moment. */
static void
add_future_release(struct smtp_server *s)
{
	uint64_t hold_max_s = s->options->limits->hold_max_s;

	s->hold_max_unix_s = smtp_server_unix_s(s) + (int64_t)hold_max_s;
	if (hold_max_s == 0)
		return;
	buf_addf(&s->output, "250-FUTURERELEASE %" PRIu64 " ", hold_max_s);
	(void)smtp_timestamp_add((uint64_t)s->hold_max_unix_s, &s->output);
	buf_add_text(&s->output, "\r\n");
}

/* RFC 2852 §2: without a number nothing is said about the least time. */
static void
add_deliver_by(struct smtp_server *s)
{
	uint64_t min_s = s->options->limits->deliver_by_min_s;

	if (min_s == 0)
		buf_add_text(&s->output, "250-DELIVERBY\r\n");
	else
		buf_addf(&s->output, "250-DELIVERBY %" PRIu64 "\r\n", min_s);
}

/* RFC 9422 §3, §3.1; a limit that its syntax cannot say is left out. */
static void
add_limits(struct smtp_server *s)
{
	const struct smtp_server_limits *l = s->options->limits;
	const struct {
		const char *name;
		uint32_t value;
	} limits[] = {
		{ "MAILMAX", l->transactions },
		{ "RCPTMAX", l->recipients },
		{ "RCPTDOMAINMAX", l->recipient_domains },
	};
	const char *before = "250-LIMITS ";

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		if (limits[i].value == 0 || limits[i].value > LIMIT_MAX)
			continue;
		buf_addf(&s->output, "%s%s=%" PRIu32, before, limits[i].name, limits[i].value);
		before = " ";
	}
	if (*before == ' ')
		buf_add_text(&s->output, "\r\n");
}

/* The line that is the last until now has no hyphen. */
static void
end_reply(struct buf *out)
{
	size_t i = out->len - 1;

	while (i != 0 && out->ptr[i - 1] != '\n')
		i--;
	out->ptr[i + 3] = ' ';
}

/*
 * Only what would be accepted at this moment is offered (RFC 3207 §4.2, RFC 4954 §3, RFC 8689 §2).
 * SIZE says the limit (RFC 1870 §3). Whose priorities count for what is not told (RFC 6710 §3).
 * Our name is ASCII (RFC 6531 §3.7.1), 8BITMIME goes with SMTPUTF8 (RFC 6531 §3.1). Most have no
 * parameter, as CHUNKING (RFC 3030 §2), BINARYMIME (RFC 3030 §3) and DSN (RFC 3461 §3).
 * All are registered, wanted by RFC 6409 §7, and work (RFC 5321 §2.2.2, §2.4, §4.2.4, §4.5.3.1.7).
 * No AUTH before TLS (RFC 4954 §6).
 */
static void
add_extensions(struct smtp_server *s)
{
	buf_addf(&s->output, "250-%s\r\n250-PIPELINING\r\n250-SIZE %" PRIu64 "\r\n",
	    s->options->hostname, s->options->limits->message_size);
	if (!s->is_tls)
		buf_add_text(&s->output, "250-STARTTLS\r\n");
	if (s->is_tls && s->account.len == 0)
		buf_add_text(&s->output, "250-AUTH PLAIN LOGIN\r\n");
	buf_add_text(&s->output,
	    "250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250-DSN\r\n"
	    "250-ENHANCEDSTATUSCODES\r\n");
	add_future_release(s);
	add_deliver_by(s);
	buf_add_text(&s->output, "250-MT-PRIORITY\r\n");
	if (s->is_tls)
		buf_add_text(&s->output, "250-REQUIRETLS\r\n");
	add_limits(s);
	assert(!s->output.overflow);
	end_reply(&s->output);
}

/*
 * The name is taken as it comes: a wrong one is no reason to refuse mail (RFC 5321 §4.1.4), and
 * desktop computers have odd names. What some clients write after it is left out (§4.1.1.1).
 */
static bool
take_name(struct smtp_server *s, struct slice argument)
{
	struct slice name = slice_first(argument, slice_find(argument, ' '));

	if (name.len == 0 || name.len > SMTP_DOMAIN_MAX) {
		smtp_server_refuse(s, SMTP_REPLY_HELO_ARGUMENT);
		return false;
	}
	buf_clear(&s->helo);
	buf_add_slice(&s->helo, name);
	return true;
}

/* As RSET does (RFC 5321 §4.1.4). */
static void
forget(struct smtp_server *s)
{
	if (s->state == SMTP_STATE_START)
		smtp_server_enter(s, SMTP_STATE_GREETED);
	smtp_server_transaction_drop(s);
}

void
smtp_verb_ehlo(struct smtp_server *s, struct slice argument)
{
	if (!take_name(s, argument))
		return;
	s->is_extended = true;
	forget(s);
	add_extensions(s);
}

/* RFC 5321 §2.2.1, §3.2: as good as EHLO, without extensions. HELO stays (§F.3). */
void
smtp_verb_helo(struct smtp_server *s, struct slice argument)
{
	if (!take_name(s, argument))
		return;
	s->is_extended = false;
	forget(s);
	smtp_server_reply_with(s, SMTP_REPLY_HELO, slice_of(s->options->hostname));
}
