/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idna.h - internationalised domain names and Unicode normal form C, by libidn2 and libunistring.
 *
 * Upper case and width variants are mapped (RFC 5895), because people type them; the result must
 * be right by IDNA 2008 (RFC 5891 §5).
 */
#ifndef SMTP_IDNA_H
#define SMTP_IDNA_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

/* Could DNS have this domain, with A-labels for its U-labels, and within DNS's limits? */
bool smtp_idna_check(struct slice domain);
/* Appends it with A-labels (what DNS is asked); false as smtp_idna_check(), or when out is full. */
bool smtp_idna_add_ascii(struct slice domain, struct buf *out);
/* Appends it with U-labels; false as smtp_idna_check(), or when out is full. ASCII stays. */
bool smtp_idna_add_unicode(struct slice domain, struct buf *out);
/* Appends UTF-8 text in normal form C; false when it is not UTF-8 or out is full. */
bool smtp_nfc_add(struct slice text, struct buf *out);

#endif
