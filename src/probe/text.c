/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/text.h"

#include <stdint.h>

static char
show(uint8_t octet, char lines)
{
	if (octet == '\n')
		return lines;
	if (octet < 0x20 || octet > 0x7e)
		return '?';
	return (char)octet;
}

void
probe_text_copy(struct slice text, char lines, char *out, size_t size)
{
	size_t len = text.len < size ? text.len : size - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = show(text.ptr[i], lines);
	out[len] = '\0';
}
