/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document.h - a file as it was written: which section has which key, with what text, on what line.
 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stdbool.h>

#include "config/report.h"
#include "config/schema.h"

struct config_document_value {
	char *text; /* NULL: not in the file */
	unsigned line;
};

struct config_document_section {
	const struct config_section *schema;
	char *title;   /* NULL without one */
	unsigned line; /* where it ends, which is where a missing key would be added */
	struct config_document_value values[CONFIG_SECTION_KEYS_MAX]; /* as schema->keys */
};

struct config_document {
	struct config_document_section *sections; /* in the order of the file */
	size_t count, size;
};

/*
 * Read text with libconfuse. Reports what is no config at all, unknown keys (reading stops there),
 * keys given twice and too many sections. True when it could be read to its end; the document holds
 * what was read in either case. Free with config_document_done().
 */
bool config_document_read(
    struct slice text, struct config_document *document, struct config_report *report);
void config_document_done(struct config_document *document);

/* The i-th section of that schema, NULL when there are fewer. */
const struct config_document_section *config_document_find(
    const struct config_document *document, const struct config_section *schema, size_t i);
size_t config_document_count(
    const struct config_document *document, const struct config_section *schema);

#endif
