/* SPDX-License-Identifier: Apache-2.0 */
/* check_target.c - hosts and ports as people write them */
#include <stdio.h>
#include <string.h>

#include "cli/check_options.h"
#include "util/slice.h"

enum { PORT_MAX = 65535 };

static bool
parse_port(const char *text, size_t len, uint16_t *ret_port)
{
	uint64_t value;

	if (!slice_to_u64(slice_make(text, len), PORT_MAX, &value) || value == 0)
		return false;
	*ret_port = (uint16_t)value;
	return true;
}

/* Names are looked up, so only what would hurt elsewhere is refused here. */
static bool
is_host(const char *host, size_t len)
{
	if (len == 0 || len >= sizeof((struct check_target *)NULL)->host)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)host[i] <= ' ' || host[i] == '/' || host[i] == 0x7f)
			return false;
	return true;
}

bool
check_target_parse(const char *text, struct check_target *ret_target)
{
	const char *colon = strrchr(text, ':');
	const char *bracket = text[0] == '[' ? strchr(text, ']') : NULL;
	struct check_target t = { .port = 0 };
	size_t len = strlen(text);

	if (text[0] == '[') {
		if (bracket == NULL || (bracket[1] != '\0' && bracket[1] != ':'))
			return false;
		if (bracket[1] == ':' && !parse_port(bracket + 2, strlen(bracket + 2), &t.port))
			return false;
		text++;
		len = (size_t)(bracket - text);
	} else if (colon != NULL && strchr(text, ':') == colon) {
		if (!parse_port(colon + 1, strlen(colon + 1), &t.port))
			return false;
		len = (size_t)(colon - text);
	}
	if (!is_host(text, len))
		return false;
	memcpy(t.host, text, len);
	*ret_target = t;
	return true;
}

size_t
check_ports_parse(const char *text, uint16_t ports[DOCTOR_PORTS_MAX])
{
	size_t count = 0;

	for (;;) {
		const size_t len = strcspn(text, ",");

		if (count == DOCTOR_PORTS_MAX || !parse_port(text, len, &ports[count]))
			return 0;
		count++;
		if (text[len] == '\0')
			return count;
		text += len + 1;
	}
}
