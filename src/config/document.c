/* SPDX-License-Identifier: Apache-2.0 */
#include "config/document.h"

#include <stdlib.h>

#include "util/alloc.h"

void
config_document_done(struct config_document *document)
{
	for (size_t i = 0; i < document->count; i++) {
		struct config_document_section *s = &document->sections[i];

		for (size_t k = 0; k < s->schema->key_count; k++)
			free(s->values[k].text);
		free(s->title);
	}
	free(document->sections);
	*document = (struct config_document){ 0 };
}

const struct config_document_section *
config_document_find(
    const struct config_document *document, const struct config_section *schema, size_t i)
{
	for (size_t n = 0; n < document->count; n++)
		if (document->sections[n].schema == schema && i-- == 0)
			return &document->sections[n];
	return NULL;
}

size_t
config_document_count(const struct config_document *document, const struct config_section *schema)
{
	size_t count = 0;

	for (size_t n = 0; n < document->count; n++)
		count += document->sections[n].schema == schema;
	return count;
}
