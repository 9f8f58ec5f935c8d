/* SPDX-License-Identifier: Apache-2.0 */
/* attachment.h - files beside the text of a message (RFC 2046 §5.1.3, RFC 2183). Pure. */
#ifndef SEND_ATTACHMENT_H
#define SEND_ATTACHMENT_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

/* Borrowed. */
struct send_attachment {
	const char *name; /* as it is shown; what stands before the last "/" is not */
	struct slice octets;
};

/*
 * What separates the parts of the message with this number: no line of a text that people write,
 * nor of one in an encoding, begins with it.
 */
#define SEND_BOUNDARY_SIZE 40
void send_boundary(uint64_t message_id, char boundary[SEND_BOUNDARY_SIZE]);
/* "application/pdf", by the end of the name; a constant. */
const char *send_attachment_type(const char *name);
/* At most so many octets are appended for one. */
size_t send_attachment_size(const struct send_attachment *attachment);
/* Appends the line of the boundary, the header of the part, and its octets in base64. */
void send_attachment_add(
    const struct send_attachment *attachment, const char *boundary, struct buf *out);

#endif
