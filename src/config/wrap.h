/* SPDX-License-Identifier: Apache-2.0 */
/* wrap.h - explanations of the schema as lines of text. */
#ifndef CONFIG_WRAP_H
#define CONFIG_WRAP_H

#include "util/buf.h"

/* Text in lines of at most width octets, each with prefix before it, broken at spaces. */
void config_wrap_lines(const char *text, const char *prefix, size_t width, struct buf *out);
/* Text for mdoc(7), which wants each sentence to begin a line. Of its special characters it has
 * none. */
void config_wrap_mdoc(const char *text, struct buf *out);

#endif
