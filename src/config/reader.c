/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.c - from text to document, with libconfuse as lexer and grammar.
 *
 * Every key is a CFGT_PTR with a callback for libconfuse, so that it keeps nothing but calls us
 * with each value and its line. It passes no argument of ours to callbacks; the reader travels as
 * the address of the "simple value" that each key has, where libconfuse stores the callback's
 * result.
 */
#include <confuse.h>

#include "config/document.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/suggest.h"
#include "config/text.h"
#include "util/alloc.h"

struct reader {
	void *slot; /* first: libconfuse writes here what on_value gives, which is nothing */
	struct config_document *document;
	struct config_report *report;
	const cfg_t *cfg; /* the section that the newest of the document was made for */
	cfg_opt_t keys[CONFIG_SECTION_COUNT][CONFIG_SECTION_KEYS_MAX + 1];
	cfg_opt_t top[CONFIG_SECTION_KEYS_MAX + CONFIG_SECTION_COUNT + 1];
};

_Static_assert(offsetof(struct reader, slot) == 0, "libconfuse's pointer is the reader's");

static struct reader *
reader_of(const cfg_opt_t *key)
{
	return (struct reader *)(void *)key->simple_value.ptr;
}

static const struct config_section *
schema_of(cfg_t *cfg)
{
	const char *name = cfg_name(cfg);

	return config_section_find(strcmp(name, "root") == 0 ? "" : name);
}

static struct config_document_section *
add_section(struct config_document *d, const struct config_section *schema, const char *title)
{
	struct config_document_section *s;

	if (d->count == d->size) {
		d->size = d->size == 0 ? 16 : d->size * 2;
		d->sections = xrealloc(d->sections, d->size * sizeof *d->sections);
	}
	s = &d->sections[d->count++];
	*s = (struct config_document_section){ .schema = schema };
	s->title = title == NULL ? NULL : xstrdup(title);
	return s;
}

/* The section of the document that cfg stands for; one without a title may be given in parts. */
static struct config_document_section *
section_of(struct reader *r, cfg_t *cfg)
{
	const struct config_section *schema = schema_of(cfg);
	struct config_document *d = r->document;

	if (r->cfg == cfg && d->count > 0)
		return &d->sections[d->count - 1];
	for (size_t i = 0; schema->title == NULL && i < d->count; i++)
		if (d->sections[i].schema == schema)
			return &d->sections[i];
	r->cfg = cfg;
	return add_section(d, schema, schema->title == NULL ? NULL : cfg_title(cfg));
}

static void
report_twice(struct reader *r, const struct config_document_section *s, unsigned line,
    const struct config_key *key, unsigned first_line)
{
	struct buf words;

	buf_init(&words, 256);
	(void)buf_addf(&words, "is given twice, first in line %u; keep one of them", first_line);
	(void)buf_add_octet(&words, '\0');
	config_report_add(
	    r->report, line, s->schema->name, s->title, key->name, (const char *)words.ptr);
	buf_done(&words);
}

static const char *
nearest_name(const struct config_section *schema, const char *typed)
{
	const char *names[CONFIG_SECTION_KEYS_MAX + CONFIG_SECTION_COUNT + 1];
	size_t count = 0;

	for (size_t i = 0; i < schema->key_count; i++)
		names[count++] = schema->keys[i].name;
	for (size_t i = 1; schema->name[0] == '\0' && i < CONFIG_SECTION_COUNT; i++)
		names[count++] = config_sections[i]->name;
	names[count] = NULL;
	return config_suggest_name(typed, names);
}

/* A key that stands in the wrong section is the second most common slip after a wrong letter. */
static const struct config_section *
home_of(const char *name)
{
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++)
		if (config_key_find(config_sections[i], name) != NULL)
			return config_sections[i];
	return NULL;
}

static void
describe_unknown(const struct config_section *schema, const char *name, struct buf *words)
{
	const char *near = nearest_name(schema, name);
	const struct config_section *home = home_of(name);
	const bool is_section = schema->name[0] != '\0' && config_section_find(name) != NULL;

	(void)buf_add_text(words, "there is no such key");
	if (is_section)
		(void)buf_addf(
		    words, "; \"%s\" is a section of its own: is a \"}\" missing above?", name);
	else if (near != NULL)
		(void)buf_addf(words, "; did you mean \"%s\"?", near);
	else if (home != NULL && home->name[0] == '\0')
		(void)buf_addf(words, " here; it belongs outside of all sections");
	else if (home != NULL)
		(void)buf_addf(words, " here; it belongs into section \"%s\"", home->name);
	else
		(void)buf_add_text(words, "; see sallyport.conf(5) for those that there are");
	(void)buf_add_octet(words, '\0');
}

static void
report_unknown(struct reader *r, cfg_t *cfg, const char *name)
{
	const struct config_section *schema = schema_of(cfg);
	struct buf words;

	buf_init(&words, 512);
	describe_unknown(schema, name, &words);
	config_report_add(r->report, (unsigned)cfg->line, schema->name,
	    schema->title == NULL ? NULL : cfg_title(cfg), name, (const char *)words.ptr);
	buf_done(&words);
}

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	struct reader *r = reader_of(opt);
	struct config_document_section *s = section_of(r, cfg);
	const struct config_key *key = config_key_find(s->schema, opt->name);
	struct config_document_value *value;

	*(void **)result = NULL;
	if (key == NULL) { /* "section|key" is a path for libconfuse */
		report_unknown(r, cfg, opt->name);
		return -1;
	}
	value = &s->values[key - s->schema->keys];
	if (value->text != NULL) {
		report_twice(r, s, (unsigned)cfg->line, key, value->line);
		return 0;
	}
	value->text = xstrdup(text);
	value->line = (unsigned)cfg->line;
	return 0;
}

static int
on_section_end(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *ended = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	struct reader *r = reader_of(&ended->opts[0]);
	struct config_document_section *s = section_of(r, ended);
	struct buf words;

	s->line = (unsigned)cfg->line;
	if (s->schema->title == NULL ||
	    config_document_count(r->document, s->schema) <= s->schema->count_max)
		return 0;
	buf_init(&words, 256);
	(void)buf_addf(&words, "is one section too many; there may be %zu", s->schema->count_max);
	(void)buf_add_octet(&words, '\0');
	config_report_add(
	    r->report, s->line, s->schema->name, s->title, NULL, (const char *)words.ptr);
	buf_done(&words);
	return -1;
}

/* libconfuse's words, and what would be right. */
static const struct advice {
	const char *format, *words;
} advices[] = {
	{ "missing equal sign after option '%s'", "write key = value" },
	{ "missing opening brace for section '%s'", "write \"{\" after its name and title" },
	{ "missing title for section '%s'", "write a title in quotes after its name" },
	{ "found duplicate title '%s'", "give each section a title of its own" },
	{ "unexpected token '%s'", "write key = value, one value for each key" },
	{ "unexpected closing brace", "remove it, or add the opening one" },
	{ "premature end of file", "write key = value" },
	{ "attempt to append to non-list option '%s'", "write key = value" },
};

static const char *
advice_for(const char *format)
{
	for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
		if (strcmp(advices[i].format, format) == 0)
			return advices[i].words;
	return "see sallyport.conf(5)";
}

__attribute__((format(printf, 2, 0))) static void
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	struct reader *r = reader_of(&cfg->opts[0]);
	char *words = NULL, *line = NULL;

	if (strcmp(format, "no such option '%s'") == 0) {
		report_unknown(r, cfg, va_arg(ap, const char *));
		return;
	}
	if (vasprintf(&words, format, ap) < 0)
		abort();
	if (asprintf(&line, "%s; %s", words, advice_for(format)) < 0)
		abort();
	config_report_add(r->report, (unsigned)cfg->line, "", NULL, NULL, line);
	free(words);
	free(line);
}

static void
make_keys(struct reader *r, const struct config_section *schema, cfg_opt_t *out)
{
	assert(schema->key_count <= CONFIG_SECTION_KEYS_MAX);
	for (size_t i = 0; i < schema->key_count; i++)
		out[i] = (cfg_opt_t){
			.name = schema->keys[i].name,
			.type = CFGT_PTR,
			.flags = CFGF_NODEFAULT,
			.simple_value = { .ptr = &r->slot },
			.parsecb = on_value,
		};
}

static void
make_grammar(struct reader *r)
{
	size_t count = config_section_top.key_count;

	make_keys(r, &config_section_top, r->top);
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section *schema = config_sections[i];

		if (schema == &config_section_top)
			continue;
		make_keys(r, schema, r->keys[i]);
		r->top[count++] = (cfg_opt_t){
			.name = schema->name,
			.type = CFGT_SEC,
			.flags = schema->title == NULL
				     ? CFGF_NONE
				     : CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES,
			.subopts = r->keys[i],
			.validcb = on_section_end,
		};
	}
}

static bool
parse(struct reader *r, const char *text)
{
	const size_t reported = r->report->count;
	cfg_t *cfg;
	int result;

	make_grammar(r);
	cfg = cfg_init(r->top, CFGF_NONE);
	if (cfg == NULL)
		abort();
	(void)cfg_set_error_function(cfg, on_error);
	result = cfg_parse_buf(cfg, text);
	if (result != CFG_SUCCESS && r->report->count == reported)
		config_report_add(r->report, (unsigned)cfg->line, "", NULL, NULL,
		    "this is no key; write key = value");
	(void)cfg_free(cfg);
	return result == CFG_SUCCESS;
}

bool
config_document_read(
    struct slice text, struct config_document *document, struct config_report *report)
{
	struct reader r = { .document = document, .report = report };
	char *prepared = config_text_prepare(text, report);
	bool is_whole;

	*document = (struct config_document){ 0 };
	if (prepared == NULL)
		return false;
	is_whole = parse(&r, prepared);
	free(prepared);
	return is_whole;
}
