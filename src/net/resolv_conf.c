/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolv_conf.h"

#include <stdlib.h>
#include <string.h>

#include <net/if.h>

enum { DNS_PORT = 53 };

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts the next word off; empty at the end of the line. */
static struct slice
take_word(struct slice *line)
{
	size_t begin = 0, end;

	while (begin < line->len && is_blank(line->ptr[begin]))
		begin++;
	end = begin;
	while (end < line->len && !is_blank(line->ptr[end]))
		end++;
	const struct slice word = slice_first(slice_after(*line, begin), end - begin);
	*line = slice_after(*line, end);
	return word;
}

/* "fe80::1%eth0": a link-local address needs its interface. */
static bool
parse(char *text, struct net_address *ret_address)
{
	char *zone = strchr(text, '%');

	if (zone != NULL)
		*zone++ = '\0';
	if (!net_address_parse(text, DNS_PORT, ret_address))
		return false;
	if (zone != NULL && ret_address->any.sa_family == AF_INET6)
		ret_address->v6.sin6_scope_id = if_nametoindex(zone);
	return true;
}

static bool
read_server(struct slice line, struct net_address *ret_address)
{
	const struct slice keyword = take_word(&line), word = take_word(&line);
	char *text;
	bool ok;

	if (!slice_is(keyword, "nameserver") || slice_find(word, '\0') != word.len)
		return false;
	text = slice_dup(word);
	ok = parse(text, ret_address);
	free(text);
	return ok;
}

size_t
net_resolv_conf_servers(struct slice text, struct net_address *servers, size_t size)
{
	size_t count = 0;

	while (text.len != 0 && count < size) {
		const size_t len = slice_find(text, '\n');

		if (read_server(slice_first(text, len), &servers[count]))
			count++;
		text = slice_after(text, len == text.len ? len : len + 1);
	}
	return count;
}
