/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/wire.h"

#include <string.h>

#include "proc/ipc.h"
#include "proc/wire_cursor.h"

enum { FIXED_MAX = 1024 }; /* numbers and lengths, and the name of a next hop */
_Static_assert(WIRE_RECIPIENTS_LEN_MAX + WIRE_CHUNK_MAX + WIRE_PREFIX_MAX +
		       (size_t)2 * WIRE_ADDRESS_MAX + WIRE_PARAMETERS_MAX + FIXED_MAX <=
		   IPC_PAYLOAD_MAX,
    "the largest message fits a frame");
_Static_assert(SMTP_RCPT_PARAMS_MAX <= WIRE_ADDRESS_MAX, "wire_list_next() takes both");

bool
wire_list_next(struct wire_list *l, struct slice *ret_item)
{
	struct wire_cursor c = { l->packed, true };
	struct slice item;

	if (l->count == 0)
		return false;
	item = wire_get_string(&c, WIRE_ADDRESS_MAX);
	if (!c.ok)
		return false;
	*ret_item = item;
	l->packed = c.rest;
	l->count--;
	return true;
}

void
wire_list_add(struct buf *packed, struct slice item)
{
	wire_put_string(packed, item);
}

static void
put_list(struct buf *out, struct wire_list l)
{
	wire_put_u32(out, l.count);
	wire_put_blob(out, l.packed);
}

/* Walks the list once, so that whoever uses it later can trust it. */
static struct wire_list
get_list(struct wire_cursor *c)
{
	struct wire_list l = { 0 }, walk;
	struct slice item;

	l.count = wire_get_u32(c);
	l.packed = wire_get_blob(c, WIRE_RECIPIENTS_LEN_MAX);
	if (!c->ok || l.count > WIRE_RECIPIENTS_MAX) {
		c->ok = false;
		return (struct wire_list){ 0 };
	}
	walk = l;
	while (wire_list_next(&walk, &item))
		;
	if (walk.count != 0 || walk.packed.len != 0)
		c->ok = false;
	return l;
}

/* Does each recipient have its parameters, all of them sound, and may one frame hold them? */
static bool
is_envelope(
    struct wire_list recipients, struct wire_list recipient_parameters, struct slice parameters)
{
	struct smtp_rcpt_params rcpt;
	struct smtp_mail_params mail;
	struct slice item;

	if (recipients.count == 0 || recipient_parameters.count != recipients.count ||
	    recipient_parameters.packed.len > WIRE_RECIPIENTS_LEN_MAX - recipients.packed.len)
		return false;
	while (wire_list_next(&recipient_parameters, &item))
		if (item.len > SMTP_RCPT_PARAMS_MAX || !smtp_rcpt_params_parse(item, &rcpt))
			return false;
	return smtp_mail_params_parse(parameters, &mail);
}

void
wire_message_encode(const struct wire_message *m, struct buf *out)
{
	wire_put_string(out, m->account);
	wire_put_string(out, m->sender);
	put_list(out, m->recipients);
	put_list(out, m->recipient_parameters);
	wire_put_string(out, m->parameters);
	wire_put_u32(out, m->chunk_count);
	wire_put_u64(out, m->size);
	wire_put_blob(out, m->prefix);
	wire_put_blob(out, m->tail);
}

bool
wire_message_decode(struct slice payload, struct wire_message *ret_message)
{
	struct wire_cursor c = { payload, true };
	struct wire_message m;

	m.account = wire_get_string(&c, WIRE_ADDRESS_MAX);
	m.sender = wire_get_string(&c, WIRE_ADDRESS_MAX);
	m.recipients = get_list(&c);
	m.recipient_parameters = get_list(&c);
	m.parameters = wire_get_string(&c, WIRE_PARAMETERS_MAX);
	m.chunk_count = wire_get_u32(&c);
	m.size = wire_get_u64(&c);
	m.prefix = wire_get_blob(&c, WIRE_PREFIX_MAX);
	m.tail = wire_get_blob(&c, WIRE_CHUNK_MAX);
	if (!wire_cursor_done(&c) ||
	    !is_envelope(m.recipients, m.recipient_parameters, m.parameters))
		return false;
	if (m.size < m.prefix.len + m.tail.len)
		return false;
	*ret_message = m;
	return true;
}

static bool
decode_enum(struct slice payload, uint8_t max, uint8_t *ret_value)
{
	struct wire_cursor c = { payload, true };
	uint8_t value = wire_get_enum(&c, max);

	if (!wire_cursor_done(&c))
		return false;
	*ret_value = value;
	return true;
}

void
wire_stored_encode(enum wire_stored status, struct buf *out)
{
	wire_put_u8(out, (uint8_t)status);
}

bool
wire_stored_decode(struct slice payload, enum wire_stored *ret_status)
{
	uint8_t value;

	if (!decode_enum(payload, WIRE_STORED_FAILED, &value))
		return false;
	*ret_status = (enum wire_stored)value;
	return true;
}

void
wire_number_encode(uint32_t number, struct buf *out)
{
	wire_put_u32(out, number);
}

bool
wire_number_decode(struct slice payload, uint32_t *ret_number)
{
	struct wire_cursor c = { payload, true };
	uint32_t number = wire_get_u32(&c);

	if (!wire_cursor_done(&c))
		return false;
	*ret_number = number;
	return true;
}

void
wire_sasl_start_encode(const struct wire_sasl_start *s, struct buf *out)
{
	wire_put_string(out, s->mechanism);
	wire_put_string(out, s->peer);
	wire_put_u8(out, s->has_initial);
	wire_put_blob(out, s->initial);
}

bool
wire_sasl_start_decode(struct slice payload, struct wire_sasl_start *ret_start)
{
	struct wire_cursor c = { payload, true };
	struct wire_sasl_start s;

	s.mechanism = wire_get_string(&c, 64);
	s.peer = wire_get_string(&c, 64);
	s.has_initial = wire_get_enum(&c, 1) != 0;
	s.initial = wire_get_blob(&c, WIRE_SASL_MAX);
	if (!wire_cursor_done(&c) || (!s.has_initial && s.initial.len != 0))
		return false;
	*ret_start = s;
	return true;
}

void
wire_sasl_reply_encode(const struct wire_sasl_reply *r, struct buf *out)
{
	wire_put_u8(out, (uint8_t)r->status);
	wire_put_blob(out, r->octets);
	wire_put_u8(out, r->owns_name ? 1 : 0);
	wire_put_string(out, r->pseudonym);
}

bool
wire_sasl_reply_decode(struct slice payload, struct wire_sasl_reply *ret_reply)
{
	struct wire_cursor c = { payload, true };
	struct wire_sasl_reply r;

	r.status = (enum wire_sasl_status)wire_get_enum(&c, WIRE_SASL_THROTTLED);
	r.octets = wire_get_blob(&c, WIRE_SASL_MAX);
	r.owns_name = wire_get_enum(&c, 1) != 0;
	r.pseudonym = wire_get_string(&c, WIRE_PSEUDONYM_MAX);
	if (!wire_cursor_done(&c) ||
	    ((r.owns_name || r.pseudonym.len != 0) && r.status != WIRE_SASL_OK))
		return false;
	*ret_reply = r;
	return true;
}

void
wire_sender_encode(const struct wire_sender *s, struct buf *out)
{
	wire_put_string(out, s->account);
	wire_put_string(out, s->address);
}

bool
wire_sender_decode(struct slice payload, struct wire_sender *ret_sender)
{
	struct wire_cursor c = { payload, true };
	struct wire_sender s;

	s.account = wire_get_string(&c, WIRE_ADDRESS_MAX);
	s.address = wire_get_string(&c, WIRE_ADDRESS_MAX);
	if (!wire_cursor_done(&c))
		return false;
	*ret_sender = s;
	return true;
}

void
wire_sender_reply_encode(enum wire_sender_status status, struct buf *out)
{
	wire_put_u8(out, (uint8_t)status);
}

bool
wire_sender_reply_decode(struct slice payload, enum wire_sender_status *ret_status)
{
	uint8_t value;

	if (!decode_enum(payload, WIRE_SENDER_TEMPORARY, &value))
		return false;
	*ret_status = (enum wire_sender_status)value;
	return true;
}

void
wire_sign_encode(const struct wire_sign *s, struct buf *out)
{
	wire_put_u64(out, s->key_id);
	wire_put_u8(out, (uint8_t)s->scheme);
	wire_put_blob(out, s->octets);
}

bool
wire_sign_decode(struct slice payload, struct wire_sign *ret_sign)
{
	struct wire_cursor c = { payload, true };
	struct wire_sign s;

	s.key_id = wire_get_u64(&c);
	s.scheme = (enum wire_sign_scheme)wire_get_enum(&c, WIRE_SIGN_RSA_PKCS1);
	s.octets = wire_get_blob(&c, 1024);
	if (!wire_cursor_done(&c))
		return false;
	*ret_sign = s;
	return true;
}

void
wire_job_encode(const struct wire_job *j, struct buf *out)
{
	wire_put_u64(out, j->message_id);
	wire_put_string(out, j->next_hop);
	wire_put_string(out, j->sender);
	put_list(out, j->recipients);
	put_list(out, j->recipient_parameters);
	wire_put_string(out, j->parameters);
	wire_put_u64(out, j->size);
}

bool
wire_job_decode(struct slice payload, struct wire_job *ret_job)
{
	struct wire_cursor c = { payload, true };
	struct wire_job j;

	j.message_id = wire_get_u64(&c);
	j.next_hop = wire_get_string(&c, 255);
	j.sender = wire_get_string(&c, WIRE_ADDRESS_MAX);
	j.recipients = get_list(&c);
	j.recipient_parameters = get_list(&c);
	j.parameters = wire_get_string(&c, WIRE_PARAMETERS_MAX);
	j.size = wire_get_u64(&c);
	if (!wire_cursor_done(&c) ||
	    !is_envelope(j.recipients, j.recipient_parameters, j.parameters))
		return false;
	*ret_job = j;
	return true;
}

static struct slice
text_slice(const char *text)
{
	return text == NULL ? (struct slice){ NULL, 0 } : slice_of(text);
}

void
wire_outcome_encode(const struct smtp_verdict *verdicts, size_t count, struct buf *out)
{
	wire_put_u32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		const struct smtp_verdict *v = &verdicts[i];

		wire_put_u8(out, (uint8_t)v->class);
		wire_put_u8(out, v->dsn_passed ? 1 : 0);
		wire_put_u8(out, v->by_passed ? 1 : 0);
		wire_put_u16(out, v->code);
		for (size_t k = 0; k < 3; k++)
			wire_put_u16(out, v->enhanced[k]);
		wire_put_string(out, text_slice(v->host));
		wire_put_string(out, text_slice(v->peer_text));
		wire_put_string(out, text_slice(v->reason));
	}
}

/* Empty stands for NULL. A NUL inside would cut the text short somewhere: refused. */
static char *
get_text(struct wire_cursor *c)
{
	struct slice s = wire_get_string(c, SMTP_VERDICT_TEXT_MAX);

	if (c->ok && slice_find(s, 0) != s.len)
		c->ok = false;
	return c->ok && s.len != 0 ? slice_dup(s) : NULL;
}

static struct smtp_verdict
get_verdict(struct wire_cursor *c)
{
	struct smtp_verdict v = { 0 };

	v.class = (enum smtp_verdict_class)wire_get_enum(c, SMTP_VERDICT_FAILED);
	v.dsn_passed = wire_get_enum(c, 1) != 0;
	v.by_passed = wire_get_enum(c, 1) != 0;
	v.code = wire_get_u16(c);
	for (size_t k = 0; k < 3; k++)
		v.enhanced[k] = wire_get_u16(c);
	v.host = get_text(c);
	v.peer_text = get_text(c);
	v.reason = get_text(c);
	return v;
}

bool
wire_outcome_decode(struct slice payload, struct smtp_verdict *verdicts, size_t count)
{
	struct wire_cursor c = { payload, true };
	size_t done = 0;

	if (wire_get_u32(&c) != count)
		return false;
	while (done < count && c.ok)
		verdicts[done++] = get_verdict(&c);
	if (wire_cursor_done(&c))
		return true;
	while (done > 0)
		smtp_verdict_done(&verdicts[--done]);
	return false;
}
