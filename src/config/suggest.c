/* SPDX-License-Identifier: Apache-2.0 */
#include "config/suggest.h"

#include <stdint.h>
#include <string.h>

enum {
	NAME_MAX_LEN = 32, /* longer ones are nothing that we have */
	NEAR = 3,          /* changes that a slip of the hand may make */
};

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

size_t
config_suggest_distance(const char *a, const char *b)
{
	const size_t a_len = strlen(a), b_len = strlen(b);
	size_t row[NAME_MAX_LEN + 1]; /* of the Levenshtein matrix: a's first i against b's */

	if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			const size_t above = row[j];

			row[j] =
			    least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

const char *
config_suggest_name(const char *typed, const char *const *names)
{
	const char *best = NULL;
	size_t best_distance = NEAR + 1;

	for (; *names != NULL; names++) {
		size_t distance = config_suggest_distance(typed, *names);

		/* Half of a short name changed is another name. */
		if (distance < best_distance && distance * 2 <= strlen(*names)) {
			best_distance = distance;
			best = *names;
		}
	}
	return best;
}
