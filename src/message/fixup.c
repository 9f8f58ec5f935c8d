/* SPDX-License-Identifier: Apache-2.0 */
#include "message/fixup.h"

#include "message/addresses.h"
#include "message/date.h"
#include "message/header.h"
#include "message/lines.h"
#include "message/message_id.h"

struct fixup {
	const struct message_filter_options *options;
	const struct message_facts *facts;
	struct buf *out, *changes;
};

void
message_changes_note(struct buf *changes, const char *word)
{
	size_t len = strlen(word);

	if (changes->len >= len && memmem(changes->ptr, changes->len, word, len) != NULL)
		return;
	if (changes->len != 0)
		buf_add_octet(changes, ' ');
	buf_add_text(changes, word);
}

static void
add_field(struct fixup *x, struct slice field)
{
	if (message_field_fits(field, x->options->line_length)) {
		buf_add_slice(x->out, field);
		return;
	}
	message_changes_note(x->changes, "folded");
	message_field_fold(field, x->options->line_length, x->out);
}

/* Nothing of the field is touched but the places where a domain is missing (RFC 6409 §4.2). No
 * local part is rewritten (§8.8). */
static void
complete(struct fixup *x, const struct message_field *field, struct buf *out)
{
	struct message_addresses a = { .text = field->body };
	const uint8_t *from = field->whole.ptr, *end = from + field->whole.len;
	struct message_mailbox m;

	while (message_mailbox_next(&a, &m) == MESSAGE_MAILBOX_OK) {
		const uint8_t *local_end = m.local.ptr + m.local.len;

		if (m.domain.len != 0)
			continue;
		buf_add(out, from, (size_t)(local_end - from));
		buf_add_octet(out, '@');
		buf_add_slice(out, x->options->hostname);
		from = local_end;
		message_changes_note(x->changes, "completed");
	}
	buf_add(out, from, (size_t)(end - from));
}

static void
add_completed(struct fixup *x, const struct message_field *field)
{
	struct buf completed;

	buf_init(&completed,
	    field->whole.len + x->facts->unqualified_count * (x->options->hostname.len + 1));
	complete(x, field, &completed);
	add_field(x, buf_slice(&completed));
	buf_done(&completed);
}

static const char *
dropped_word(enum message_field_kind kind)
{
	return kind == MESSAGE_FIELD_RETURN_PATH ? "return-path" : "bcc";
}

static void
fix_field(struct fixup *x, const struct message_field *field)
{
	enum message_field_kind kind = message_field_kind_of(field->name);
	const struct message_field_rule *rule =
	    kind == MESSAGE_FIELD_OTHER ? NULL : message_field_rule(kind);

	if (rule != NULL && rule->is_dropped)
		message_changes_note(x->changes, dropped_word(kind));
	else if (rule != NULL && rule->addresses != MESSAGE_ADDRESSES_NONE &&
		 x->facts->unqualified_count != 0)
		add_completed(x, field);
	else
		add_field(x, field->whole);
}

static bool
is_signed(const struct message_facts *f)
{
	return message_facts_have(f, MESSAGE_FIELD_DKIM_SIGNATURE);
}

/* Is the field missing, and does its lack of it not belong to what is signed (RFC 6376 §5.4.2)? */
static bool
may_add(const struct message_facts *f, enum message_field_kind kind)
{
	return !message_facts_have(f, kind) && (f->signed_kinds & UINT32_C(1) << kind) == 0;
}

/* RFC 6409 §8.2; RFC 5322 §3.6.1 requires it. */
static void
add_date(struct fixup *x)
{
	if (!may_add(x->facts, MESSAGE_FIELD_DATE))
		return;
	buf_add_text(x->out, "Date: ");
	message_date_add(x->options->unix_s, x->out);
	buf_add_text(x->out, "\r\n");
	message_changes_note(x->changes, "date");
}

/* RFC 6409 §8.3; RFC 5322 §3.6.4 only wants it. */
static void
add_message_id(struct fixup *x)
{
	char id[MESSAGE_ID_TEXT_LEN + 1];

	if (!may_add(x->facts, MESSAGE_FIELD_MESSAGE_ID) || is_signed(x->facts))
		return;
	message_id_print(x->options->message_id, id);
	buf_addf(x->out, "Message-ID: <%s@", id);
	buf_add_slice(x->out, x->options->hostname);
	buf_add_text(x->out, ">\r\n");
	message_changes_note(x->changes, "message-id");
}

/*
 * RFC 5322 §3.6.2 requires a Sender beside several authors; RFC 6409 §8.1 allows one that is not
 * the author. A message that is sent again (RFC 5322 §3.6.6) has a sender of its own.
 */
static bool
is_sender_due(const struct fixup *x)
{
	const struct message_facts *f = x->facts;

	if (f->mailbox_count > 1)
		return true;
	return x->options->add_sender && !f->is_from_sender && !is_signed(f) &&
	       !message_facts_have(f, MESSAGE_FIELD_RESENT_FROM);
}

static void
add_sender(struct fixup *x)
{
	if (x->options->sender.len == 0 || !may_add(x->facts, MESSAGE_FIELD_SENDER) ||
	    !is_sender_due(x))
		return;
	buf_add_text(x->out, "Sender: ");
	buf_add_slice(x->out, x->options->sender);
	buf_add_text(x->out, "\r\n");
	message_changes_note(x->changes, "sender");
}

static void
end_line(struct buf *out)
{
	if (out->len != 0 && out->ptr[out->len - 1] != '\n')
		buf_add_text(out, "\r\n");
}

void
message_header_fix(const struct message_filter_options *options, struct slice header,
    const struct message_facts *facts, struct buf *out, struct buf *changes)
{
	struct fixup x = { options, facts, out, changes };
	struct slice mbox_line = message_header_mbox_line(header);
	struct slice rest = slice_after(header, mbox_line.len);
	struct message_field field;

	if (mbox_line.len != 0)
		message_changes_note(changes, "mbox-line");
	while (message_field_next(&rest, &field) == MESSAGE_FIELD_OK)
		fix_field(&x, &field);
	end_line(out);
	add_date(&x);
	add_message_id(&x);
	add_sender(&x);
	buf_add_slice(out, rest);
}
