/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/mail_params.h"

#include <inttypes.h>

#include "smtp/xtext.h"

#define PRIORITY_MAX 9

bool
smtp_envid_is_valid(struct slice envid)
{
	return envid.len != 0 && envid.len <= SMTP_ENVID_MAX && smtp_xtext_is_printable(envid);
}

/* Where the next word goes: after a space, but for the first. */
static struct buf *
next_word(struct buf *out, size_t start)
{
	if (out->len != start)
		buf_add_octet(out, ' ');
	return out;
}

static void
print_dsn(const struct smtp_mail_params *p, size_t start, struct buf *out)
{
	if (p->ret != SMTP_RET_UNSAID)
		buf_add_text(
		    next_word(out, start), p->ret == SMTP_RET_FULL ? "RET=FULL" : "RET=HDRS");
	if (p->envid.len != 0) {
		buf_add_text(next_word(out, start), "ENVID=");
		buf_add_slice(out, p->envid);
	}
}

static void
print_times(const struct smtp_mail_params *p, size_t start, struct buf *out)
{
	if (p->hold_until_unix_s != 0)
		buf_addf(next_word(out, start), "HOLDUNTIL=%" PRIu64, p->hold_until_unix_s);
	if (p->by != SMTP_BY_UNSAID)
		buf_addf(next_word(out, start), "BYUNTIL=%" PRId64 ";%s%s", p->by_unix_s,
		    p->by == SMTP_BY_NOTIFY ? "N" : "R", p->by_trace ? "T" : "");
}

void
smtp_mail_params_print(const struct smtp_mail_params *p, struct buf *out)
{
	size_t start = out->len;

	if (p->body != SMTP_BODY_7BIT)
		buf_add_text(next_word(out, start),
		    p->body == SMTP_BODY_8BITMIME ? "BODY=8BITMIME" : "BODY=BINARYMIME");
	if (p->is_utf8)
		buf_add_text(next_word(out, start), "SMTPUTF8");
	if (p->requires_tls)
		buf_add_text(next_word(out, start), "REQUIRETLS");
	if (p->tls_optional)
		buf_add_text(next_word(out, start), "TLSOPTIONAL");
	print_dsn(p, start, out);
	if (p->auth.len != 0) {
		buf_add_text(next_word(out, start), "AUTH=");
		buf_add_slice(out, p->auth);
	}
	print_times(p, start, out);
	if (p->has_priority)
		buf_addf(next_word(out, start), "MT-PRIORITY=%d", p->priority);
}

/*
 * Each takes the value of one word. They look at the meaning only: whatever else print would not
 * have written (order, spelling, a default) shows when the whole is printed again.
 */

static bool
take_body(struct slice value, struct smtp_mail_params *p)
{
	p->body = slice_is(value, "8BITMIME") ? SMTP_BODY_8BITMIME : SMTP_BODY_BINARYMIME;
	return true;
}

static bool
take_utf8(struct slice value, struct smtp_mail_params *p)
{
	p->is_utf8 = true;
	return value.len == 0;
}

static bool
take_requiretls(struct slice value, struct smtp_mail_params *p)
{
	p->requires_tls = true;
	return value.len == 0;
}

static bool
take_tlsoptional(struct slice value, struct smtp_mail_params *p)
{
	p->tls_optional = true;
	return value.len == 0;
}

static bool
take_ret(struct slice value, struct smtp_mail_params *p)
{
	p->ret = slice_is(value, "FULL") ? SMTP_RET_FULL : SMTP_RET_HDRS;
	return true;
}

static bool
take_envid(struct slice value, struct smtp_mail_params *p)
{
	p->envid = value;
	return smtp_envid_is_valid(value);
}

static bool
take_auth(struct slice value, struct smtp_mail_params *p)
{
	p->auth = value;
	return value.len <= SMTP_AUTH_PARAM_MAX && smtp_xtext_is_valid(value);
}

static bool
take_hold(struct slice value, struct smtp_mail_params *p)
{
	return slice_to_u64(value, SMTP_UNIX_S_MAX, &p->hold_until_unix_s);
}

/* "-5" to "5", by the rules of slice_to_u64(). */
static bool
to_i64(struct slice s, uint64_t max, int64_t *ret_value)
{
	bool is_negative = s.len != 0 && s.ptr[0] == '-';
	uint64_t value;

	if (!slice_to_u64(slice_after(s, is_negative ? 1 : 0), max, &value))
		return false;
	*ret_value = is_negative ? -(int64_t)value : (int64_t)value;
	return true;
}

static bool
take_by(struct slice value, struct smtp_mail_params *p)
{
	size_t end = slice_find(value, ';');
	struct slice mode = slice_after(value, end);

	if (!to_i64(slice_first(value, end), SMTP_UNIX_S_MAX, &p->by_unix_s) || mode.len < 2)
		return false;
	p->by = mode.ptr[1] == 'N' ? SMTP_BY_NOTIFY : SMTP_BY_RETURN;
	p->by_trace = mode.len > 2;
	return true;
}

static bool
take_priority(struct slice value, struct smtp_mail_params *p)
{
	int64_t priority;

	if (!to_i64(value, PRIORITY_MAX, &priority))
		return false;
	p->has_priority = true;
	p->priority = (int8_t)priority;
	return true;
}

static const struct word {
	const char *keyword;
	bool (*take)(struct slice value, struct smtp_mail_params *p);
} words[] = {
	{ "BODY", take_body },
	{ "SMTPUTF8", take_utf8 },
	{ "REQUIRETLS", take_requiretls },
	{ "TLSOPTIONAL", take_tlsoptional },
	{ "RET", take_ret },
	{ "ENVID", take_envid },
	{ "AUTH", take_auth },
	{ "HOLDUNTIL", take_hold },
	{ "BYUNTIL", take_by },
	{ "MT-PRIORITY", take_priority },
};

static bool
take_word(struct slice word, struct smtp_mail_params *p)
{
	size_t equals = slice_find(word, '=');
	struct slice value = slice_after(word, equals == word.len ? equals : equals + 1);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_is(slice_first(word, equals), words[i].keyword))
			return words[i].take(value, p);
	return false;
}

static bool
prints_as(const struct smtp_mail_params *p, struct slice text)
{
	struct buf out;
	bool is_same;

	buf_init(&out, SMTP_MAIL_PARAMS_MAX);
	smtp_mail_params_print(p, &out);
	is_same = slice_equal(buf_slice(&out), text);
	buf_done(&out);
	return is_same;
}

bool
smtp_mail_params_parse(struct slice text, struct smtp_mail_params *ret_params)
{
	struct smtp_mail_params p = { 0 };
	struct slice rest = text;

	while (rest.len != 0) {
		size_t end = slice_find(rest, ' ');

		if (!take_word(slice_first(rest, end), &p))
			return false;
		rest = slice_after(rest, end == rest.len ? end : end + 1);
	}
	if (!prints_as(&p, text))
		return false;
	*ret_params = p;
	return true;
}
