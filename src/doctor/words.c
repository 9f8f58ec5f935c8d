/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "doctor/view.h"
#include "probe/icmp.h"
#include "util/octet.h"

enum { V4_AT = 12, DAY_SIZE = 16 };

struct doctor_words
doctor_words_ip(const struct ip *ip)
{
	struct doctor_words w;

	ip_print(ip, w.text);
	return w;
}

struct doctor_words
doctor_words_address(const struct net_address *address)
{
	struct ip ip;

	if (net_address_ip(address, &ip))
		return doctor_words_ip(&ip);
	return (struct doctor_words){ "no address" };
}

struct doctor_words
doctor_words_endpoint(const struct doctor_probe *p)
{
	const struct doctor_words bare = doctor_words_address(&p->address);
	const bool is_v6 = strchr(bare.text, ':') != NULL;
	struct doctor_words w;

	(void)snprintf(
	    w.text, sizeof w.text, is_v6 ? "[%.64s]:%u" : "%.64s:%u", bare.text, (unsigned)p->port);
	return w;
}

struct doctor_words
doctor_words_hops(unsigned hop_count)
{
	struct doctor_words w;

	(void)snprintf(
	    w.text, sizeof w.text, "%u hop%s away", hop_count, hop_count == 1 ? "" : "s");
	return w;
}

/* What its address says of a machine on the way; NULL: nothing. */
static const char *
place_address(const struct ip *who)
{
	const uint8_t *o = who->octets + V4_AT;

	if (!ip_is_v4(who))
		return (who->octets[0] & 0xfe) == 0xfc ? "a private address" : NULL;
	if (o[0] == 10 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168))
		return "a private address";
	if (o[0] == 100 && (o[1] & 0xc0) == 64)
		return "an address inside a provider's network";
	return NULL;
}

struct doctor_words
doctor_words_who(const struct doctor_facts *facts, const struct ip *who)
{
	const struct doctor_words bare = doctor_words_ip(who);
	const char *what = place_address(who);
	struct doctor_words w;

	if (probe_host_owns(&facts->machine, who))
		what = "this machine";
	else if (doctor_view_is_gateway(facts, who))
		what = "your router";
	else if (doctor_view_is_target(facts, who))
		what = "the server's own address";
	if (what == NULL)
		return bare;
	(void)snprintf(w.text, sizeof w.text, "%.64s (%s)", bare.text, what);
	return w;
}

struct doctor_words
doctor_words_date(int64_t unix_s)
{
	const time_t at = unix_s;
	struct doctor_words w;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL || strftime(w.text, DAY_SIZE, "%Y-%m-%d", &tm) == 0)
		return (struct doctor_words){ "a day that no calendar has" };
	return w;
}

struct doctor_words
doctor_words_time(uint64_t us)
{
	struct doctor_words w;

	if (us < 100)
		(void)snprintf(w.text, sizeof w.text, "0.%02u ms", (unsigned)us / 10);
	else if (us < 10000)
		(void)snprintf(
		    w.text, sizeof w.text, "%" PRIu64 ".%" PRIu64 " ms", us / 1000, us / 100 % 10);
	else if (us < 1000000)
		(void)snprintf(w.text, sizeof w.text, "%" PRIu64 " ms", us / 1000);
	else
		(void)snprintf(w.text, sizeof w.text, "%" PRIu64 ".%" PRIu64 " s", us / 1000000,
		    us / 100000 % 10);
	return w;
}

struct doctor_words
doctor_words_icmp(const struct probe_icmp *icmp)
{
	struct doctor_words w;

	(void)snprintf(w.text, sizeof w.text, "%s %u/%u (%s)", icmp->is_v6 ? "ICMPv6" : "ICMP",
	    (unsigned)icmp->type, (unsigned)icmp->code, probe_icmp_name(icmp));
	return w;
}

struct doctor_words
doctor_words_reply(const struct probe_stage_fact *stage)
{
	struct doctor_words w = { "" };

	const bool has_code =
	    octet_is_digit(stage->text[0]) && strtoul(stage->text, NULL, 10) == stage->code;

	if (stage->code == 0 || has_code)
		(void)snprintf(w.text, sizeof w.text, "%.200s", stage->text);
	else
		(void)snprintf(
		    w.text, sizeof w.text, "%u %.200s", (unsigned)stage->code, stage->text);
	w.text[strcspn(w.text, "\n")] = '\0';
	return w;
}

const char *
doctor_words_host(const struct doctor_facts *facts)
{
	return facts->host;
}
