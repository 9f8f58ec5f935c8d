/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/server_params.h"

#include <assert.h>

#include "smtp/params.h"

/* Index in the table; count: not there. */
static size_t
find_param(const struct smtp_server_param *table, size_t count, struct slice keyword)
{
	size_t i = 0;

	while (i < count && !slice_is_nocase(keyword, table[i].keyword))
		i++;
	return i;
}

static bool
refuse_value(struct smtp_server *s, const struct smtp_server_param *param)
{
	smtp_server_refuse_with(s, SMTP_REPLY_PARAM_VALUE, slice_of(param->form));
	return false;
}

static bool
take_param(struct smtp_server *s, const struct smtp_server_param *param, const struct smtp_param *p,
    struct smtp_server_said *said)
{
	enum smtp_server_reply reply;

	if (p->has_value != param->has_value)
		return refuse_value(s, param);
	reply = param->take(s, p->value, said);
	if (reply == SMTP_REPLY_PARAM_VALUE)
		return refuse_value(s, param);
	if (reply == SMTP_REPLY_SIZE)
		smtp_server_reply(s, reply); /* a fair question, not an error */
	else if (reply != SMTP_REPLY_NONE)
		smtp_server_refuse_with(s, reply, p->keyword);
	return reply == SMTP_REPLY_NONE;
}

/*
 * RFC 5321 §4.1.1.11: what is not known is 555, as is all of it after HELO (§2.2.1). Twice is 501
 * (RFC 3461 §4.5).
 */
static enum smtp_server_reply
find_fault(const struct smtp_server *s, size_t place, size_t count, uint32_t seen, size_t number)
{
	uint32_t limit = s->options->limits->parameters;

	if (!s->is_extended)
		return SMTP_REPLY_PARAM_NEEDS_EHLO;
	if (limit != 0 && number > limit)
		return SMTP_REPLY_TOO_MANY_PARAMS;
	if (place == count)
		return SMTP_REPLY_PARAM_UNKNOWN;
	return seen & 1u << place ? SMTP_REPLY_PARAM_TWICE : SMTP_REPLY_NONE;
}

bool
smtp_server_take_params(struct smtp_server *s, struct slice rest,
    const struct smtp_server_param *table, size_t count, struct smtp_server_said *said)
{
	enum smtp_param_status status;
	struct smtp_param p;
	uint32_t seen = 0;
	size_t number = 0;

	assert(count <= 32);
	while ((status = smtp_param_next(&rest, &p)) == SMTP_PARAM_OK) {
		size_t place = find_param(table, count, p.keyword);
		enum smtp_server_reply fault = find_fault(s, place, count, seen, ++number);

		if (fault != SMTP_REPLY_NONE)
			smtp_server_refuse_with(s, fault, p.keyword);
		if (fault != SMTP_REPLY_NONE || !take_param(s, &table[place], &p, said))
			return false;
		seen |= 1u << place;
	}
	if (status == SMTP_PARAM_SYNTAX)
		smtp_server_refuse(s, SMTP_REPLY_PARAM_SYNTAX);
	return status == SMTP_PARAM_END;
}

int64_t
smtp_server_unix_s(const struct smtp_server *s)
{
	return ((int64_t)s->now_ms + s->options->unix_offset_ms) / 1000;
}
