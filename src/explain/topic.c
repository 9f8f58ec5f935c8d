/* SPDX-License-Identifier: Apache-2.0 */
#include "explain/topic.h"

enum {
	FEW_LINES = 16,
	ASCII_MAX = 127,
};

/* As parts of words, too: "ConnectionRefusedError". */
static const char *const stems[] = { "abort", "bad ", "bounce", "cannot", "closed", "could not",
	"denied", "disallow", "disconnect", "error", "exception", "exceed", "expire", "fail",
	"fatal", "forbid", "invalid", "lost", "missing", "no such", "not allowed", "not found",
	"refus", "reject", "reset", "smtp", "time out", "timed out", "timeout", "unable", "unknown",
	"unreach", "verif", "warn" };

static bool
is_stem(struct slice text)
{
	for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++)
		if (slice_starts_nocase(text, stems[i]))
			return true;
	return false;
}

bool
explain_topic_is_failure(struct slice text, size_t line_count)
{
	if (line_count <= FEW_LINES)
		return true;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] > ASCII_MAX || is_stem(slice_after(text, i)))
			return true;
	return false;
}
