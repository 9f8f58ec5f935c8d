/* SPDX-License-Identifier: Apache-2.0 */
/* naming.c - what can become of a name */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "naming.h"

#include "fixture.h"
#include "net/address.h"

void
naming_find_nothing(struct doctor_facts *facts, enum probe_name_end v4, enum probe_name_end v6)
{
	facts->name.address_count = 0;
	facts->name.v4.end = v4;
	facts->name.v6.end = v6;
}

void
naming_deny(struct doctor_facts *facts)
{
	naming_find_nothing(facts, PROBE_NAME_NO_NAME, PROBE_NAME_NO_NAME);
}

void
naming_fail(struct doctor_facts *facts)
{
	naming_find_nothing(facts, PROBE_NAME_FAILED, PROBE_NAME_FAILED);
}

/* One resolver, which has answered or has not. */
void
naming_time_out(struct doctor_facts *facts, bool is_answered)
{
	naming_find_nothing(facts, PROBE_NAME_TIMEOUT, PROBE_NAME_TIMEOUT);
	facts->name.resolver_count = 1;
	facts->name.resolvers[0] = (struct probe_resolver_state){ .ip = fixture_ip("10.0.0.1"),
		.is_udp_answered = is_answered };
}

void
naming_lose_resolver(struct doctor_facts *facts)
{
	naming_time_out(facts, false);
}

void
naming_forge(struct doctor_facts *facts)
{
	naming_find_nothing(facts, PROBE_NAME_BOGUS, PROBE_NAME_FAILED);
}

void
naming_filter(struct doctor_facts *facts)
{
	facts->name.is_filtered = true;
	assert_true(net_address_parse("0.0.0.0", 0, &facts->name.addresses[0]));
}
