/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/port_set.h"

#include "probe/service.h"

enum { WORD_BITS = 64 };

static bool
has_port(const struct probe_port_set *set, size_t port)
{
	return (set->words[port / WORD_BITS] >> (port % WORD_BITS) & 1) != 0;
}

/* A number from 1 on; where nothing is written, what is open. */
static bool
parse_end(struct slice text, uint64_t open, uint64_t *ret_port)
{
	if (text.len == 0) {
		*ret_port = open;
		return true;
	}
	return slice_to_u64(text, PROBE_PORT_MAX, ret_port) && *ret_port > 0;
}

static bool
parse_part(struct slice part, uint64_t *ret_first, uint64_t *ret_last)
{
	const size_t at = slice_find(part, '-');
	uint16_t port;

	/* A name before a range: "smtp-alt" has the sign of one. */
	if (probe_service_find(part, &port)) {
		*ret_first = *ret_last = port;
		return true;
	}
	if (part.len == 0)
		return false;
	if (at == part.len) {
		if (!parse_end(part, 0, ret_first))
			return false;
		*ret_last = *ret_first;
		return true;
	}
	return parse_end(slice_first(part, at), 1, ret_first) &&
	       parse_end(slice_after(part, at + 1), PROBE_PORT_MAX, ret_last) &&
	       *ret_first <= *ret_last;
}

bool
probe_port_set_parse(struct slice text, struct probe_port_set *set, struct slice *ret_bad)
{
	struct probe_port_set copy = *set;

	for (;;) {
		const size_t len = slice_find(text, ',');
		const struct slice part = slice_first(text, len);
		uint64_t first, last;

		if (!parse_part(part, &first, &last)) {
			*ret_bad = part;
			return false;
		}
		for (uint64_t port = first; port <= last; port++)
			copy.words[port / WORD_BITS] |= (uint64_t)1 << (port % WORD_BITS);
		if (len == text.len)
			break;
		text = slice_after(text, len + 1);
	}
	*set = copy;
	return true;
}

size_t
probe_port_set_count(const struct probe_port_set *set)
{
	size_t count = 0;

	for (size_t port = 0; port <= PROBE_PORT_MAX; port++)
		count += has_port(set, port);
	return count;
}

void
probe_port_set_list(const struct probe_port_set *set, uint16_t *ports)
{
	for (size_t port = 0; port <= PROBE_PORT_MAX; port++)
		if (has_port(set, port))
			*ports++ = (uint16_t)port;
}
