/* SPDX-License-Identifier: Apache-2.0 */
/* judge_path.c - do full segments get through to the server? */
#include "doctor/judge.h"

#include "doctor/view.h"
#include "doctor/words.h"

/* In a hole for large packets each of them is lost; losing one or two is chance. */
enum { RETRANSMITS_MIN = 3 };

/* Of the SYNs that were sent to that address, to the ports where one was answered in the end. */
struct loss {
	unsigned sent, lost;
};

static struct loss
count_loss(const struct doctor_judging *j)
{
	struct loss loss = { 0 };

	for (size_t i = 0; i < j->facts->probe_count; i++) {
		const struct doctor_probe *p = &j->facts->probes[i];

		if (!doctor_view_is_answered(p) ||
		    !doctor_view_same_ip(&p->address, &j->probe->address))
			continue;
		loss.sent += p->dialog.tcp.retransmits + 1;
		loss.lost += p->dialog.tcp.retransmits;
	}
	return loss;
}

/* One in four of the smallest packets there are: then size does not explain what else is lost. */
static bool
is_lossy(const struct loss *loss)
{
	return loss->lost * 4 >= loss->sent && loss->lost >= 2;
}

static struct doctor_finding *
find_lossy(const struct doctor_judging *j)
{
	const struct probe_bulk *b = &j->probe->dialog.bulk;
	const struct loss loss = count_loss(j);
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u works up to the login, but packets get lost on the way: whether mail goes out "
	    "cannot be said.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f,
	    "Of %u octets sent at once %u were not yet acknowledged when the time was over, after "
	    "%u retransmission%s in a row.",
	    (unsigned)b->sent_len, (unsigned)b->unsent_len, b->retransmits,
	    b->retransmits == 1 ? "" : "s");
	if (is_lossy(&loss))
		doctor_finding_prove(f,
		    "Small packets are lost as well: %u of %u SYNs to this address had no answer.",
		    loss.lost, loss.sent);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/*
 * All had arrived. A server that hangs up with something unread resets the connection, and one that
 * has enough of NOOPs may.
 */
static void
warn_of_reset(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "connection-lost", DOCTOR_WARNING);

	doctor_finding_say(f,
	    "The connection to port %u was reset when 4 KB of commands that do nothing (NOOP) were "
	    "sent; up to there all was well.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "The %u octets had all been acknowledged.",
	    (unsigned)j->probe->dialog.bulk.sent_len);
	doctor_finding_exclude(f, "The server may not like them, or something on the way cuts the "
				  "connection; --to submits a message and makes sure.");
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
}

static struct doctor_finding *
find_lost(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "connection-lost", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "The connection to port %u is lost as soon as more than a few lines are sent.",
	    (unsigned)j->probe->port);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

static struct doctor_finding *
find_narrow(const struct doctor_judging *j, bool is_certain)
{
	struct doctor_finding *f = doctor_judge_find(j, "path-mtu-out", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Large packets to the server are lost on the way: short dialogs work on port %u, mail "
	    "does not go out.",
	    (unsigned)j->probe->port);
	doctor_finding_doubt(f, is_certain ? DOCTOR_CERTAIN : DOCTOR_LIKELY);
	return f;
}

static void
prove_bulk(const struct doctor_judging *j, bool is_cured, struct doctor_finding *f)
{
	const struct probe_bulk *bulk = &j->probe->dialog.bulk;

	doctor_finding_prove(f,
	    "Of %u octets sent at once %u were never acknowledged, after %u retransmissions; the "
	    "MTU of the way is taken to be %u.",
	    (unsigned)bulk->sent_len, (unsigned)bulk->unsent_len, bulk->retransmits, bulk->mtu);
	if (is_cured)
		doctor_finding_prove(f, "With small segments the same octets arrive.");
	else if (j->probe->small != NULL && j->probe->small->is_tried)
		doctor_finding_prove(f, "With small segments they do not arrive either.");
}

struct doctor_finding *
doctor_judge_path(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *d = &j->probe->dialog, *small = j->probe->small;
	const enum probe_stage_end end = d->stages[PROBE_STAGE_BULK].end;
	const bool is_cured =
	    small != NULL && small->stages[PROBE_STAGE_BULK].end == PROBE_STAGE_PASSED;
	const struct loss loss = count_loss(j);
	struct doctor_finding *f;

	if (end != PROBE_STAGE_TIMEOUT && end != PROBE_STAGE_RESET && end != PROBE_STAGE_CLOSED)
		return NULL;
	/*
	 * It came through. That the server takes its time to answer, or takes leave of one who
	 * says NOOP, is its right.
	 */
	if (d->bulk.unsent_len == 0 && !is_cured) {
		if (end == PROBE_STAGE_RESET)
			warn_of_reset(j);
		return NULL;
	}
	if (end == PROBE_STAGE_TIMEOUT && !is_cured &&
	    (d->bulk.retransmits < RETRANSMITS_MIN || is_lossy(&loss)))
		return find_lossy(j);
	f = end != PROBE_STAGE_TIMEOUT ? find_lost(j)
				       : find_narrow(j, is_cured && !is_lossy(&loss));
	prove_bulk(j, is_cured, f);
	return f;
}
