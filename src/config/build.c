/* SPDX-License-Identifier: Apache-2.0 */
#include "config/build.h"

#include <assert.h>
#include <string.h>

#include "config/syntax.h"
#include "config/value.h"
#include "util/alloc.h"

enum { WORDS_MAX = 4096 }; /* twice the longest value, and what we say about it */

static const struct config_document_value *
value_of(const struct config_document_section *s, const char *name)
{
	const struct config_key *key = config_key_find(s->schema, name);

	assert(key != NULL);
	return &s->values[key - s->schema->keys];
}

bool
config_build_is_given(
    const struct config_build *b, const struct config_section *schema, size_t i, const char *key)
{
	const struct config_document_section *s = config_document_find(b->document, schema, i);

	return s != NULL && value_of(s, key)->text != NULL;
}

void
config_build_complain(const struct config_build *b, const struct config_section *schema, size_t i,
    const char *key, const char *words)
{
	const struct config_document_section *s = config_document_find(b->document, schema, i);
	unsigned line = 0;

	if (s != NULL)
		line = s->line;
	if (s != NULL && key != NULL && value_of(s, key)->text != NULL)
		line = value_of(s, key)->line;
	config_report_add(b->report, line, schema->name, s == NULL ? NULL : s->title, key, words);
}

static void
complain_missing(const struct config_build *b, const struct config_section *schema, size_t i,
    const struct config_key *key)
{
	struct buf words;

	buf_init(&words, WORDS_MAX);
	(void)buf_addf(
	    &words, "is missing; add a line such as %s = \"%s\"", key->name, key->example);
	(void)buf_add_octet(&words, '\0');
	config_build_complain(b, schema, i, key->name, (const char *)words.ptr);
	buf_done(&words);
}

static void
fill_key(const struct config_build *b, const struct config_section *schema, size_t i,
    const struct config_key *key, const char *text)
{
	void *field = (uint8_t *)config_section_at(b->config, schema, i) + key->offset;
	struct buf words;

	buf_init(&words, WORDS_MAX);
	if (!config_value_parse(b->config, key, text, field, &words)) {
		(void)buf_add_octet(&words, '\0');
		config_build_complain(b, schema, i, key->name, (const char *)words.ptr);
	}
	buf_done(&words);
}

static void
fill_title(
    const struct config_build *b, const struct config_section *schema, size_t i, const char *given)
{
	char *title = xstrdup(given);
	void *element = config_section_at(b->config, schema, i);

	memcpy(element, &title, sizeof title);
	if (schema != &config_section_route) {
		if (!config_syntax_is_title(title))
			config_build_complain(b, schema, i, NULL,
			    "is not a title; write at most 64 letters, digits, \"-\", \"_\", "
			    "\".\"");
		return;
	}
	for (char *c = title; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (!config_syntax_is_domain(title))
		config_build_complain(
		    b, schema, i, NULL, "is not a domain; write one, or \"*\" for all others");
}

static void
fill_element(
    const struct config_build *b, const struct config_section *schema, size_t i, bool is_whole)
{
	const struct config_document_section *s = config_document_find(b->document, schema, i);

	if (schema->title != NULL)
		fill_title(b, schema, i, s->title);
	for (size_t k = 0; k < schema->key_count; k++) {
		const struct config_key *key = &schema->keys[k];
		const char *text = s == NULL ? NULL : s->values[k].text;

		if (text == NULL)
			text = key->fallback;
		if (text != NULL)
			fill_key(b, schema, i, key, text);
		else if (key->is_required && is_whole)
			complain_missing(b, schema, i, key);
	}
}

void
config_build_fill(const struct config_build *b, bool is_whole)
{
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++) {
		const struct config_section *schema = config_sections[n];
		size_t count = 1;

		if (schema->title != NULL) {
			count = config_document_count(b->document, schema);
			if (count > schema->count_max)
				count = schema->count_max;
			config_section_allocate(b->config, schema, count);
		}
		for (size_t i = 0; i < count; i++)
			fill_element(b, schema, i, is_whole);
	}
}
