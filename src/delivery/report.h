/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - what delivery writes into the log. */
#ifndef DELIVERY_REPORT_H
#define DELIVERY_REPORT_H

#include "delivery/job.h"

/* event=delivery, one line for each recipient of a job that is done. */
void delivery_report_job(const struct delivery_job *job, uint64_t now_ms);
/* event=next-hop-down, when no connection can be had; retry_ms: when one will be tried again. */
void delivery_report_hop_down(
    const char *next_hop, const struct smtp_verdict *v, uint64_t retry_ms);

#endif
