/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/inner.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/ip.h"

static bool
is_inner_address(const char *word)
{
	struct ip ip;

	return ip_parse(slice_of(word), &ip) && ip_is_private(&ip);
}

/* RFC 6762 §3 and appendix G, RFC 8375 §4, and "internal", which ICANN keeps for this. */
static bool
is_inner_name(const char *word)
{
	static const char *const ends[] = { ".local", ".internal", ".intranet", ".private", ".corp",
		".home", ".lan", ".localdomain", ".home.arpa" };
	const size_t len = strlen(word);

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const size_t end_len = strlen(ends[i]);

		if (len > end_len && strcasecmp(word + len - end_len, ends[i]) == 0)
			return true;
	}
	return false;
}

bool
audit_inner_find(const char *text, char found[AUDIT_INNER_SIZE])
{
	static const char between[] = " \t\n,;()[]<>\"'=/";

	for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
		const size_t len = strcspn(text, between);

		if (len < AUDIT_INNER_SIZE) {
			(void)snprintf(found, AUDIT_INNER_SIZE, "%.*s",
			    (int)(text[len - 1] == '.' ? len - 1 : len), text);
			if (is_inner_address(found) || is_inner_name(found))
				return true;
		}
		text += len;
	}
	found[0] = '\0';
	return false;
}
