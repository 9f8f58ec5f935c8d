/* SPDX-License-Identifier: Apache-2.0 */
/* sample.c - a config file in which every key is explained, from the schema. */
#include "config/config.h"

#include <stdio.h>

#include "config/schema.h"
#include "config/value.h"
#include "config/wrap.h"

enum { SAMPLE_WIDTH = 79 };

/* "Default: 5m, from 1s to 1d. A change needs a restart." */
static void
print_facts(const struct config_key *key, const char *prefix, struct buf *out)
{
	struct buf facts;

	buf_init(&facts, 1024);
	if (key->derived != NULL)
		(void)buf_addf(&facts, "Default: %s.", key->derived);
	else if (key->fallback != NULL)
		(void)buf_addf(&facts, "Default: %s", key->fallback);
	else
		(void)buf_add_text(&facts, "There is no default.");
	if (key->derived == NULL && key->fallback != NULL && key->max != 0) {
		(void)buf_add_text(&facts, ", from ");
		config_value_print_number(key, key->min, &facts);
		(void)buf_add_text(&facts, " to ");
		config_value_print_number(key, key->max, &facts);
	}
	if (key->derived == NULL && key->fallback != NULL)
		(void)buf_add_text(&facts, ".");
	if (key->needs_restart)
		(void)buf_add_text(&facts, " A change needs a restart.");
	(void)buf_add_octet(&facts, '\0');
	config_wrap_lines((const char *)facts.ptr, prefix, SAMPLE_WIDTH, out);
	buf_done(&facts);
}

static bool
is_bare(const struct config_key *key)
{
	return key->type >= CONFIG_TYPE_BOOL && key->type <= CONFIG_TYPE_SIZE;
}

/* Keys that must be given are in force, all others stand there as comments. */
static void
print_key(const struct config_key *key, const char *indent, const char *mark, struct buf *out)
{
	const char *value = key->fallback != NULL ? key->fallback : key->example;
	const bool is_active =
	    key->is_required || key == config_key_find(&config_section_top, "hostname");
	char prefix[16];

	(void)snprintf(prefix, sizeof prefix, "%s%s# ", mark, indent);
	config_wrap_lines(key->text, prefix, SAMPLE_WIDTH, out);
	print_facts(key, prefix, out);
	(void)buf_addf(out, "%s%s%s%s = ", mark, indent, is_active ? "" : "#", key->name);
	if (is_bare(key))
		(void)buf_add_text(out, value);
	else
		config_value_print_text(value, out);
	(void)buf_add_text(out, "\n");
}

/* Sections that the usual site does without are commented out as a whole. */
static void
print_section(const struct config_section *s, struct buf *out)
{
	const bool is_top = s->name[0] == '\0';
	const char *mark = s->is_optional ? "#" : "", *indent = is_top ? "" : "\t";

	(void)buf_add_text(out, "\n");
	config_wrap_lines(s->text, "# ", SAMPLE_WIDTH, out);
	if (!is_top)
		(void)buf_addf(out, "%s%s ", mark, s->name);
	if (s->title != NULL)
		(void)buf_addf(out, "\"%s\" ", s->title);
	(void)buf_add_text(out, is_top ? "" : "{\n");
	for (size_t k = 0; k < s->key_count; k++) {
		if (k > 0)
			(void)buf_addf(out, "%s\n", mark);
		print_key(&s->keys[k], indent, mark, out);
	}
	(void)buf_addf(out, "%s%s", mark, is_top ? "" : "}\n");
}

void
config_print_sample(struct buf *out)
{
	(void)buf_add_text(out,
	    "# Configuration of sallyport, with every key that there is; sallyport.conf(5).\n"
	    "# Printed by \"sallyport config sample\". Lines that begin with \"#\" and a key show\n"
	    "# its default or an example. \"sallyport config check\" says whether it is right.\n");
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		print_section(config_sections[n], out);
}
