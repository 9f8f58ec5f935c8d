/* SPDX-License-Identifier: Apache-2.0 */
/* name_judge.h - what the answers about a name mean together. Pure. */
#ifndef PROBE_NAME_JUDGE_H
#define PROBE_NAME_JUDGE_H

#include "net/query.h"
#include "probe/name.h"
#include "probe/servers.h"

enum probe_name_end probe_name_end_of(enum net_query_status status);
/* Sets is_filtered and is_private by the addresses. */
void probe_name_judge_addresses(struct probe_name *n);
/* Both families have a good answer, and there is an address that can be used. */
bool probe_name_is_well(const struct probe_name *n);
/* Both families have a good answer, which is that there is nothing. */
bool probe_name_is_absent(const struct probe_name *n);
/* What the servers showed of themselves. */
void probe_name_note_servers(struct probe_name *n, const struct probe_servers_result *r);
/* Why a family failed, by what the servers themselves have said: all of them were asked. */
void probe_name_explain(struct probe_name *n, const struct probe_servers_result *r);

#endif
