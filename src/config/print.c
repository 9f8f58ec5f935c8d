/* SPDX-License-Identifier: Apache-2.0 */
/* print.c - a config in the grammar of the file. */
#include "config/config.h"

#include "config/value.h"

static void
print_key(const struct config *c, const struct config_key *key, const void *element,
    const char *indent, struct buf *out)
{
	const void *field = (const uint8_t *)element + key->offset;

	if (!config_value_is_set(key, field)) {
		(void)buf_addf(out, "%s# %s is not set\n", indent, key->name);
		return;
	}
	(void)buf_addf(out, "%s%s = ", indent, key->name);
	config_value_print(c, key, field, out);
	(void)buf_add_text(out, "\n");
}

static void
print_section(const struct config *c, const struct config_section *s, size_t i, struct buf *out)
{
	const void *element = config_section_look(c, s, i);
	const bool is_top = s->name[0] == '\0';

	if (!is_top)
		(void)buf_addf(out, "\n%s ", s->name);
	if (s->title != NULL) {
		config_value_print_text(config_section_title(element), out);
		(void)buf_add_text(out, " ");
	}
	(void)buf_add_text(out, is_top ? "" : "{\n");
	for (size_t k = 0; k < s->key_count; k++)
		print_key(c, &s->keys[k], element, is_top ? "" : "\t", out);
	(void)buf_add_text(out, is_top ? "" : "}\n");
}

void
config_print(const struct config *c, struct buf *out)
{
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		for (size_t i = 0; i < config_section_count(c, config_sections[n]); i++)
			print_section(c, config_sections[n], i, out);
}
