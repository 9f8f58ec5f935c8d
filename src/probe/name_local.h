/* SPDX-License-Identifier: Apache-2.0 */
/* name_local.h - names that this machine answers for by itself, without a question to DNS. */
#ifndef PROBE_NAME_LOCAL_H
#define PROBE_NAME_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/name.h"

/* RFC 6761 §6.3: "localhost" and all names below it. */
bool probe_name_is_localhost(const char *name);
/* Its addresses: 127.0.0.1, and ::1 unless IPv6 is off. */
void probe_name_take_localhost(struct probe_name *n, uint16_t port);
/* The name is an address, and stands for itself. */
void probe_name_take_literal(struct probe_name *n, const struct net_address *address);

#endif
