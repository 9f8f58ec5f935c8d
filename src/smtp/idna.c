/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/idna.h"

#include <idn2.h>
#include <stdlib.h>
#include <uninorm.h>

#include "smtp/address.h"
#include "smtp/utf8.h"

/* Not IDN2_USE_STD3_ASCII_RULES: with it libidn2 drops the characters that it should refuse. */
enum { FLAGS = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL };

/*
 * NULL: none; else free it with idn2_free(). libidn2 passes empty labels, and characters that are
 * mapped to ASCII that no domain has.
 */
static char *
to_ascii(struct slice domain)
{
	char *text, *out = NULL;
	int r;

	if (slice_find(domain, '\0') != domain.len)
		return NULL;
	text = slice_dup(domain);
	r = idn2_to_ascii_8z(text, &out, FLAGS);
	free(text);
	if (r == IDN2_OK && smtp_domain_is_valid(slice_of(out)))
		return out;
	idn2_free(out);
	return NULL;
}

bool
smtp_idna_check(struct slice domain)
{
	char *ascii = to_ascii(domain);

	idn2_free(ascii);
	return ascii != NULL;
}

bool
smtp_idna_add_ascii(struct slice domain, struct buf *out)
{
	char *ascii = to_ascii(domain);
	bool is_added = ascii != NULL && buf_add_text(out, ascii);

	idn2_free(ascii);
	return is_added;
}

bool
smtp_idna_add_unicode(struct slice domain, struct buf *out)
{
	char *ascii, *unicode = NULL;
	bool is_added = false;

	if (smtp_is_ascii(domain))
		return buf_add_slice(out, domain);
	ascii = to_ascii(domain);
	if (ascii != NULL && idn2_to_unicode_8z8z(ascii, &unicode, FLAGS) == IDN2_OK)
		is_added = buf_add_text(out, unicode);
	idn2_free(unicode);
	idn2_free(ascii);
	return is_added;
}

bool
smtp_nfc_add(struct slice text, struct buf *out)
{
	size_t len = 0;
	uint8_t *normal;
	bool is_added;

	if (text.len == 0)
		return true;
	normal = u8_normalize(UNINORM_NFC, text.ptr, text.len, NULL, &len);
	is_added = normal != NULL && buf_add(out, normal, len);
	free(normal);
	return is_added;
}
