/* SPDX-License-Identifier: Apache-2.0 */
/* words.h - addresses, hops, dates, replies in the words of a report. Values, nothing to free. */
#ifndef DOCTOR_WORDS_H
#define DOCTOR_WORDS_H

#include <stdint.h>

#include "doctor/facts.h"

struct doctor_words {
	char text[256];
};

/* "192.0.2.1:587", "[2001:db8::1]:587" */
struct doctor_words doctor_words_endpoint(const struct doctor_probe *p);
/* "192.0.2.1" */
struct doctor_words doctor_words_ip(const struct ip *ip);
struct doctor_words doctor_words_address(const struct net_address *address);
/* "1 hop away", "2 hops away" */
struct doctor_words doctor_words_hops(unsigned hop_count);
/* "10.0.0.1 (your router)", "100.64.3.1 (in your provider's network)": what is known of it. */
struct doctor_words doctor_words_who(const struct doctor_facts *facts, const struct ip *who);
/* "2026-11-22" (UTC) */
struct doctor_words doctor_words_date(int64_t unix_s);
/* "0.3 ms", "120 ms", "3.1 s" */
struct doctor_words doctor_words_time(uint64_t us);
/* "ICMP 3/13 (administratively prohibited)" */
struct doctor_words doctor_words_icmp(const struct probe_icmp *icmp);
/* "535 5.7.8 Authentication failed": of a stage; cut */
struct doctor_words doctor_words_reply(const struct probe_stage_fact *stage);
/* "mail.example.net", or the address when that was asked for */
const char *doctor_words_host(const struct doctor_facts *facts);

#endif
