/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/slice.h"

enum { OUTPUT_MAX = 8 * 1024 * 1024 };

static char *
text_of(struct buf *b)
{
	char *text;

	assert_false(b->overflow);
	text = slice_dup(buf_slice(b));
	buf_done(b);
	return text;
}

int
support_try(const char *text, size_t len, struct config **ret_config, char **ret_errors)
{
	uint8_t *block = malloc(len == 0 ? 1 : len);
	struct buf errors;
	int r;

	assert_non_null(block);
	memcpy(block, text, len);
	buf_init(&errors, OUTPUT_MAX);
	r = config_parse("f", slice_make(block, len), ret_config, &errors);
	free(block);
	*ret_errors = text_of(&errors);
	return r;
}

struct config *
support_parse(const char *text)
{
	struct config *c = NULL;
	char *errors;

	if (support_try(text, strlen(text), &c, &errors) != 0)
		fail_msg("refused: %s", errors);
	free(errors);
	return c;
}

char *
support_print(const struct config *c)
{
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	config_print(c, &out);
	return text_of(&out);
}
