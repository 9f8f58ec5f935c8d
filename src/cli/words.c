/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

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

void
cli_words_print(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		const bool is_control = (uint8_t)*text < 0x20 || (uint8_t)*text == 0x7f;

		(void)fputc(is_control ? '?' : *text, out);
	}
}
