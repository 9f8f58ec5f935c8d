/* SPDX-License-Identifier: Apache-2.0 */
/* check_show.h - what "sallyport check" prints: progress, transcript, reports. */
#ifndef CLI_CHECK_SHOW_H
#define CLI_CHECK_SHOW_H

#include <jansson.h>

#include "cli/check_options.h"
#include "doctor/facts.h"
#include "doctor/verdict.h"

/* One line on standard error that is written over; text NULL: away with it. */
void check_show_progress(void *arg, const char *text);
/* A line of a dialog, to standard error. */
void check_show_line(void *arg, const struct net_address *address, bool is_ours, struct slice line);
/* The verdict's sentence as a line, printable whoever's words are in it. */
void check_show_sentence(const struct doctor_verdict *verdict, struct buf *out);
/* The report in the form that is wanted; rows takes JSON, when that is not NULL. The exit code. */
int check_show(const struct check_options *o, const struct doctor_facts *facts,
    const struct doctor_verdict *verdict, json_t *rows);

#endif
