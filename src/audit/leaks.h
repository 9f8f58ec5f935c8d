/* SPDX-License-Identifier: Apache-2.0 */
/* leaks.h - what a server tells of the network behind it: a part of check_leaks.c. */
#ifndef AUDIT_LEAKS_H
#define AUDIT_LEAKS_H

#include "audit/context.h"

/* Inner addresses and names in greeting and certificate, and the names that NTLM tells. */
void audit_leaks_of_network(struct audit *a, const struct audit_door *door);

#endif
