/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/words.h"

#include <inttypes.h>
#include <stddef.h>
#include <time.h>

#include "smtp/utf8.h"

void
cli_words_duration(uint64_t ms, char words[CLI_WORDS_SIZE])
{
	static const struct {
		uint64_t ms;
		const char *name;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" } };
	size_t i = 0;

	while (i < sizeof units / sizeof units[0] - 1 && ms < 2 * units[i].ms)
		i++;
	(void)snprintf(words, CLI_WORDS_SIZE, "%" PRIu64 " %s", ms / units[i].ms, units[i].name);
}

void
cli_words_size(uint64_t octets, char words[CLI_WORDS_SIZE])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	uint64_t tenths = octets * 10;
	size_t i = 0;

	for (; tenths >= 10240 && i < sizeof units / sizeof units[0] - 1; i++)
		tenths /= 1024;
	if (i == 0)
		(void)snprintf(words, CLI_WORDS_SIZE, "%" PRIu64 " B", octets);
	else
		(void)snprintf(words, CLI_WORDS_SIZE, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10,
		    tenths % 10, units[i]);
}

void
cli_words_time(uint64_t unix_ms, char words[CLI_WORDS_SIZE])
{
	const time_t seconds = (time_t)(unix_ms / 1000);
	struct tm tm;
	size_t len = 0;

	if (gmtime_r(&seconds, &tm) != NULL)
		len = strftime(words, CLI_WORDS_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(words + len, CLI_WORDS_SIZE - len, ".%03uZ", (unsigned)(unix_ms % 1000));
}

/* Octets of the character at the start of s that a terminal may see; 0: none. */
static size_t
plain_len(struct slice s)
{
	if (s.ptr[0] < 0x80)
		return s.ptr[0] >= 0x20 && s.ptr[0] != 0x7f ? 1 : 0;
	return smtp_utf8_non_ascii_len(s);
}

void
cli_words_print(FILE *out, const char *text)
{
	struct slice rest = slice_of(text);

	while (rest.len > 0) {
		const size_t len = plain_len(rest);

		if (len == 0)
			(void)fputc('?', out);
		else
			(void)fwrite(rest.ptr, 1, len, out);
		rest = slice_after(rest, len == 0 ? 1 : len);
	}
}
