/* SPDX-License-Identifier: Apache-2.0 */
#include "util/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"

enum {
	TAIL_RESERVE = 8, /* room that is kept for the cut mark and the line feed */
	ROLE_SIZE = 32,
	STAMP_SIZE = 32,
};

static struct {
	enum log_level least;
	char role[ROLE_SIZE];
} log_state = { LOG_LEVEL_INFO, "" };

void
log_setup(const char *role, enum log_level least)
{
	(void)snprintf(log_state.role, sizeof log_state.role, "%s", role);
	log_state.least = least;
}

void
log_set_level(enum log_level least)
{
	log_state.least = least;
}

static void
add(struct log_line *l, const char *text, size_t len)
{
	if (len > sizeof l->text - TAIL_RESERVE - l->len) {
		l->len = sizeof l->text - TAIL_RESERVE;
		return;
	}
	memcpy(l->text + l->len, text, len);
	l->len += len;
}

static bool
is_plain(uint8_t c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

static void
add_escaped(struct log_line *l, struct slice value)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.ptr[i];

		if (c == '"' || c == '\\')
			add(l, (const char[]){ '\\', (char)c }, 2);
		else if (c >= ' ' && c < 0x7f)
			add(l, (const char[]){ (char)c }, 1);
		else
			add(l, (const char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] }, 4);
	}
}

static void
add_value(struct log_line *l, struct slice value)
{
	bool cut = value.len > LOG_VALUE_MAX, plain = value.len > 0 && !cut;

	for (size_t i = 0; plain && i < value.len; i++)
		plain = is_plain(value.ptr[i]);
	if (plain) {
		add(l, (const char *)value.ptr, value.len);
		return;
	}
	add(l, "\"", 1);
	add_escaped(l, cut ? slice_first(value, LOG_VALUE_MAX) : value);
	add(l, cut ? "...\"" : "\"", cut ? 4 : 1);
}

void
log_slice(struct log_line *l, const char *key, struct slice value)
{
	if (l->level < log_state.least)
		return;
	if (l->len != 0)
		add(l, " ", 1);
	add(l, key, strlen(key));
	add(l, "=", 1);
	add_value(l, value);
}

void
log_text(struct log_line *l, const char *key, const char *value)
{
	if (value != NULL)
		log_slice(l, key, slice_of(value));
}

void
log_number(struct log_line *l, const char *key, uint64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	log_text(l, key, digits);
}

void
log_errno(struct log_line *l, int negative_errno)
{
	const char *name = strerrorname_np(-negative_errno);

	log_text(l, "code", name == NULL ? "unknown" : name);
	log_text(l, "error", strerrordesc_np(-negative_errno));
}

static void
add_stamp(struct log_line *l)
{
	uint64_t now_ms = clock_unix_ms();
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm utc;
	char stamp[STAMP_SIZE];
	size_t len;

	(void)gmtime_r(&seconds, &utc);
	len = strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(stamp + len, sizeof stamp - len, ".%03uZ", (unsigned)(now_ms % 1000));
	log_text(l, "time", stamp);
}

void
log_begin(struct log_line *l, enum log_level level, const char *event)
{
	static const char *const names[] = { "debug", "info", "warning", "error" };

	l->level = level;
	l->len = 0;
	if (level < log_state.least)
		return;
	add_stamp(l);
	log_text(l, "level", names[level]);
	if (log_state.role[0] != '\0')
		log_text(l, "role", log_state.role);
	log_text(l, "event", event);
}

void
log_end(struct log_line *l)
{
	if (l->level < log_state.least)
		return;
	if (l->len >= sizeof l->text - TAIL_RESERVE) {
		memcpy(l->text + l->len, " cut=1", 6);
		l->len += 6;
	}
	l->text[l->len++] = '\n';
	/* A log that cannot be written has nowhere to be reported. */
	if (write(STDERR_FILENO, l->text, l->len) < 0)
		errno = 0;
}

void
log_event(enum log_level level, const char *event, const char *key, const char *value)
{
	struct log_line l;

	log_begin(&l, level, event);
	if (key != NULL)
		log_text(&l, key, value);
	log_end(&l);
}
