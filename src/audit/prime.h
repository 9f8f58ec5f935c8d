/* SPDX-License-Identifier: Apache-2.0 */
/* prime.h - is the number that Diffie-Hellman is reckoned with one that holds? Pure. */
#ifndef AUDIT_PRIME_H
#define AUDIT_PRIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/*
 * A prime p of which (p - 1) / 2 is prime, too. Looked at as one looks at numbers that nobody has
 * built to pass: one test each. True where it could not be looked at.
 */
bool audit_prime_is_safe(struct slice number);

#define AUDIT_PRIME_MAX 1024 /* octets */

/* The last that was looked at: a server mostly shows the same one again. All zero at first. */
struct audit_prime_seen {
	size_t len;
	uint8_t octets[AUDIT_PRIME_MAX];
	bool is_safe;
};

/* As above; number has up to AUDIT_PRIME_MAX octets. */
bool audit_prime_seen_is_safe(struct audit_prime_seen *seen, struct slice number);

#endif
