/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - what a reload cannot change. */
#include "config/config.h"

#include <string.h>

#include "config/value.h"

struct comparison {
	const struct config *old_config, *new_config;
	struct buf *out;
	size_t count;
};

/* The value as the file spells it, or "nothing". */
static void
print_value(const struct config *c, const struct config_section *s, const struct config_key *key,
    struct buf *out)
{
	const void *field = (const uint8_t *)config_section_look(c, s, 0) + key->offset;

	if (config_value_is_set(key, field))
		config_value_print(c, key, field, out);
	else
		(void)buf_add_text(out, "nothing");
}

static void
compare_key(struct comparison *m, const struct config_section *s, const struct config_key *key)
{
	struct buf was, is;

	buf_init(&was, SIZE_MAX);
	buf_init(&is, SIZE_MAX);
	print_value(m->old_config, s, key, &was);
	print_value(m->new_config, s, key, &is);
	if (!slice_equal(buf_slice(&was), buf_slice(&is))) {
		m->count++;
		(void)buf_addf(
		    m->out, "%s%s%s: from ", s->name, s->name[0] == '\0' ? "" : ".", key->name);
		(void)buf_add_slice(m->out, buf_slice(&was));
		(void)buf_add_text(m->out, " to ");
		(void)buf_add_slice(m->out, buf_slice(&is));
		(void)buf_add_text(m->out, "\n");
	}
	buf_done(&was);
	buf_done(&is);
}

static const struct config_listener *
find_listener(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->listener_count; i++)
		if (strcmp(c->listeners[i].name, name) == 0)
			return &c->listeners[i];
	return NULL;
}

static void
add_listener_line(struct comparison *m, const char *name, const char *what)
{
	m->count++;
	(void)buf_addf(m->out, "listen \"%s\": %s\n", name, what);
}

static void
compare_listeners(struct comparison *m)
{
	for (size_t i = 0; i < m->old_config->listener_count; i++) {
		const struct config_listener *was = &m->old_config->listeners[i];
		const struct config_listener *is = find_listener(m->new_config, was->name);

		if (is == NULL)
			add_listener_line(m, was->name, "is gone");
		else if (strcmp(was->address, is->address) != 0 || was->port != is->port ||
			 was->tls != is->tls || was->profile != is->profile)
			add_listener_line(m, was->name, "is another");
	}
	for (size_t i = 0; i < m->new_config->listener_count; i++)
		if (find_listener(m->old_config, m->new_config->listeners[i].name) == NULL)
			add_listener_line(m, m->new_config->listeners[i].name, "is new");
}

size_t
config_restart_needed(
    const struct config *old_config, const struct config *new_config, struct buf *out)
{
	struct comparison m = { old_config, new_config, out, 0 };

	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		for (size_t k = 0; k < config_sections[n]->key_count; k++)
			if (config_sections[n]->keys[k].needs_restart)
				compare_key(&m, config_sections[n], &config_sections[n]->keys[k]);
	compare_listeners(&m);
	return m.count;
}
