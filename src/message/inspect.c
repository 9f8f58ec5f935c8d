/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the order in which a flaw is told: NUL octets first, then field by field whatever is wrong
 * with it, at last what is missing.
 */
#include "message/inspect.h"

#include "message/addresses.h"
#include "message/header.h"
#include "message/lines.h"
#include "smtp/utf8.h"

struct inspection {
	const struct message_filter_options *options;
	struct message_facts *facts;
	struct buf *detail;
	struct message_field field;
	bool is_signed; /* some field of the block is a DKIM-Signature */
};

static void
add_detail(struct buf *detail, struct slice text)
{
	size_t room = detail->max - detail->len;

	buf_add_slice(detail, slice_first(text, text.len < room ? text.len : room));
}

static enum message_flaw
fail(struct inspection *in, enum message_flaw flaw)
{
	add_detail(in->detail, in->field.name);
	return flaw;
}

static enum message_flaw
fail_address(struct inspection *in, enum message_flaw flaw, struct slice address)
{
	add_detail(in->detail, in->field.name);
	add_detail(in->detail, slice_of(": "));
	add_detail(in->detail, address);
	return flaw;
}

static enum message_flaw
check_octets(struct inspection *in)
{
	if (smtp_is_ascii(in->field.whole))
		return MESSAGE_SOUND;
	in->facts->needs_utf8 = true;
	if (!in->options->is_utf8 && !in->options->takes_utf8_header)
		return fail(in, MESSAGE_HEADER_8BIT);
	if (!smtp_is_utf8(in->field.whole))
		return fail(in, MESSAGE_HEADER_NOT_UTF8);
	return MESSAGE_SOUND;
}

/*
 * A signature does not outlive a fold, a field's name cannot have one (RFC 5322 §2.2), and within a
 * word only free text may be broken.
 */
static bool
can_fold(const struct inspection *in, enum message_field_kind kind)
{
	size_t length = in->options->line_length;
	struct buf folded;
	bool is_whole;

	if (!in->options->fold_lines || in->is_signed || in->field.name.len + 1 > length)
		return false;
	if (kind == MESSAGE_FIELD_OTHER || kind == MESSAGE_FIELD_SUBJECT)
		return true;
	buf_init(&folded, 2 * in->field.whole.len);
	is_whole = message_field_fold(in->field.whole, length, &folded);
	buf_done(&folded);
	return is_whole;
}

static enum message_flaw
check_lines(struct inspection *in, enum message_field_kind kind)
{
	if (message_field_fits(in->field.whole, in->options->line_length) || can_fold(in, kind))
		return MESSAGE_SOUND;
	return fail(in, MESSAGE_LINE_TOO_LONG);
}

/* What it is to become must fit a line, and all of them together a bound. */
static bool
can_complete(const struct inspection *in, const struct message_mailbox *m)
{
	const struct message_filter_options *o = in->options;

	return o->complete_addresses && !in->is_signed &&
	       in->facts->unqualified_count < MESSAGE_COMPLETED_MAX &&
	       m->local.len + o->hostname.len < o->line_length / 2;
}

static enum message_flaw
check_mailbox(struct inspection *in, enum message_field_kind kind, const struct message_mailbox *m)
{
	const struct message_filter_options *o = in->options;

	if (m->domain.len == 0 && !can_complete(in, m))
		return fail_address(in, MESSAGE_ADDRESS_UNQUALIFIED, m->local);
	in->facts->unqualified_count += m->domain.len == 0;
	if (kind == MESSAGE_FIELD_FROM) {
		in->facts->mailbox_count++;
		in->facts->is_from_sender =
		    in->facts->mailbox_count == 1 && message_mailbox_is(m, o->hostname, o->sender);
	}
	return MESSAGE_SOUND;
}

/* A group without mailboxes may be in From (RFC 6854 §2.1). */
static bool
is_count_right(
    enum message_field_addresses wanted, const struct message_addresses *read, size_t mailbox_count)
{
	switch (wanted) {
	case MESSAGE_ADDRESSES_ONE:
		return mailbox_count == 1;
	case MESSAGE_ADDRESSES_SOME:
		return mailbox_count != 0 || read->has_group;
	case MESSAGE_ADDRESSES_NONE:
	case MESSAGE_ADDRESSES_ANY_MANY:
		break;
	}
	return true;
}

/* RFC 6409 §5.1. */
static enum message_flaw
check_addresses(struct inspection *in, enum message_field_kind kind)
{
	enum message_field_addresses wanted = message_field_rule(kind)->addresses;
	struct message_addresses a = { .text = in->field.body };
	enum message_mailbox_status status;
	struct message_mailbox m;
	size_t count = 0;

	if (wanted == MESSAGE_ADDRESSES_NONE)
		return MESSAGE_SOUND;
	while ((status = message_mailbox_next(&a, &m)) == MESSAGE_MAILBOX_OK) {
		enum message_flaw flaw = check_mailbox(in, kind, &m);

		if (flaw != MESSAGE_SOUND)
			return flaw;
		count++;
	}
	if (status == MESSAGE_MAILBOX_SYNTAX)
		return fail_address(in, MESSAGE_ADDRESS_SYNTAX, message_address_fault(&a));
	if (!is_count_right(wanted, &a, count))
		return fail_address(in, MESSAGE_ADDRESS_SYNTAX, message_field_trim(in->field.body));
	return MESSAGE_SOUND;
}

/* The value of a tag in a list of "tag=value;" (RFC 6376 §3.2); empty: not there. */
static struct slice
find_tag(struct slice list, uint8_t tag)
{
	while (list.len != 0) {
		size_t end = slice_find(list, ';');
		struct slice item = message_field_trim(slice_first(list, end));
		size_t equals = slice_find(item, '=');
		struct slice name = message_field_trim(slice_first(item, equals));

		if (equals < item.len && name.len == 1 && name.ptr[0] == tag)
			return slice_after(item, equals + 1);
		list = slice_after(list, end < list.len ? end + 1 : end);
	}
	return list;
}

static uint32_t
signed_kinds(struct slice signature)
{
	struct slice names = find_tag(signature, 'h');
	uint32_t kinds = 0;

	while (names.len != 0) {
		size_t end = slice_find(names, ':');
		struct slice name = message_field_trim(slice_first(names, end));

		kinds |= UINT32_C(1) << message_field_kind_of(name);
		names = slice_after(names, end < names.len ? end + 1 : end);
	}
	return kinds;
}

/* Received fields are counted and not read (RFC 5321 §3.7.2). */
static enum message_flaw
note(struct inspection *in, enum message_field_kind kind)
{
	struct message_facts *f = in->facts;

	if (kind == MESSAGE_FIELD_TLS_REQUIRED)
		f->is_tls_optional = slice_is_nocase(message_field_trim(in->field.body), "no");
	if (kind == MESSAGE_FIELD_DKIM_SIGNATURE)
		f->signed_kinds |= signed_kinds(in->field.body);
	if (kind == MESSAGE_FIELD_RECEIVED && ++f->received_count > in->options->received_count)
		return fail(in, MESSAGE_LOOP);
	return MESSAGE_SOUND;
}

static enum message_flaw
check_kind(struct inspection *in, enum message_field_kind kind)
{
	bool was_seen = message_facts_have(in->facts, kind);
	enum message_flaw flaw;

	in->facts->seen |= UINT32_C(1) << kind;
	if (kind == MESSAGE_FIELD_OTHER)
		return MESSAGE_SOUND;
	if (was_seen && kind == MESSAGE_FIELD_FROM)
		return MESSAGE_FROM_TWICE;
	if (was_seen && message_field_rule(kind)->is_once)
		return fail(in, MESSAGE_FIELD_TWICE);
	flaw = note(in, kind);
	return flaw != MESSAGE_SOUND ? flaw : check_addresses(in, kind);
}

/* What is dropped may be anything. */
static enum message_flaw
check_field(struct inspection *in)
{
	enum message_field_kind kind = message_field_kind_of(in->field.name);
	enum message_flaw flaw = MESSAGE_SOUND;

	if (kind != MESSAGE_FIELD_OTHER && message_field_rule(kind)->is_dropped)
		return MESSAGE_SOUND;
	flaw = check_octets(in);
	if (flaw == MESSAGE_SOUND)
		flaw = check_lines(in, kind);
	return flaw != MESSAGE_SOUND ? flaw : check_kind(in, kind);
}

static bool
has_signature(struct slice header)
{
	struct message_field field;

	while (message_field_next(&header, &field) == MESSAGE_FIELD_OK)
		if (message_field_kind_of(field.name) == MESSAGE_FIELD_DKIM_SIGNATURE)
			return true;
	return false;
}

enum message_flaw
message_header_inspect(const struct message_filter_options *options, struct slice header,
    struct message_facts *facts, struct buf *detail)
{
	struct slice rest = slice_after(header, message_header_mbox_line(header).len);
	struct inspection in = { options, facts, detail, { .name = { NULL, 0 } }, false };
	enum message_field_status status;

	*facts = (struct message_facts){ 0 };
	if (slice_find(header, '\0') != header.len)
		return MESSAGE_HEADER_NUL;
	in.is_signed = has_signature(rest);
	while ((status = message_field_next(&rest, &in.field)) == MESSAGE_FIELD_OK) {
		enum message_flaw flaw = check_field(&in);

		if (flaw != MESSAGE_SOUND)
			return flaw;
	}
	if (status == MESSAGE_FIELD_SYNTAX) {
		rest = slice_first(rest, slice_find(rest, '\n'));
		add_detail(detail, slice_first(rest, slice_find(rest, '\r')));
		return MESSAGE_HEADER_SYNTAX;
	}
	if (!message_facts_have(facts, MESSAGE_FIELD_FROM))
		return MESSAGE_FROM_MISSING;
	return MESSAGE_SOUND;
}
