/* SPDX-License-Identifier: Apache-2.0 */
/* LIMITS (RFC 9422 §3): what the peer takes on one connection, and how much of it is left. */
#include <assert.h>

#include "smtp/address.h"
#include "smtp/client_internal.h"
#include "util/octet.h"

enum {
	DIGITS_MAX = 6, /* of a value: RFC 9422 §4 */
	/* Domains that are remembered. A peer that takes more has the rest on a new connection. */
	DOMAINS_MAX = 1000,
	DOMAINS_LEN_MAX = DOMAINS_MAX * (SMTP_CLIENT_ADDRESS_MAX + 1),
};

/* Of "NAME=VALUE NAME=VALUE": the next, which *rest is moved past. */
static struct slice
next_limit(struct slice *rest)
{
	struct slice limit = slice_first(*rest, slice_find(*rest, ' '));

	*rest = slice_after(*rest, limit.len < rest->len ? limit.len + 1 : limit.len);
	return limit;
}

static bool
is_name_octet(uint8_t c)
{
	return octet_is_let_dig(c) || c == '-' || c == '_';
}

/* RFC 9422 §3: limit-name ["=" limit-value] */
static bool
is_limit(struct slice limit)
{
	size_t name_len = slice_find(limit, '=');

	for (size_t i = 0; i < name_len; i++)
		if (!is_name_octet(limit.ptr[i]))
			return false;
	for (size_t i = name_len + 1; i < limit.len; i++)
		if (limit.ptr[i] <= 0x20 || limit.ptr[i] > 0x7e || limit.ptr[i] == ';')
			return false;
	return name_len > 0 && name_len + 1 != limit.len;
}

/* RFC 9422 §3.7: an error in the syntax of one voids all. */
static bool
are_limits(struct slice parameters)
{
	do {
		if (!is_limit(next_limit(&parameters)))
			return false;
	} while (parameters.len > 0);
	return true;
}

/* RFC 9422 §4: one to six digits, the first not 0. Another value is as if none were given. */
static void
take_value(struct slice value, uint32_t *limit)
{
	uint64_t number;

	if (value.len <= DIGITS_MAX && slice_to_u64(value, UINT32_MAX, &number) &&
	    value.ptr[0] != '0')
		*limit = (uint32_t)number;
}

static void
take_limit(struct client_limits *limits, struct slice limit)
{
	struct slice name = slice_first(limit, slice_find(limit, '='));
	struct slice value = slice_after(limit, name.len < limit.len ? name.len + 1 : name.len);

	if (slice_is_nocase(name, "MAILMAX"))
		take_value(value, &limits->mails);
	else if (slice_is_nocase(name, "RCPTMAX"))
		take_value(value, &limits->recipients);
	else if (slice_is_nocase(name, "RCPTDOMAINMAX"))
		take_value(value, &limits->domains);
}

void
client_take_limits(struct smtp_client *c, struct slice parameters)
{
	if (!are_limits(parameters))
		return;
	while (parameters.len > 0)
		take_limit(&c->limits, next_limit(&parameters));
}

static bool
has_domain(struct slice domains, struct slice domain)
{
	while (domains.len > 0) {
		size_t len = slice_find(domains, '\n');

		if (slice_equal_nocase(slice_first(domains, len), domain))
			return true;
		domains = slice_after(domains, len + 1);
	}
	return false;
}

static size_t
count_domains(struct slice domains)
{
	size_t count = 0;

	for (; domains.len > 0; count++)
		domains = slice_after(domains, slice_find(domains, '\n') + 1);
	return count;
}

/*
 * Adds the domains of the first recipients to domains as long as there is room for them by the
 * peer's limit. Returns how many recipients that were.
 */
static size_t
add_domains(
    const struct smtp_client *c, const struct slice *recipients, size_t count, struct buf *domains)
{
	size_t max = c->limits.domains < DOMAINS_MAX ? c->limits.domains : DOMAINS_MAX;
	size_t domain_count = count_domains(buf_slice(domains)), i;

	for (i = 0; i < count; i++) {
		struct slice domain = smtp_mailbox_domain(recipients[i]);

		if (has_domain(buf_slice(domains), domain))
			continue;
		if (domain_count == max || domain.len > SMTP_CLIENT_ADDRESS_MAX)
			break;
		(void)buf_add_slice(domains, domain);
		(void)buf_add_octet(domains, '\n');
		domain_count++;
	}
	return i;
}

bool
smtp_client_is_spent(const struct smtp_client *c)
{
	return c->limits.mails != 0 && c->mail_count >= c->limits.mails;
}

size_t
smtp_client_recipients_fit(
    const struct smtp_client *c, const struct slice *recipients, size_t count)
{
	struct buf domains;

	if (smtp_client_is_spent(c))
		return 0;
	if (c->limits.recipients != 0 && count > c->limits.recipients)
		count = c->limits.recipients;
	if (c->limits.domains == 0)
		return count;
	buf_init(&domains, DOMAINS_LEN_MAX);
	(void)buf_add_slice(&domains, buf_slice(&c->domains));
	count = add_domains(c, recipients, count, &domains);
	buf_done(&domains);
	return count;
}

void
client_count_mail(struct smtp_client *c, const struct smtp_client_mail *m)
{
	c->mail_count++;
	if (c->limits.domains == 0)
		return;
	c->domains.max = DOMAINS_LEN_MAX;
	(void)add_domains(c, m->recipients, m->recipient_count, &c->domains);
}
