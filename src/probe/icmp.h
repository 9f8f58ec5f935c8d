/* SPDX-License-Identifier: Apache-2.0 */
/* icmp.h - what an ICMP message says (RFC 792, RFC 1812, RFC 4443), for people. */
#ifndef PROBE_ICMP_H
#define PROBE_ICMP_H

#include <stdbool.h>

#include "probe/tcp.h"

/* "port unreachable", "administratively prohibited", "TTL exceeded", ...; a constant. */
const char *probe_icmp_name(const struct probe_icmp *icmp);
/* A router's SYN ran out of TTL. */
bool probe_icmp_is_time_exceeded(const struct probe_icmp *icmp);
/* Nobody with that address on its link. */
bool probe_icmp_is_host_unreachable(const struct probe_icmp *icmp);

#endif
