/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/name_text.h"

#include <stdio.h>
#include <string.h>

#include "smtp/idna.h"

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
		(void)snprintf(text, NET_RESOLVE_NAME_MAX + 1, "%s", name);
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
