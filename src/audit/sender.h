/* SPDX-License-Identifier: Apache-2.0 */
/* sender.h - the parts of the check of the sender's domain. Private to it. */
#ifndef AUDIT_SENDER_H
#define AUDIT_SENDER_H

#include "audit/dns.h"

#define AUDIT_NAME_SIZE (2 * NET_NAME_MAX)

void audit_check_spf(struct audit *a);
/* mx: of the domain. */
void audit_check_sts(struct audit *a, const struct audit_answer *mx);
void audit_check_tlsrpt(struct audit *a);
/* Of the texts those that begin with this version, as "v=DMARC1": how many, and the first. */
size_t audit_pick_tagged(
    const struct audit_answer *answer, const char *version, struct slice *ret_text);

#endif
