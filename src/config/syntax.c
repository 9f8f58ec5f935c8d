/* SPDX-License-Identifier: Apache-2.0 */
#include "config/syntax.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "util/octet.h"
#include "util/slice.h"

enum {
	NAME_MAX_LEN = 253,
	LABEL_MAX_LEN = 63,
	USER_MAX_LEN = 32,
	TITLE_MAX_LEN = 64,
	UNIX_PATH_MAX_LEN = 107, /* of struct sockaddr_un */
};
#define UNIX_PREFIX "unix:"

/* What stands in labels; octets above ASCII are a domain in its own letters (RFC 6531 §3.2). */
static bool
is_label_octet(char c)
{
	return octet_is_let_dig(c) || c == '-' || c == '_' || (uint8_t)c >= 0x80;
}

static bool
is_name(const char *text, bool is_ascii)
{
	const size_t len = strlen(text);
	size_t label_len = 0;

	if (len == 0 || len > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i <= len; i++) {
		if (text[i] == '.' || text[i] == '\0') {
			if (label_len == 0 || label_len > LABEL_MAX_LEN || text[i - 1] == '-' ||
			    text[i - label_len] == '-')
				return false;
			label_len = 0;
		} else if (!is_label_octet(text[i]) || (is_ascii && (uint8_t)text[i] >= 0x80)) {
			return false;
		} else {
			label_len++;
		}
	}
	return true;
}

bool
config_syntax_is_address(const char *text)
{
	uint8_t address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

/* A name's last label is never all digits: that is an address with a slip (RFC 1123 §2.1). */
static bool
ends_in_number(const char *text)
{
	const char *last = strrchr(text, '.');

	last = last == NULL ? text : last + 1;
	return last[strspn(last, "0123456789")] == '\0';
}

bool
config_syntax_is_name(const char *text)
{
	return is_name(text, true) && !ends_in_number(text);
}

bool
config_syntax_is_full_name(const char *text)
{
	return config_syntax_is_name(text) && strchr(text, '.') != NULL;
}

bool
config_syntax_is_unix(const char *text)
{
	return strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0;
}

bool
config_syntax_is_host(const char *text)
{
	if (config_syntax_is_unix(text)) {
		const char *path = text + strlen(UNIX_PREFIX);

		return config_syntax_is_path(path) && strlen(path) <= UNIX_PATH_MAX_LEN;
	}
	return config_syntax_is_name(text) || config_syntax_is_address(text);
}

bool
config_syntax_is_path(const char *text)
{
	return text[0] == '/' && text[1] != '\0';
}

bool
config_syntax_is_user(const char *text)
{
	uint64_t uid;

	if (slice_to_u64(slice_of(text), UINT32_MAX - 1, &uid))
		return true;
	if (text[0] == '\0' || text[0] == '-' || octet_is_digit(text[0]) ||
	    strlen(text) > USER_MAX_LEN)
		return false;
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "_-.")] == '\0';
}

bool
config_syntax_is_title(const char *text)
{
	const size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] >= 0x80 || (!is_label_octet(text[i]) && text[i] != '.'))
			return false;
	return len > 0 && len <= TITLE_MAX_LEN;
}

bool
config_syntax_is_domain(const char *text)
{
	const size_t len = strlen(text);

	if (text[0] == '[')
		return len > 2 && len <= TITLE_MAX_LEN && text[len - 1] == ']' &&
		       strcspn(text, " \t\"\\") == len;
	return strcmp(text, "*") == 0 || is_name(text, false);
}

bool
config_syntax_is_local(const char *text)
{
	struct in_addr ipv4;
	struct in6_addr ipv6;

	if (config_syntax_is_unix(text) || strcmp(text, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, text, &ipv4) == 1)
		return ntohl(ipv4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, text, &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6);
}
