/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/send_report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/send_reason.h"
#include "cli/words.h"
#include "util/ip.h"

enum {
	LINE_SHOWN_MAX = 2048, /* octets of a line of a transcript */
};

static FILE *
transcript(const struct cli_send *s)
{
	return s->is_json || s->speaks_smtp ? stderr : stdout;
}

static void
on_address(void *arg, const struct net_address *address)
{
	const struct cli_send *s = (const struct cli_send *)arg;
	char text[IP_TEXT_SIZE] = "?";
	struct ip ip;

	if (net_address_ip(address, &ip))
		ip_print(&ip, text);
	(void)fprintf(transcript(s), "=== %s port %u\n", text, (unsigned)s->settings.port);
}

/* Peers write what they like; a terminal must not do what they say. */
static void
on_line(void *arg, bool is_ours, struct slice line)
{
	const struct cli_send *s = (const struct cli_send *)arg;
	char text[LINE_SHOWN_MAX + 1];
	size_t len = 0;

	for (; len < line.len && len < LINE_SHOWN_MAX; len++) {
		text[len] = (char)line.ptr[len];
		if (text[len] == '\0')
			text[len] = '?';
	}
	text[len] = '\0';
	(void)fputs(is_ours ? "-> " : "<- ", transcript(s));
	cli_words_print(transcript(s), text);
	(void)fputc('\n', transcript(s));
}

void
cli_send_show_transcript(struct cli_send *s)
{
	s->job.on_line = on_line;
	s->job.on_address = on_address;
	s->job.arg = s;
}

/* Null for NULL, and for what is no UTF-8. */
static json_t *
make_text(const char *text)
{
	json_t *json = text == NULL || text[0] == '\0' ? NULL : json_string(text);

	return json == NULL ? json_null() : json;
}

static json_t *
make_recipient(const struct slice *address, const struct smtp_verdict *v)
{
	json_t *json = json_pack("{s:o, s:s, s:i}", "address",
	    json_stringn((const char *)address->ptr, address->len), "result",
	    smtp_verdict_class_name(v->class), "code", (int)v->code);

	if (json == NULL)
		abort();
	(void)json_object_set_new(json, "reply", make_text(v->peer_text));
	(void)json_object_set_new(json, "reason", make_text(v->reason));
	return json;
}

static json_t *
make_stage(const struct probe_stage_fact *fact, enum probe_stage stage)
{
	json_t *json = json_pack("{s:s, s:s, s:f, s:i}", "stage", probe_stage_name(stage), "end",
	    probe_stage_end_name(fact->end), "took_ms", (double)fact->took_us / 1000, "code",
	    (int)fact->code);

	if (json == NULL)
		abort();
	(void)json_object_set_new(json, "text", make_text(fact->text));
	return json;
}

static json_t *
make_stages(const struct probe_dialog_facts *facts)
{
	json_t *rows = json_array();

	for (size_t i = 0; facts != NULL && i < PROBE_STAGE_COUNT; i++)
		if (facts->stages[i].end != PROBE_STAGE_NOT_REACHED)
			(void)json_array_append_new(
			    rows, make_stage(&facts->stages[i], (enum probe_stage)i));
	return rows;
}

static void
print_json(const struct cli_send *s, const struct send_result *result)
{
	const char *id = result->facts == NULL ? NULL : result->facts->queue_id;
	json_t *recipients = json_array(), *json;
	char address[IP_TEXT_SIZE] = "";
	struct ip ip;

	for (size_t i = 0; i < result->verdict_count; i++)
		(void)json_array_append_new(
		    recipients, make_recipient(&s->recipients.list[i], &result->verdicts[i]));
	if (result->has_address && net_address_ip(&result->address, &ip))
		ip_print(&ip, address);
	json = json_pack("{s:i, s:b, s:i, s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "schema", 1, "sent",
	    (int)(result->taken_count > 0), "exit_code", result->exit_code, "text", result->words,
	    "server", s->settings.server, "port", (int)s->settings.port, "address",
	    make_text(address), "queue_id", make_text(id), "recipients", recipients, "stages",
	    make_stages(result->facts));
	if (json == NULL)
		abort();
	if (json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0)
		(void)putchar('\n');
	json_decref(json);
}

/* Each that was not taken: the sentence has named one reply at most. */
static void
print_recipients(const struct cli_send *s, const struct send_result *result)
{
	for (size_t i = 0; i < result->verdict_count; i++) {
		const struct smtp_verdict *v = &result->verdicts[i];

		if (v->class == SMTP_VERDICT_DELIVERED)
			continue;
		(void)fprintf(stderr, "  %.*s: ", (int)s->recipients.list[i].len,
		    (const char *)s->recipients.list[i].ptr);
		if (v->code != 0)
			(void)fprintf(stderr, "%u ", (unsigned)v->code);
		cli_words_print(stderr, v->peer_text != NULL ? v->peer_text
					: v->reason != NULL  ? v->reason
							     : "not taken");
		(void)fputc('\n', stderr);
	}
}

/* Who logs in may send as that user only; what cron and programs run as is hardly one of them. */
static void
suggest_sender(const struct cli_send *s, const struct send_result *result)
{
	const bool is_refused = result->taken_count == 0 && result->facts != NULL &&
				result->facts->stages[PROBE_STAGE_MAIL].end == PROBE_STAGE_REFUSED;
	const char *user = s->settings.user;

	if (!is_refused || !s->is_sender_caller || user == NULL)
		return;
	(void)fputs("The sender ", stderr);
	cli_words_print(stderr, s->sender);
	(void)fputs(" is who runs this program. Write into the settings whose mail it is:\n"
		    "  from = \"",
	    stderr);
	cli_words_print(stderr, strchr(user, '@') != NULL ? user : "ADDRESS");
	(void)fputs("\"\n", stderr);
}

void
cli_send_report(const struct cli_send *s, const struct send_result *result)
{
	if (s->is_json)
		print_json(s, result);
	else if (result->exit_code == EX_OK && !s->is_quiet)
		(void)puts(result->words);
	if (result->exit_code == EX_OK)
		return;
	if (!s->is_json)
		cli_complain("%s", result->words);
	print_recipients(s, result);
	suggest_sender(s, result);
	if (result->is_unreachable && s->explains && !s->is_explained)
		cli_send_tell_reason(s);
}
