/* SPDX-License-Identifier: Apache-2.0 */
/* ports_view.h - what "sallyport ports" has found, for people and for programs. */
#ifndef CLI_PORTS_VIEW_H
#define CLI_PORTS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "probe/host.h"
#include "probe/scan.h"

/* Of one address; ports ascend. */
struct ports_scan {
	struct ip ip;
	struct probe_scan_port *ports; /* owned */
	size_t count;
	uint64_t took_us;
	bool is_absent;
};

struct ports_view {
	const char *host;
	const struct probe_host *machine; /* to tell whose address one is */
	bool is_open_only;
	const struct ports_scan *scans;
	size_t scan_count;
	uint64_t took_us; /* with the look-up of the name */
};

/* To standard output. Many ports of one fate share a line. */
void ports_text(const struct ports_view *view);
void ports_json(const struct ports_view *view);

#endif
