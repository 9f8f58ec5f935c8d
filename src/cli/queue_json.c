/* SPDX-License-Identifier: Apache-2.0 */
/* queue_json.c - messages of the queue as JSON for programs. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/queue_view.h"
#include "cli/words.h"
#include "message/message_id.h"
#include "util/alloc.h"

static json_t *
must(json_t *json)
{
	if (json == NULL)
		abort();
	return json;
}

/* Words of a peer may be no UTF-8; then what is not ASCII becomes "?". */
static json_t *
text_of(const char *text)
{
	json_t *json = json_string(text);
	char *ascii;

	if (json != NULL)
		return json;
	ascii = xstrdup(text);
	for (char *c = ascii; *c != '\0'; c++)
		if ((uint8_t)*c >= 0x80)
			*c = '?';
	json = must(json_string(ascii));
	free(ascii);
	return json;
}

static json_t *
time_of(uint64_t unix_ms)
{
	char words[CLI_WORDS_SIZE];

	cli_words_time(unix_ms, words);
	return must(json_string(words));
}

static void
set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		abort();
}

static json_t *
enhanced_of(const uint16_t enhanced[3])
{
	char words[CLI_WORDS_SIZE];

	if (enhanced[0] == 0)
		return must(json_null());
	(void)snprintf(words, sizeof words, "%u.%u.%u", (unsigned)enhanced[0],
	    (unsigned)enhanced[1], (unsigned)enhanced[2]);
	return must(json_string(words));
}

static json_t *
slice_text(struct slice s)
{
	return must(json_stringn((const char *)s.ptr, s.len));
}

static void
set_by(json_t *o, const struct smtp_mail_params *a)
{
	if (a->by == SMTP_BY_UNSAID)
		return;
	set(o, "deliver_by", time_of(a->by_unix_s > 0 ? (uint64_t)a->by_unix_s * 1000 : 0));
	set(o, "deliver_by_mode", text_of(a->by == SMTP_BY_RETURN ? "return" : "notify"));
	set(o, "deliver_by_trace", json_boolean(a->by_trace));
}

/* Only what was said is there. */
static json_t *
asked_of(const struct smtp_mail_params *a)
{
	json_t *o = must(json_object());

	if (a->body != SMTP_BODY_7BIT)
		set(o, "body", text_of(a->body == SMTP_BODY_8BITMIME ? "8bitmime" : "binarymime"));
	if (a->is_utf8)
		set(o, "smtputf8", json_true());
	if (a->requires_tls)
		set(o, "require_tls", json_true());
	if (a->tls_optional)
		set(o, "tls_optional", json_true());
	if (a->ret != SMTP_RET_UNSAID)
		set(o, "return", text_of(a->ret == SMTP_RET_FULL ? "full" : "header"));
	if (a->envid.len != 0)
		set(o, "envelope_id", slice_text(a->envid));
	if (a->auth.len != 0)
		set(o, "auth", slice_text(a->auth));
	if (a->hold_until_unix_s != 0)
		set(o, "held_until", time_of(a->hold_until_unix_s * 1000));
	set_by(o, a);
	if (a->has_priority)
		set(o, "priority", must(json_integer(a->priority)));
	return o;
}

static json_t *
notify_of(unsigned notify)
{
	static const struct {
		unsigned bit;
		const char *word;
	} words[] = { { SMTP_NOTIFY_NEVER, "never" }, { SMTP_NOTIFY_SUCCESS, "success" },
		{ SMTP_NOTIFY_FAILURE, "failure" }, { SMTP_NOTIFY_DELAY, "delay" } };
	json_t *list = must(json_array());

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if ((notify & words[i].bit) != 0 &&
		    json_array_append_new(list, text_of(words[i].word)) < 0)
			abort();
	return list;
}

static void
set_asked_for(json_t *o, const struct queue_recipient *r)
{
	if (r->asked.notify != 0)
		set(o, "notify", notify_of(r->asked.notify));
	if (r->asked.orcpt.len != 0)
		set(o, "original_recipient", slice_text(r->asked.orcpt));
	if (r->notices != 0)
		set(o, "delay_reported", json_true());
}

static json_t *
recipient_of(const struct queue_recipient *r)
{
	json_t *o = must(json_object());

	set(o, "address", text_of(r->address));
	set(o, "state", text_of(queue_view_state(r)));
	if (r->state == STORE_RECIPIENT_DUE)
		set(o, "next_try", time_of(r->due_unix_ms));
	if (r->route[0] != '\0') { /* the history keeps neither */
		set(o, "next_hop", text_of(r->route));
		set(o, "attempts", must(json_integer(r->attempts)));
	}
	set(o, "code", r->code == 0 ? must(json_null()) : must(json_integer(r->code)));
	set(o, "enhanced_code", enhanced_of(r->enhanced));
	set(o, "host", text_of(r->host));
	set(o, "peer_text", text_of(r->peer_text));
	set(o, "reason", text_of(r->reason));
	set_asked_for(o, r);
	return o;
}

void
queue_view_print_json(const struct queue_message *m)
{
	json_t *o = must(json_object()), *recipients = must(json_array());
	char id[MESSAGE_ID_TEXT_LEN + 1];

	message_id_print(m->id, id);
	set(o, "id", text_of(id));
	set(o, "arrived", time_of(m->created_unix_ms));
	if (m->settled_unix_ms != 0)
		set(o, "settled", time_of(m->settled_unix_ms));
	set(o, "size", must(json_integer((json_int_t)m->size)));
	set(o, "account", text_of(m->account));
	set(o, "sender", text_of(m->sender));
	if (m->settled_unix_ms == 0)
		set(o, "asked_for", asked_of(&m->asked));
	for (size_t i = 0; i < m->recipient_count; i++)
		if (json_array_append_new(recipients, recipient_of(&m->recipients[i])) < 0)
			abort();
	set(o, "recipients", recipients);
	(void)json_dumpf(o, stdout, JSON_INDENT(2));
	json_decref(o);
}
