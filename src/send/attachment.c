/* SPDX-License-Identifier: Apache-2.0 */
#include "send/attachment.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/base64.h"

enum {
	LINE_OCTETS = 57, /* 76 characters of base64 (RFC 2045 §6.8) */
	HEADER_SIZE_LEAST = 512,
};

void
send_boundary(uint64_t message_id, char boundary[SEND_BOUNDARY_SIZE])
{
	/* RFC 2045 §6.7: "=_" cannot be in text that is quoted-printable. */
	(void)snprintf(boundary, SEND_BOUNDARY_SIZE, "=_sallyport_%016" PRIx64, message_id);
}

const char *
send_attachment_type(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = { { ".txt", "text/plain" }, { ".log", "text/plain" }, { ".csv", "text/csv" },
		{ ".html", "text/html" }, { ".htm", "text/html" }, { ".ics", "text/calendar" },
		{ ".pdf", "application/pdf" }, { ".json", "application/json" },
		{ ".xml", "application/xml" }, { ".zip", "application/zip" },
		{ ".gz", "application/gzip" }, { ".png", "image/png" }, { ".jpg", "image/jpeg" },
		{ ".jpeg", "image/jpeg" }, { ".gif", "image/gif" }, { ".svg", "image/svg+xml" } };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++)
		if (strcasecmp(dot, types[i].end) == 0)
			return types[i].type;
	return "application/octet-stream";
}

static const char *
last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash == NULL ? name : slash + 1;
}

size_t
send_attachment_size(const struct send_attachment *attachment)
{
	/* Four characters for three octets, CR LF for each line, three for each of a name. */
	return attachment->octets.len / LINE_OCTETS * 78 + 78 +
	       3 * strlen(last_part(attachment->name)) + HEADER_SIZE_LEAST;
}

/* Of those that need neither quotes nor encoding: RFC 2045 §5.1, RFC 2231 §7. */
static bool
is_plain(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("._-+", c) != NULL);
}

/* RFC 2231 §4: whatever else a name is made of travels as octets of UTF-8. */
static void
add_name(const char *name, struct buf *out)
{
	const char *part = last_part(name);
	bool is_token = *part != '\0';

	for (const char *c = part; *c != '\0'; c++)
		is_token = is_token && is_plain(*c);
	(void)buf_add_text(out, is_token ? "filename=" : "filename*=utf-8''");
	for (const char *c = part; *c != '\0'; c++) {
		if (is_token || is_plain(*c))
			(void)buf_add_octet(out, (uint8_t)*c);
		else
			(void)buf_addf(out, "%%%02X", (unsigned)(unsigned char)*c);
	}
}

static void
add_octets(struct slice octets, struct buf *out)
{
	while (octets.len > 0) {
		const size_t len = octets.len < LINE_OCTETS ? octets.len : LINE_OCTETS;

		(void)base64_encode(slice_first(octets, len), out);
		(void)buf_add_text(out, "\r\n");
		octets = slice_after(octets, len);
	}
}

void
send_attachment_add(const struct send_attachment *attachment, const char *boundary, struct buf *out)
{
	(void)buf_addf(out,
	    "--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment;\r\n ",
	    boundary, send_attachment_type(attachment->name));
	add_name(attachment->name, out);
	(void)buf_add_text(out, "\r\n\r\n");
	add_octets(attachment->octets, out);
}
