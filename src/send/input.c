/* SPDX-License-Identifier: Apache-2.0 */
#include "send/input.h"

/* The length of the line at the start of text, without its end, whose length is *ret_end. */
static size_t
find_line_end(struct slice text, size_t *ret_end)
{
	size_t len = 0;

	while (len < text.len && text.ptr[len] != '\n' && text.ptr[len] != '\r')
		len++;
	if (len == text.len)
		*ret_end = 0;
	else if (text.ptr[len] == '\r' && len + 1 < text.len && text.ptr[len + 1] == '\n')
		*ret_end = 2;
	else
		*ret_end = 1;
	return len;
}

enum send_input_status
send_input_convert(struct slice text, bool takes_dots, struct buf *out)
{
	if (slice_find(text, '\0') < text.len)
		return SEND_INPUT_NUL;
	while (text.len > 0) {
		size_t end, len = find_line_end(text, &end);

		if (!takes_dots && len == 1 && text.ptr[0] == '.')
			break;
		if (!buf_add_slice(out, slice_first(text, len)) || !buf_add_text(out, "\r\n"))
			return SEND_INPUT_TOO_LARGE;
		text = slice_after(text, len + end);
	}
	return SEND_INPUT_OK;
}
