/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Law: a text is refused with words, or it is a config whose print is a config with the same print,
 * none of whose keys needs a restart.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "config/config.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_round(const struct config *c)
{
	struct config *again = NULL;
	struct buf printed, printed_again, errors;

	buf_init(&printed, OUTPUT_MAX);
	buf_init(&printed_again, OUTPUT_MAX);
	buf_init(&errors, OUTPUT_MAX);
	config_print(c, &printed);
	if (config_parse("printed", buf_slice(&printed), &again, &errors) != 0)
		abort();
	config_print(again, &printed_again);
	assert(!printed.overflow && slice_equal(buf_slice(&printed), buf_slice(&printed_again)));
	assert(config_restart_needed(c, again, &errors) == 0);
	config_free(&again);
	buf_done(&printed);
	buf_done(&printed_again);
	buf_done(&errors);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *c = NULL;
	struct buf errors;
	int r;

	buf_init(&errors, OUTPUT_MAX);
	r = config_parse("fuzz", slice_make(data, size), &c, &errors);
	assert((r == 0) == (errors.len == 0) && (r == 0) == (c != NULL));
	if (r == 0)
		check_round(c);
	config_free(&c);
	buf_done(&errors);
	return 0;
}
