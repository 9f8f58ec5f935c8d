/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/report.h"

#include <stdio.h>

#include "message/message_id.h"
#include "util/log.h"

enum { ENHANCED_SIZE = sizeof "65535.65535.65535" };

static void
log_verdict(struct log_line *l, const struct smtp_verdict *v)
{
	char enhanced[ENHANCED_SIZE];

	log_text(l, "host", v->host);
	log_text(l, "class", smtp_verdict_class_name(v->class));
	if (v->code != 0)
		log_number(l, "code", v->code);
	if (v->enhanced[0] != 0) {
		(void)snprintf(enhanced, sizeof enhanced, "%u.%u.%u", (unsigned)v->enhanced[0],
		    (unsigned)v->enhanced[1], (unsigned)v->enhanced[2]);
		log_text(l, "enhanced", enhanced);
	}
	log_text(l, "reason", v->reason);
	log_text(l, "peer_text", v->peer_text);
}

void
delivery_report_job(const struct delivery_job *job, uint64_t now_ms)
{
	char queue_id[MESSAGE_ID_TEXT_LEN + 1];
	struct log_line l;

	message_id_print(job->message_id, queue_id);
	for (size_t i = 0; i < job->recipient_count; i++) {
		log_begin(&l, LOG_LEVEL_INFO, "delivery");
		log_text(&l, "message", queue_id);
		log_slice(&l, "recipient", job->recipients[i]);
		log_slice(&l, "next_hop", job->next_hop);
		log_verdict(&l, &job->verdicts[i]);
		log_number(&l, "job_ms", now_ms - job->received_ms);
		log_end(&l);
	}
}

void
delivery_report_hop_down(const char *next_hop, const struct smtp_verdict *v, uint64_t retry_ms)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_WARNING, "next-hop-down");
	log_text(&l, "next_hop", next_hop);
	log_verdict(&l, v);
	log_number(&l, "retry_ms", retry_ms);
	log_end(&l);
}
