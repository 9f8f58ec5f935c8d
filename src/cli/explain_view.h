/* SPDX-License-Identifier: Apache-2.0 */
/* explain_view.h - explained messages for people and for programs. */
#ifndef CLI_EXPLAIN_VIEW_H
#define CLI_EXPLAIN_VIEW_H

#include <jansson.h>

#include "explain/explain.h"
#include "util/buf.h"

#define EXPLAIN_VIEW_MAX ((size_t)256 * 1024) /* octets of a report */

/* The words of the case for the advice: borrows the answer. */
struct explain_words explain_view_words(const struct explain_answer *answer);

/* style: enum doctor_style. */
void explain_view_text(const struct explain_answer *answer, unsigned style, struct buf *out);
/* The cause in a sentence, and the command that decides. */
void explain_view_brief(const struct explain_answer *answer, struct buf *out);
/* All causes there are, one line each. */
void explain_view_list(struct buf *out);
/* The schema is in sallyport-explain(1). The caller's to json_decref(). */
json_t *explain_view_json(const struct explain_answer *answer);

#endif
