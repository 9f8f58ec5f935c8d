/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - the result of an audit, for people and for programs. Pure. */
#ifndef AUDIT_REPORT_H
#define AUDIT_REPORT_H

#include <jansson.h>

#include "audit/audit.h"
#include "util/buf.h"

void audit_report_text(const struct audit_options *options, const struct audit_result *result,
    bool has_colours, struct buf *out);
/* The schema is in docs/audit.schema.json. The caller's to json_decref(). */
json_t *audit_report_json(const struct audit_options *options, const struct audit_result *result);
/* Every kind of finding, one a line: id, severity and title, with tabs between. */
void audit_report_kinds(struct buf *out);

#endif
