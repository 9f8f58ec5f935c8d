/* SPDX-License-Identifier: Apache-2.0 */
/* manual.c - the explanations of the schema as mdoc(7). */
#include "config/config.h"

#include "config/schema.h"
#include "config/value.h"
#include "config/wrap.h"

static void
print_default(const struct config_key *key, struct buf *out)
{
	if (key->derived != NULL)
		(void)buf_addf(out, "Default: %s.\n", key->derived);
	else if (key->fallback != NULL)
		(void)buf_addf(out, "Default: %s.\n", key->fallback);
	else
		(void)buf_add_text(out, "It has to be given.\n");
}

static void
print_bounds(const struct config_key *key, struct buf *out)
{
	if (key->type == CONFIG_TYPE_WORD) {
		(void)buf_add_text(out, "It is ");
		config_value_describe(key, out);
		(void)buf_add_text(out, ".\n");
	}
	if (key->max == 0)
		return;
	(void)buf_add_text(out, "From ");
	config_value_print_number(key, key->min, out);
	(void)buf_add_text(out, " to ");
	config_value_print_number(key, key->max, out);
	(void)buf_add_text(out, ".\n");
}

static const char *
placeholder(const struct config_key *key)
{
	switch (key->type) {
	case CONFIG_TYPE_HOSTNAME:
	case CONFIG_TYPE_HOST:
		return "host";
	case CONFIG_TYPE_ADDRESS:
		return "address";
	case CONFIG_TYPE_PATH:
		return "path";
	case CONFIG_TYPE_USER:
		return "user";
	case CONFIG_TYPE_TEXT:
		return "text";
	case CONFIG_TYPE_WORD:
		return "word";
	case CONFIG_TYPE_BOOL:
		return "boolean";
	case CONFIG_TYPE_NUMBER:
	case CONFIG_TYPE_PORT:
		return "number";
	case CONFIG_TYPE_DURATION:
		return "time";
	case CONFIG_TYPE_SIZE:
		return "size";
	case CONFIG_TYPE_NEXT_HOP:
		return "title";
	}
	return "value";
}

static void
print_key(const struct config_key *key, struct buf *out)
{
	(void)buf_addf(out, ".It Ic %s No = Ar %s\n", key->name, placeholder(key));
	config_wrap_mdoc(key->text, out);
	print_bounds(key, out);
	print_default(key, out);
	if (key->needs_restart)
		(void)buf_add_text(out, "A change needs a restart.\n");
}

static void
print_section(const struct config_section *s, struct buf *out)
{
	if (s->name[0] == '\0')
		(void)buf_add_text(out, ".Ss Keys outside of sections\n");
	else if (s->title == NULL)
		(void)buf_addf(out, ".Ss Section %s\n", s->name);
	else
		(void)buf_addf(out, ".Ss Sections %s Dq title\n", s->name);
	if (s->text[0] != '\0')
		config_wrap_mdoc(s->text, out);
	(void)buf_add_text(out, ".Bl -tag -width Ds\n");
	for (size_t k = 0; k < s->key_count; k++)
		print_key(&s->keys[k], out);
	(void)buf_add_text(out, ".El\n");
}

void
config_print_manual(struct buf *out)
{
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		print_section(config_sections[n], out);
}
