/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one event, one line of key=value on standard error, one write(2).
 *
 * A line is built field by field; values with anything but plain characters are quoted, control
 * octets and octets above 0x7e are written as \xHH, and long values are cut at LOG_VALUE_MAX, so
 * that no peer can forge a line or flood the log. Keys are our own constants.
 *
 *   struct log_line l;
 *
 *   log_begin(&l, LOG_LEVEL_INFO, "message-queued");
 *   log_text(&l, "session", session_name);
 *   log_number(&l, "size", size);
 *   log_end(&l);
 *
 * writes: time=2026-11-22T10:00:00.123Z level=info role=submission/0 event=message-queued
 * session=... size=1234
 *
 * Levels say who must act: error = the administrator, warning = perhaps, info = the history of a
 * message, debug = us. Secrets have no type that these functions take.
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define LOG_LINE_MAX 2048 /* octets of a line, longer ones are cut and marked */
#define LOG_VALUE_MAX 512 /* octets of one value before escaping */

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR,
};

struct log_line {
	enum log_level level;
	size_t len;
	char text[LOG_LINE_MAX];
};

/* Process-wide: who writes, and the least level that is written. Call before the first line. */
void log_setup(const char *role, enum log_level least);
void log_set_level(enum log_level least);

void log_begin(struct log_line *l, enum log_level level, const char *event);
void log_text(struct log_line *l, const char *key, const char *value); /* NULL: field left out */
void log_slice(struct log_line *l, const char *key, struct slice value);
void log_number(struct log_line *l, const char *key, uint64_t value);
/* "code=ENOSPC error="No space left on device"" for a negative errno. */
void log_errno(struct log_line *l, int negative_errno);
void log_end(struct log_line *l);

/* The common case: an event with one text field (key may be NULL for none). */
void log_event(enum log_level level, const char *event, const char *key, const char *value);

#endif
