/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/send_attach.h"

#include <string.h>
#include <sysexits.h>

#include "cli/input.h"
#include "send/input.h"

/* Of all files together: base64 makes four octets of three. */
#define OCTETS_MAX (SEND_TEXT_MAX / 2)

int
cli_attachments_read(struct cli_attachments *a, const struct cli_list *paths)
{
	size_t room = OCTETS_MAX;
	int r = CLI_GO;

	for (size_t i = 0; r == CLI_GO && i < paths->count; i++) {
		struct buf *octets = &a->octets[i];

		if (strcmp(paths->values[i], "-") == 0) {
			cli_complain(
			    "--attach takes a file, because the text comes from standard input");
			return EX_USAGE;
		}
		buf_init(octets, room);
		a->count = i + 1;
		r = cli_file_read(paths->values[i], octets);
		room -= octets->len;
		a->list[i] = (struct send_attachment){ paths->values[i], buf_slice(octets) };
	}
	return r;
}

void
cli_attachments_done(struct cli_attachments *a)
{
	for (size_t i = 0; i < a->count; i++)
		buf_done(&a->octets[i]);
	a->count = 0;
}
