/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/build.h"
#include "config/text.h"
#include "config/value.h"
#include "util/alloc.h"
#include "util/fd.h"

static void
free_element(const struct config_section *schema, void *element)
{
	char *title;

	if (schema->title != NULL) {
		memcpy(&title, element, sizeof title);
		free(title);
	}
	for (size_t k = 0; k < schema->key_count; k++)
		config_value_free(&schema->keys[k], (uint8_t *)element + schema->keys[k].offset);
}

void
config_free(struct config **c)
{
	if (*c == NULL)
		return;
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		for (size_t i = 0; i < config_section_count(*c, config_sections[n]); i++)
			free_element(
			    config_sections[n], config_section_at(*c, config_sections[n], i));
	free((*c)->listeners);
	free((*c)->next_hops);
	free((*c)->routes);
	free(*c);
	*c = NULL;
}

static void
build(const struct config_build *b, bool is_whole)
{
	config_build_fill(b, is_whole);
	if (b->report->count == 0)
		config_build_derive(b);
	if (b->report->count == 0)
		config_build_check(b);
}

int
config_parse(const char *name, struct slice text, struct config **ret_config, struct buf *errors)
{
	struct config_report report = { .file = name, .out = errors };
	struct config_document document;
	struct config *c = xcalloc(1, sizeof *c);
	bool is_whole = config_document_read(text, &document, &report);

	build(&(struct config_build){ c, &document, &report }, is_whole);
	config_document_done(&document);
	if (report.count > 0) {
		config_free(&c);
		return -EINVAL;
	}
	*ret_config = c;
	return 0;
}

/* The whole file, or the first octets of one that is too large, which config_parse() refuses. */
static int
read_file(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = fd_read_all(fd, buf_reserve(text, CONFIG_TEXT_MAX + 1), CONFIG_TEXT_MAX + 1);
	fd_close(&fd);
	if (n < 0)
		return (int)n;
	text->len = (size_t)n;
	return 0;
}

int
config_load(const char *path, struct config **ret_config, struct buf *errors)
{
	struct buf text;
	int r;

	buf_init(&text, CONFIG_TEXT_MAX + 1);
	r = read_file(path, &text);
	if (r < 0)
		(void)buf_addf(errors, "%s: cannot be read: %s\n", path, strerrordesc_np(-r));
	else
		r = config_parse(path, buf_slice(&text), ret_config, errors);
	buf_done(&text);
	return r;
}
