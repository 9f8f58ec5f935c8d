/* SPDX-License-Identifier: Apache-2.0 */
/* explain_json.c - explained messages for programs */
#include <stdlib.h>

#include "cli/explain_view.h"
#include "doctor/printable.h"

enum {
	SCHEMA = 1,
	TEXT_MAX = 4096,
	MATCHED_MAX = 1000,
	PRINTABLE_MAX = 2 * TEXT_MAX,
};

static void
set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		abort();
}

static json_t *
make_text(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
make_filled(const char *text, const struct explain_words *words)
{
	struct buf filled;
	json_t *json;

	buf_init(&filled, TEXT_MAX);
	explain_cause_fill(text, words, &filled);
	json = json_stringn((const char *)filled.ptr, filled.len);
	buf_done(&filled);
	return json == NULL ? json_null() : json;
}

/* What is no UTF-8 or would act on a terminal is made visible. */
static json_t *
make_matched(struct slice matched)
{
	struct buf text, printable;
	json_t *json;

	buf_init(&text, MATCHED_MAX + 1);
	buf_init(&printable, PRINTABLE_MAX);
	(void)buf_add_slice(
	    &text, slice_first(matched, matched.len < MATCHED_MAX ? matched.len : MATCHED_MAX));
	(void)buf_add_octet(&text, '\0');
	doctor_printable_add(&printable, (const char *)text.ptr, MATCHED_MAX, false);
	json = json_stringn((const char *)printable.ptr, printable.len);
	buf_done(&text);
	buf_done(&printable);
	return json == NULL ? json_null() : json;
}

static json_t *
make_advice(const struct explain_cause *cause, const struct explain_words *words)
{
	json_t *advice = json_object();

	set(advice, "user", make_filled(cause->advice[EXPLAIN_USER], words));
	set(advice, "administrator", make_filled(cause->advice[EXPLAIN_ADMINISTRATOR], words));
	set(advice, "developer", make_filled(cause->advice[EXPLAIN_DEVELOPER], words));
	return advice;
}

static json_t *
make_cause(const struct explain_result *r, const struct explain_words *words)
{
	json_t *cause = json_object();

	set(cause, "cause", json_string(r->cause->id));
	set(cause, "class", json_string(explain_class_name(r->cause->class)));
	set(cause, "title", make_filled(r->cause->title, words));
	set(cause, "advice", make_advice(r->cause, words));
	set(cause, "command", make_filled(r->cause->decide, words));
	set(cause, "reference", make_text(r->cause->reference));
	set(cause, "evidence", json_string(explain_evidence_name(r->evidence)));
	set(cause, "message", make_text(r->message_id));
	set(cause, "source", make_text(r->source));
	set(cause, "line", json_integer((json_int_t)r->line));
	set(cause, "matched", make_matched(r->matched));
	set(cause, "note", make_text(r->note));
	return cause;
}

static json_t *
make_port(const char *text)
{
	uint64_t port;

	return slice_to_u64(slice_of(text), UINT16_MAX, &port) ? json_integer((json_int_t)port)
							       : json_null();
}

static json_t *
make_enhanced(const uint16_t code[3])
{
	return code[0] == 0 ? json_null() : json_sprintf("%d.%d.%d", code[0], code[1], code[2]);
}

json_t *
explain_view_json(const struct explain_answer *answer)
{
	const struct explain_words words = explain_view_words(answer);
	json_t *json = json_object(), *causes = json_array();

	for (size_t i = 0; i < answer->count; i++)
		if (json_array_append_new(causes, make_cause(&answer->results[i], &words)) != 0)
			abort();
	set(json, "schema", json_integer(SCHEMA));
	set(json, "explained", json_boolean(answer->count > 0));
	set(json, "host", make_text(answer->host));
	set(json, "port", make_port(answer->port));
	set(json, "user", make_text(answer->user));
	set(json, "code", answer->code == 0 ? json_null() : json_integer(answer->code));
	set(json, "enhanced_code", make_enhanced(answer->enhanced));
	set(json, "causes", causes);
	return json;
}
