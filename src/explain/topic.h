/* SPDX-License-Identifier: Apache-2.0 */
/* topic.h - is a text about something that failed at all? */
#ifndef EXPLAIN_TOPIC_H
#define EXPLAIN_TOPIC_H

#include <stdbool.h>

#include "util/slice.h"

/*
 * False for a text of many lines without one word of failure, or of SMTP: a list of users, a log of
 * what went well. Known words in it stand there by chance. Another language than English is given
 * the benefit of the doubt, and so is whoever pastes a few lines.
 */
bool explain_topic_is_failure(struct slice text, size_t line_count);

#endif
