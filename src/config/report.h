/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - the errors of one file, as people read them. */
#ifndef CONFIG_REPORT_H
#define CONFIG_REPORT_H

#include "util/buf.h"

struct config_report {
	const char *file;
	struct buf *out; /* borrowed */
	size_t count;
};

/*
 * Adds "FILE:LINE: SECTION.KEY: words". line 0: the error is about what is not there, and no line
 * is named. A title is shown as in 'next_hop "relay".host'; title and key may be NULL, section "".
 * Octets of title and words that are not printable are shown as "?".
 */
void config_report_add(struct config_report *r, unsigned line, const char *section,
    const char *title, const char *key, const char *words);

#endif
