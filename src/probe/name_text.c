/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/name_text.h"

#include <stdio.h>
#include <string.h>

#include "smtp/idna.h"
#include "util/octet.h"

enum { LABEL_MAX = 63 };

static bool
is_name_octet(uint8_t c)
{
	return octet_is_let_dig(c) || c == '-' || c == '_' || c == '.';
}

/*
 * No name of a host on the internet has an underscore (RFC 952), and yet resolvers look them up:
 * containers and machines of an office are called so.
 */
static bool
is_lax_name(struct slice s)
{
	size_t label_len = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!is_name_octet(s.ptr[i]) || (s.ptr[i] == '.' && label_len == 0))
			return false;
		label_len = s.ptr[i] == '.' ? 0 : label_len + 1;
		if (label_len > LABEL_MAX)
			return false;
	}
	return label_len != 0 && s.len < NET_RESOLVE_NAME_MAX;
}

bool
probe_name_write(const char *name, char text[NET_RESOLVE_NAME_MAX + 1])
{
	struct slice s = slice_of(name);
	struct buf ascii;
	bool ok;

	if (s.len > 1 && s.ptr[s.len - 1] == '.')
		s.len--;
	buf_init(&ascii, NET_RESOLVE_NAME_MAX);
	ok = smtp_idna_add_ascii(s, &ascii);
	if (ok) {
		memcpy(text, ascii.ptr, ascii.len);
		text[ascii.len] = '\0';
	} else {
		(void)snprintf(
		    text, NET_RESOLVE_NAME_MAX + 1, "%.*s", (int)s.len, (const char *)s.ptr);
		ok = is_lax_name(s);
	}
	buf_done(&ascii);
	return ok;
}

bool
probe_name_join(const char *name, const char *domain, char text[NET_RESOLVE_NAME_MAX + 1])
{
	const int len = snprintf(text, NET_RESOLVE_NAME_MAX + 1, "%s.%s", name, domain);

	return len > 0 && len <= NET_RESOLVE_NAME_MAX;
}
