/* SPDX-License-Identifier: Apache-2.0 */
/* examples.h - the examples of the catalogue of messages, from its data files. */
#ifndef TESTS_EXPLAIN_EXAMPLES_H
#define TESTS_EXPLAIN_EXAMPLES_H

#include <stddef.h>

struct example {
	const char *id;    /* of the entry that it is an example of */
	const char *cause; /* the entry's first */
	const char *text;
	const char *references; /* the numbers in the reference collection, with blanks between */
};

extern const struct example examples[];
extern const size_t example_count;

#endif
