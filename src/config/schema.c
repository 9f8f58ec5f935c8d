/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include <assert.h>
#include <string.h>

#include "util/alloc.h"

_Static_assert(offsetof(struct config_listener, name) == 0, "the title comes first");
_Static_assert(offsetof(struct config_next_hop, name) == 0, "the title comes first");
_Static_assert(offsetof(struct config_route, domain) == 0, "the title comes first");

const struct config_section *const config_sections[CONFIG_SECTION_COUNT] = {
	&config_section_top,
	&config_section_tls,
	&config_section_listen,
	&config_section_next_hop,
	&config_section_route,
	&config_section_limits,
	&config_section_timeouts,
	&config_section_message,
	&config_section_auth,
	&config_section_queue,
	&config_section_users,
};

const struct config_section *
config_section_find(const char *name)
{
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++)
		if (strcmp(config_sections[i]->name, name) == 0)
			return config_sections[i];
	return NULL;
}

const struct config_key *
config_key_find(const struct config_section *s, const char *name)
{
	for (size_t i = 0; i < s->key_count; i++)
		if (strcmp(s->keys[i].name, name) == 0)
			return &s->keys[i];
	return NULL;
}

/* The pointer to the array of a section with titles, wherever in struct config it is. */
static void *
list_of(const struct config *c, const struct config_section *s)
{
	void *list;

	memcpy(&list, (const uint8_t *)c + s->offset, sizeof list);
	return list;
}

size_t
config_section_count(const struct config *c, const struct config_section *s)
{
	size_t count;

	if (s->title == NULL)
		return 1;
	memcpy(&count, (const uint8_t *)c + s->count_offset, sizeof count);
	return count;
}

void *
config_section_at(struct config *c, const struct config_section *s, size_t i)
{
	if (s->title == NULL)
		return (uint8_t *)c + s->offset;
	return (uint8_t *)list_of(c, s) + i * s->element_size;
}

const void *
config_section_look(const struct config *c, const struct config_section *s, size_t i)
{
	if (s->title == NULL)
		return (const uint8_t *)c + s->offset;
	return (const uint8_t *)list_of(c, s) + i * s->element_size;
}

const char *
config_section_title(const void *element)
{
	const char *title;

	memcpy(&title, element, sizeof title);
	return title;
}

void
config_section_allocate(struct config *c, const struct config_section *s, size_t count)
{
	void *list = count == 0 ? NULL : xcalloc(count, s->element_size);

	assert(s->title != NULL && list_of(c, s) == NULL && count <= s->count_max);
	memcpy((uint8_t *)c + s->offset, &list, sizeof list);
	memcpy((uint8_t *)c + s->count_offset, &count, sizeof count);
}
