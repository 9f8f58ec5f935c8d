/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_dialogs.h"
#include "client_param_dialogs.h"
#include "smtp/client.h"
#include "util/buf.h"

enum { TEXT_WHOLE, TEXT_BY_OCTET };

struct run {
	const struct dialog *t;
	struct smtp_client *c;
	struct buf out, result;
	size_t cut, fed; /* where the server's octets are cut; how many came */
	int text_mode, mails_left;
	uint64_t now_ms;
};

static void
stop(struct run *r, const char *why, const char *at)
{
	fail_msg("%s, cut at %zu: %s at '%.40s'; said '%.*s'; result '%.*s'", r->t->name, r->cut,
	    why, at, (int)r->out.len, (const char *)r->out.ptr, (int)r->result.len,
	    (const char *)r->result.ptr);
}

static const char *
or_default(const char *text, const char *fallback)
{
	return text == NULL ? fallback : text;
}

static void
begin_mail(struct run *r)
{
	struct slice list = slice_of(or_default(r->t->recipients, "r@y")), recipients[3];
	struct smtp_client_mail m = {
		.sender = slice_of(or_default(r->t->sender, "s@x")),
		.recipients = recipients,
		.size = strlen(or_default(r->t->text, "Hi\r\n")),
		.params = &r->t->params,
		.recipient_params = r->t->recipient_params,
		.now_unix_s = DIALOG_UNIX_S,
	};

	while (list.len > 0) {
		size_t len = slice_find(list, ' ');

		recipients[m.recipient_count++] = slice_first(list, len);
		list = slice_after(list, len < list.len ? len + 1 : len);
	}
	smtp_client_mail(r->c, &m, r->now_ms);
	r->mails_left--;
}

static void
add_verdict(struct run *r, const struct smtp_verdict *v)
{
	assert_true(buf_addf(&r->result, "%s %u %u.%u.%u %s|%s\n",
	    smtp_verdict_class_name(v->class), (unsigned)v->code, (unsigned)v->enhanced[0],
	    (unsigned)v->enhanced[1], (unsigned)v->enhanced[2], or_default(v->peer_text, "-"),
	    or_default(v->reason, "-")));
	assert_string_equal(v->host, "peer");
}

static void
take_result(struct run *r)
{
	const char *spaces = or_default(r->t->recipients, "r@y");
	size_t count = 1;

	for (; *spaces != '\0'; spaces++)
		count += *spaces == ' ';
	if (smtp_client_is_stale(r->c))
		(void)buf_add_text(&r->result, "stale\n");
	if (smtp_client_may_repeat(r->c))
		(void)buf_add_text(&r->result, "repeat\n");
	for (size_t i = 0; i < count; i++) {
		struct smtp_verdict v = smtp_client_verdict_take(r->c, i);

		add_verdict(r, &v);
		smtp_verdict_done(&v);
	}
	smtp_client_result_done(r->c, r->now_ms);
}

static void
take_output(struct run *r)
{
	struct slice out = smtp_client_output(r->c);

	(void)buf_add_slice(&r->out, out);
	smtp_client_output_taken(r->c, out.len);
}

static void
give_text(struct run *r)
{
	struct slice text = slice_of(or_default(r->t->text, "Hi\r\n"));

	if (r->text_mode == TEXT_WHOLE) {
		smtp_client_text(r->c, text, true, r->now_ms);
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		smtp_client_text(r->c, slice_first(slice_after(text, i), 1), false, r->now_ms);
		if (smtp_client_want(r->c) != SMTP_CLIENT_WANT_TEXT)
			return;
		take_output(r);
	}
	smtp_client_text(r->c, (struct slice){ NULL, 0 }, true, r->now_ms);
}

/* Answers every want but those that the dialog answers. */
static void
pump(struct run *r)
{
	enum smtp_client_want want = SMTP_CLIENT_WANT_NONE, last;

	do {
		last = want;
		take_output(r);
		want = smtp_client_want(r->c);
		if (want == SMTP_CLIENT_WANT_MAIL && r->mails_left > 0)
			begin_mail(r);
		else if (want == SMTP_CLIENT_WANT_MAIL)
			smtp_client_quit(r->c, r->now_ms);
		else if (want == SMTP_CLIENT_WANT_TEXT)
			give_text(r);
		else if (want == SMTP_CLIENT_WANT_RESULT)
			take_result(r);
	} while (want != last);
	take_output(r);
}

static void
feed_piece(struct run *r, const char *octets, size_t len)
{
	uint8_t *piece = malloc(len + (len == 0));
	size_t used = 0, n;

	assert_non_null(piece);
	memcpy(piece, octets, len);
	do {
		n = smtp_client_input(r->c, slice_make(piece + used, len - used), r->now_ms);
		used += n;
		pump(r);
	} while (n != 0 && used < len);
	free(piece);
	if (used != len)
		stop(r, "input was not read", octets);
	r->fed += len;
}

static void
feed_line(struct run *r, struct slice line)
{
	char octets[256];
	size_t len = line.len + 2, cut;

	memcpy(octets, line.ptr, line.len);
	octets[line.len] = '\r';
	octets[line.len + 1] = '\n';
	cut = r->cut > r->fed && r->cut < r->fed + len ? r->cut - r->fed : len;
	feed_piece(r, octets, cut);
	if (cut < len)
		feed_piece(r, octets + cut, len - cut);
}

static void
expect_line(struct run *r, struct slice line)
{
	struct slice said = buf_slice(&r->out);

	if (said.len < line.len + 2 || !slice_equal(slice_first(said, line.len), line) ||
	    memcmp(said.ptr + line.len, "\r\n", 2) != 0)
		stop(r, "did not say", (const char *)line.ptr);
	buf_drop(&r->out, line.len + 2);
}

static void
step(struct run *r, struct slice line)
{
	const char *at = (const char *)line.ptr;

	pump(r);
	if (slice_starts_nocase(line, "C: ")) {
		expect_line(r, slice_after(line, 3));
		return;
	}
	if (r->out.len != 0)
		stop(r, "said too much", at);
	if (slice_starts_nocase(line, "S: ")) {
		feed_line(r, slice_after(line, 3));
	} else if (slice_is(line, "TLS")) {
		if (smtp_client_want(r->c) != SMTP_CLIENT_WANT_TLS)
			stop(r, "did not want TLS", at);
		smtp_client_tls_done(r->c, true, r->now_ms);
	} else if (slice_is(line, "TLSANY")) {
		smtp_client_tls_done(r->c, false, r->now_ms);
	} else if (slice_is(line, "TLSFAIL")) {
		smtp_client_tls_failed(r->c, "bad certificate");
	} else if (slice_is(line, "END")) {
		smtp_client_end(r->c, "connection lost");
	} else {
		r->now_ms = smtp_client_deadline(r->c);
		smtp_client_timeout(r->c, r->now_ms);
	}
}

static struct smtp_client *
start(const struct dialog *t)
{
	const struct smtp_client_options options = {
		.hostname = "x",
		.host = "peer",
		.protocol = t->protocol,
		.tls = t->tls,
		.auth_user = slice_of(or_default(t->user, "")),
		.auth_secret = slice_of("secret"),
		.timeouts = SMTP_CLIENT_TIMEOUTS,
	};

	return smtp_client_new(&options, 1);
}

/* Returns the number of octets that the server said. */
static size_t
run_dialog(const struct dialog *t, size_t cut, int text_mode)
{
	struct run r = { .t = t, .cut = cut, .text_mode = text_mode, .now_ms = 1 };
	struct slice wire = slice_of(t->wire);
	const struct smtp_verdict *failure;

	buf_init(&r.out, 65536);
	buf_init(&r.result, 65536);
	r.c = start(t);
	r.mails_left = t->transactions;
	while (wire.len > 0) {
		size_t lf = slice_find(wire, '\n');

		step(&r, slice_first(wire, lf));
		wire = slice_after(wire, lf + 1);
	}
	pump(&r);
	failure = smtp_client_failure(r.c);
	if (failure != NULL) {
		(void)buf_add_text(&r.result, "failure ");
		add_verdict(&r, failure);
	}
	if (r.out.len != 0 || smtp_client_want(r.c) != SMTP_CLIENT_WANT_CLOSE)
		stop(&r, "did not end", "");
	if (!slice_is(buf_slice(&r.result), t->result))
		stop(&r, "another result", t->result);
	smtp_client_free(&r.c);
	buf_done(&r.out);
	buf_done(&r.result);
	return r.fed;
}

static void
check_at_every_cut(const struct dialog *t)
{
	size_t total = run_dialog(t, 0, TEXT_WHOLE);

	for (size_t cut = 1; cut < total; cut++)
		run_dialog(t, cut, cut % 2 == 0 ? TEXT_WHOLE : TEXT_BY_OCTET);
	run_dialog(t, 0, TEXT_BY_OCTET);
}

static void
test_every_dialog_is_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dialogs / sizeof dialogs[0]; i++)
		check_at_every_cut(&dialogs[i]);
}

static void
test_every_parameter_is_passed_on_where_it_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof param_dialogs / sizeof param_dialogs[0]; i++)
		check_at_every_cut(&param_dialogs[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_dialog_is_the_same_at_every_cut),
		cmocka_unit_test(test_every_parameter_is_passed_on_where_it_is_known),
	};

	return cmocka_run_group_tests_name("smtp/client", tests, NULL, NULL);
}
