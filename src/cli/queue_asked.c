/* SPDX-License-Identifier: Apache-2.0 */
/* queue_asked.c - what MAIL and RCPT asked for, in words for people. */
#include <stdio.h>

#include "cli/queue_view.h"
#include "cli/words.h"

struct phrases {
	FILE *out;
	const char *before; /* the first of them */
	size_t count;
};

static void
begin(struct phrases *p)
{
	(void)fputs(p->count++ == 0 ? p->before : "; ", p->out);
}

static void
add(struct phrases *p, const char *phrase)
{
	begin(p);
	(void)fputs(phrase, p->out);
}

static void
add_slice(struct phrases *p, const char *phrase, struct slice s)
{
	add(p, phrase);
	(void)fwrite(s.ptr, 1, s.len, p->out); /* printable: the parameter was parsed */
}

static void
add_time(struct phrases *p, const char *phrase, uint64_t unix_s)
{
	char words[CLI_WORDS_SIZE];

	add(p, phrase);
	cli_words_time(unix_s * 1000, words);
	(void)fputs(words, p->out);
}

static void
add_return(struct phrases *p, enum smtp_ret ret)
{
	switch (ret) {
	case SMTP_RET_UNSAID:
		break;
	case SMTP_RET_FULL:
		add(p, "the whole message in reports");
		break;
	case SMTP_RET_HDRS:
		add(p, "only the header in reports");
		break;
	}
}

static void
add_by(struct phrases *p, const struct smtp_mail_params *m)
{
	if (m->by == SMTP_BY_UNSAID)
		return;
	add_time(p, m->by == SMTP_BY_RETURN ? "returned after " : "a report after ",
	    m->by_unix_s > 0 ? (uint64_t)m->by_unix_s : 0);
	(void)fputs(m->by_trace ? ", and a report from each hop" : "", p->out);
}

void
queue_view_print_asked(const struct queue_message *m, const char *before)
{
	struct phrases p = { .out = stdout, .before = before };
	const struct smtp_mail_params *a = &m->asked;

	if (a->is_utf8)
		add(&p, "international mail (SMTPUTF8)");
	if (a->requires_tls)
		add(&p, "TLS all the way (REQUIRETLS)");
	if (a->tls_optional)
		add(&p, "delivery without TLS, too (TLS-Required: No)");
	add_return(&p, a->ret);
	if (a->envid.len != 0)
		add_slice(&p, "envelope id ", a->envid);
	if (a->auth.len != 0)
		add_slice(&p, "submitted first by ", a->auth);
	if (a->hold_until_unix_s != 0)
		add_time(&p, "held until ", a->hold_until_unix_s);
	add_by(&p, a);
	if (a->has_priority) {
		begin(&p);
		(void)printf("priority %d", a->priority);
	}
}

void
queue_view_print_asked_for(const struct queue_recipient *r, const char *before)
{
	struct phrases p = { .out = stdout, .before = before };
	const struct smtp_rcpt_params *a = &r->asked;

	if ((a->notify & SMTP_NOTIFY_NEVER) != 0)
		add(&p, "no reports");
	if ((a->notify & SMTP_NOTIFY_SUCCESS) != 0)
		add(&p, "a report on success");
	if ((a->notify & SMTP_NOTIFY_FAILURE) != 0)
		add(&p, "a report on failure");
	if ((a->notify & SMTP_NOTIFY_DELAY) != 0)
		add(&p, "a report on delay");
	if (a->orcpt.len != 0)
		add_slice(&p, "originally for ", a->orcpt);
	if (r->notices != 0)
		add(&p, "the sender was told of the delay");
}
