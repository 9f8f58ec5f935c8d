/* SPDX-License-Identifier: Apache-2.0 */
/* send_attach.h - the files of --attach. */
#ifndef CLI_SEND_ATTACH_H
#define CLI_SEND_ATTACH_H

#include "cli/cli.h"
#include "send/attachment.h"

/* All zero at first; cli_attachments_done() in any case. Borrows the paths. */
struct cli_attachments {
	struct send_attachment list[CLI_LIST_MAX];
	struct buf octets[CLI_LIST_MAX];
	size_t count;
};

/* Reads each file: CLI_GO, or an exit code (said). */
int cli_attachments_read(struct cli_attachments *a, const struct cli_list *paths);
void cli_attachments_done(struct cli_attachments *a);

#endif
