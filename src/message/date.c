/* SPDX-License-Identifier: Apache-2.0 */
#include "message/date.h"

#include "util/civil.h"

bool
message_date_add(uint64_t unix_s, struct buf *out)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	struct civil c = civil_of_unix(unix_s);

	return buf_addf(out, "%s, %u %s %04u %02u:%02u:%02u +0000", days[c.weekday], c.day,
	    months[c.month - 1], c.year, c.hour, c.minute, c.second);
}
