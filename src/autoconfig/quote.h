/* SPDX-License-Identifier: Apache-2.0 */
/* quote.h - text as a literal of a programming language, or as text of XML. Pure. */
#ifndef AUTOCONFIG_QUOTE_H
#define AUTOCONFIG_QUOTE_H

#include "util/buf.h"
#include "util/slice.h"

enum autoconfig_language {
	AUTOCONFIG_PYTHON,
	AUTOCONFIG_PHP,
	AUTOCONFIG_NODE,
	AUTOCONFIG_GO,
	AUTOCONFIG_JAVA,
	AUTOCONFIG_CSHARP,
};
#define AUTOCONFIG_LANGUAGE_COUNT 6

/*
 * Appends a string literal with its quotes, whose value is the text: UTF-8, of which what is not
 * is replaced by U+FFFD. Only ASCII is written, so that no encoding of the file matters; PHP has no
 * escapes within its plain quotes, there it is UTF-8.
 */
void autoconfig_quote(enum autoconfig_language language, struct slice text, struct buf *out);
/* As text or within quotes. What XML 1.0 cannot hold (§2.2 of it) is replaced by U+FFFD. */
void autoconfig_quote_xml(struct slice text, struct buf *out);

#endif
