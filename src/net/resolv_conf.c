/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolv_conf.h"

#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "util/port.h"

/* "fe80::1%eth0": a link-local address needs its interface. */
static bool
parse(char *text, struct net_address *ret_address)
{
	char *zone = strchr(text, '%');

	if (zone != NULL)
		*zone++ = '\0';
	if (!net_address_parse(text, PORT_DNS, ret_address))
		return false;
	if (zone != NULL && ret_address->any.sa_family == AF_INET6)
		ret_address->v6.sin6_scope_id = if_nametoindex(zone);
	return true;
}

static bool
read_server(struct slice line, struct net_address *ret_address)
{
	const struct slice keyword = slice_take_word(&line), word = slice_take_word(&line);
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

	while (text.len != 0 && count < size)
		if (read_server(slice_take_line(&text), &servers[count]))
			count++;
	return count;
}

static size_t
read_domains(struct slice line, char domains[NET_RESOLV_CONF_SEARCH_MAX][NET_NAME_MAX + 1])
{
	struct slice word = slice_take_word(&line);
	size_t count = 0;

	for (; word.len != 0 && count < NET_RESOLV_CONF_SEARCH_MAX; word = slice_take_word(&line)) {
		if (word.ptr[word.len - 1] == '.')
			word.len--;
		if (word.len == 0 || word.len > NET_NAME_MAX || slice_find(word, '\0') != word.len)
			continue;
		memcpy(domains[count], word.ptr, word.len);
		domains[count++][word.len] = '\0';
	}
	return count;
}

size_t
net_resolv_conf_search(
    struct slice text, char domains[NET_RESOLV_CONF_SEARCH_MAX][NET_NAME_MAX + 1])
{
	size_t count = 0;

	while (text.len != 0) {
		struct slice line = slice_take_line(&text);
		const struct slice keyword = slice_take_word(&line);

		if (slice_is(keyword, "search") || slice_is(keyword, "domain"))
			count = read_domains(line, domains);
	}
	return count;
}
