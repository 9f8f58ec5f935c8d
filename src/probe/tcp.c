/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/tcp.h"

const char *
probe_tcp_end_name(enum probe_tcp_end end)
{
	switch (end) {
	case PROBE_TCP_NOT_TRIED:
		return "not_tried";
	case PROBE_TCP_OPEN:
		return "open";
	case PROBE_TCP_RESET:
		return "reset";
	case PROBE_TCP_REJECTED:
		return "rejected";
	case PROBE_TCP_SILENT:
		return "silent";
	case PROBE_TCP_LOCAL:
		return "local";
	case PROBE_TCP_UNREACHABLE:
		return "unreachable";
	}
	return "unknown";
}
