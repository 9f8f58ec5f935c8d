/* SPDX-License-Identifier: Apache-2.0 */
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/alloc.h"

enum { PATIENCE_MS = 20000, TOTAL_MS = 40000, LINES_MAX = 256 * 1024 };

int
talk_set_up(void **state)
{
	const struct certificate_spec root = { .subject = "Test Root", .is_authority = true };
	const struct certificate_spec leaf = { .names = "DNS:mail.example" };
	struct talk *t = xcalloc(1, sizeof *t);

	t->base = event_base_new();
	t->root = certificate_make(&root, NULL);
	t->leaf = certificate_make(&leaf, &t->root);
	t->roots = certificate_store(&t->root);
	t->tls = certificate_server(&t->leaf, NULL, NULL);
	buf_init(&t->lines, LINES_MAX);
	buf_init(&t->verdicts, LINES_MAX);
	*state = t;
	return 0;
}

int
talk_tear_down(void **state)
{
	struct talk *t = *state;

	SSL_CTX_free(t->tls);
	X509_STORE_free(t->roots);
	certificate_done(&t->root);
	certificate_done(&t->leaf);
	buf_done(&t->lines);
	buf_done(&t->verdicts);
	event_base_free(t->base);
	free(t);
	return 0;
}

static void
on_line(void *arg, bool is_ours, struct slice line)
{
	struct talk *t = arg;

	(void)buf_add_text(&t->lines, is_ours ? "C: " : "S: ");
	(void)buf_add_slice(&t->lines, line);
	(void)buf_add_octet(&t->lines, '\n');
}

static void
on_recipient(void *arg, size_t index, const struct smtp_verdict *v)
{
	struct talk *t = arg;

	(void)buf_addf(&t->verdicts, "%zu %s %u\n", index, smtp_verdict_class_name(v->class),
	    (unsigned)v->code);
}

static void
on_done(void *arg, const struct probe_dialog_facts *facts)
{
	struct talk *t = arg;

	t->facts = *facts;
	t->dialog = NULL;
	t->is_done = true;
}

struct probe_dialog_options
talk_options(struct talk *t, enum probe_dialog_goal goal, enum probe_dialog_mode mode)
{
	static struct slice recipient;

	recipient = slice_of("r@example.org");
	return (struct probe_dialog_options){
		.goal = goal,
		.mode = mode,
		.name = "mail.example",
		.hostname = "client.example",
		.roots = t->roots,
		.sender = slice_of("s@example.org"),
		.recipients = &recipient,
		.recipient_count = 1,
		.message = slice_of("Subject: x\r\n\r\ntext\r\n"),
		.connect_ms = PATIENCE_MS,
		.greeting_ms = PATIENCE_MS,
		.command_ms = PATIENCE_MS,
		.total_ms = TOTAL_MS,
		.on_line = on_line,
		.line_arg = t,
		.on_recipient = on_recipient,
		.recipient_arg = t,
	};
}

/* The dialog may be through before the server has seen its end. */
static void
settle(struct talk *t, const struct peer *p)
{
	for (int i = 0; i < 1000 && p->conn != NULL && *p->at != '\0'; i++)
		(void)event_base_loop(t->base, EVLOOP_NONBLOCK);
}

static void
begin(struct talk *t)
{
	t->is_done = false;
	buf_clear(&t->lines);
	buf_clear(&t->verdicts);
}

static void
play(struct talk *t, struct peer *peer, const struct probe_dialog_options *options)
{
	begin(t);
	t->dialog = probe_dialog_start(t->base, &peer->address, options, on_done, t);
	while (!t->is_done)
		(void)event_base_loop(t->base, EVLOOP_ONCE);
	settle(t, peer);
	peer_check(peer);
	peer_done(peer);
}

void
talk_play(struct talk *t, const char *script, const struct probe_dialog_options *options)
{
	struct peer peer;

	peer_init(&peer, t->base, t->tls, script);
	play(t, &peer, options);
}

void
talk_play_on(struct talk *t, const char *script, const struct probe_dialog_options *options, int fd,
    const struct net_address *address)
{
	struct peer peer;

	peer_init_on(&peer, t->base, t->tls, script, fd, address);
	play(t, &peer, options);
}

void
talk_call_nobody(struct talk *t, const struct probe_dialog_options *options)
{
	struct peer peer;

	begin(t);
	peer_init(&peer, t->base, NULL, "");
	peer_done(&peer);
	(void)probe_dialog_start(t->base, &peer.address, options, on_done, t);
	while (!t->is_done)
		(void)event_base_loop(t->base, EVLOOP_ONCE);
}

void
talk_cancel(struct talk *t, const char *script, const struct probe_dialog_options *options,
    enum probe_stage stage)
{
	struct probe_dialog *dialog;
	struct peer peer;

	begin(t);
	peer_init(&peer, t->base, t->tls, script);
	dialog = probe_dialog_start(t->base, &peer.address, options, on_done, t);
	while (probe_dialog_stage(dialog) != stage)
		(void)event_base_loop(t->base, EVLOOP_ONCE);
	probe_dialog_cancel(&dialog);
	assert_null(dialog);
	(void)event_base_loop(t->base, EVLOOP_NONBLOCK);
	peer_done(&peer);
}

void
talk_stop(struct talk *t, const char *script, const struct probe_dialog_options *options,
    enum probe_stage stage)
{
	struct probe_dialog *dialog;
	struct peer peer;

	begin(t);
	peer_init(&peer, t->base, t->tls, script);
	dialog = probe_dialog_start(t->base, &peer.address, options, on_done, t);
	while (probe_dialog_stage(dialog) != stage)
		(void)event_base_loop(t->base, EVLOOP_ONCE);
	probe_dialog_stop(&dialog);
	assert_null(dialog);
	assert_true(t->is_done);
	peer_done(&peer);
}

void
talk_stop_second(struct talk *t, const char *script, const struct probe_dialog_options *options)
{
	struct probe_dialog *dialog;
	struct peer peer;

	begin(t);
	peer_init(&peer, t->base, t->tls, script);
	dialog = probe_dialog_start(t->base, &peer.address, options, on_done, t);
	while (peer.accept_count < 2)
		(void)event_base_loop(t->base, EVLOOP_ONCE);
	probe_dialog_stop(&dialog);
	assert_null(dialog);
	assert_true(t->is_done);
	peer_done(&peer);
}

void
talk_check(const struct talk *t, enum probe_stage stage, enum probe_stage_end end)
{
	const struct probe_stage_fact *fact = &t->facts.stages[stage];

	if (fact->end != end)
		fail_msg("%s is %s, not %s: %u %s; %.*s", probe_stage_name(stage),
		    probe_stage_end_name(fact->end), probe_stage_end_name(end),
		    (unsigned)fact->code, fact->text, (int)t->lines.len,
		    (const char *)t->lines.ptr);
}

void
talk_check_lines(const struct talk *t, const char *lines)
{
	if (!slice_is(buf_slice(&t->lines), lines))
		fail_msg("lines: %.*s", (int)t->lines.len, (const char *)t->lines.ptr);
}
