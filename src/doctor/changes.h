/* SPDX-License-Identifier: Apache-2.0 */
/* changes.h - what is different between two reports of one host, in words: for --watch. */
#ifndef DOCTOR_CHANGES_H
#define DOCTOR_CHANGES_H

#include <stddef.h>

#include <jansson.h>

#include "util/buf.h"

/* A time counts as changed when it is so many times as long, or as short, */
#define DOCTOR_CHANGES_TIMES 3
/* and the difference is one that people notice. */
#define DOCTOR_CHANGES_LEAST_MS 50

/*
 * Append a line for each change of verdict, addresses, ports, stages, EHLO, TLS, certificate, place
 * where the way ends, and of time as above. Returns how many there are. before and after: reports
 * of doctor_report_json(), or what was read back of them: what is missing in one is no change.
 */
size_t doctor_changes(const json_t *before, const json_t *after, struct buf *out);

#endif
