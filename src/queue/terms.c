/* SPDX-License-Identifier: Apache-2.0 */
#include "queue/terms.h"

uint64_t
queue_terms_start(const struct smtp_mail_params *mail, uint64_t created_unix_ms)
{
	uint64_t release_unix_s = mail->hold_until_unix_s;

	if (release_unix_s > QUEUE_NEVER / 1000)
		return QUEUE_NEVER;
	return release_unix_s * 1000 > created_unix_ms ? release_unix_s * 1000 : created_unix_ms;
}

static uint64_t
by_time(const struct smtp_mail_params *mail)
{
	if (mail->by_unix_s <= 0)
		return 0;
	return (uint64_t)mail->by_unix_s > QUEUE_NEVER / 1000 ? QUEUE_NEVER
							      : (uint64_t)mail->by_unix_s * 1000;
}

uint64_t
queue_terms_end(const struct smtp_mail_params *mail)
{
	return mail->by == SMTP_BY_RETURN ? by_time(mail) : QUEUE_NEVER;
}

/* Only who asked for it (RFC 3461 §5.2.5 leaves it to us where NOTIFY is missing). */
static uint64_t
late_at(const struct queue_terms *t, const struct config_queue *c)
{
	uint64_t start_unix_ms = queue_terms_start(t->mail, t->created_unix_ms);

	if (c->delay_notice_ms == 0 || (t->notify & SMTP_NOTIFY_DELAY) == 0 ||
	    (t->notices & QUEUE_NOTICE_LATE) != 0 ||
	    start_unix_ms > QUEUE_NEVER - c->delay_notice_ms)
		return QUEUE_NEVER;
	return start_unix_ms + c->delay_notice_ms;
}

/* RFC 2852 §4.1.3: by-mode N, and NOTIFY is missing or has DELAY. */
static uint64_t
by_notice_at(const struct queue_terms *t)
{
	if (t->mail->by != SMTP_BY_NOTIFY || (t->notices & QUEUE_NOTICE_BY) != 0 ||
	    (t->notify != 0 && (t->notify & SMTP_NOTIFY_DELAY) == 0))
		return QUEUE_NEVER;
	return by_time(t->mail);
}

/* The notice on BY says all that the other one would say, which so need not follow. */
uint32_t
queue_terms_notices(const struct queue_terms *t, const struct config_queue *c, uint64_t now_unix_ms)
{
	if (now_unix_ms >= by_notice_at(t))
		return QUEUE_NOTICE_BY | QUEUE_NOTICE_LATE;
	return now_unix_ms >= late_at(t, c) ? QUEUE_NOTICE_LATE : 0;
}

static uint64_t
earlier_after(uint64_t best, uint64_t at, uint64_t now_unix_ms)
{
	return at > now_unix_ms && at < best ? at : best;
}

uint64_t
queue_terms_next(const struct queue_terms *t, const struct config_queue *c, uint64_t now_unix_ms)
{
	uint64_t next = earlier_after(QUEUE_NEVER, queue_terms_end(t->mail), now_unix_ms);

	next = earlier_after(next, late_at(t, c), now_unix_ms);
	return earlier_after(next, by_notice_at(t), now_unix_ms);
}

/* RFC 3461 §5.2.2, §5.2.6, RFC 2852 §4.1.2 */
enum queue_report
queue_terms_on_failure(const struct queue_terms *t)
{
	return t->notify == 0 || (t->notify & SMTP_NOTIFY_FAILURE) != 0 ? QUEUE_REPORT_FAILED
									: QUEUE_REPORT_NONE;
}

/* Does RFC 2852 §4.1.4, §4.1.4.2 want a report of passing it on, whatever NOTIFY says but NEVER? */
static bool
by_wants_relayed(const struct queue_terms *t, const struct smtp_verdict *v, uint64_t now_unix_ms)
{
	if (t->mail->by == SMTP_BY_UNSAID || (t->notify & SMTP_NOTIFY_NEVER) != 0)
		return false;
	return t->mail->by_trace ||
	       (t->mail->by == SMTP_BY_NOTIFY && !v->by_passed && now_unix_ms < by_time(t->mail));
}

/* RFC 3461 §5.2.1, §5.2.2, §5.2.3, RFC 2852 §4.1.1 */
enum queue_report
queue_terms_on_success(
    const struct queue_terms *t, const struct smtp_verdict *v, bool is_lmtp, uint64_t now_unix_ms)
{
	bool is_owed = (t->notify & SMTP_NOTIFY_SUCCESS) != 0 && !v->dsn_passed;

	if (is_lmtp)
		return is_owed ? QUEUE_REPORT_DELIVERED : QUEUE_REPORT_NONE;
	return is_owed || by_wants_relayed(t, v, now_unix_ms) ? QUEUE_REPORT_RELAYED
							      : QUEUE_REPORT_NONE;
}
