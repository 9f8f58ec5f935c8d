/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - password hashes: yescrypt through crypt(3). Each takes milliseconds by design.
 */
#ifndef AUTH_HASH_H
#define AUTH_HASH_H

#include <stdbool.h>

#include "util/slice.h"

#define AUTH_HASH_COST_MIN 1
#define AUTH_HASH_COST_MAX 11

/* A new hash with a new salt, to be freed; NULL (errno set) when crypt(3) cannot. */
char *auth_hash_new(struct slice password, unsigned cost);
/* Is password (at most SASL_PASSWORD_MAX octets, no NUL) the one of hash? Safe in any thread. */
bool auth_hash_matches(struct slice password, const char *hash);
/*
 * What nobody's password matches, and which costs as much as `like` to find out: for names that do
 * not exist. Without like (NULL), or when it is not yescrypt, as much as `cost`. To be freed.
 */
char *auth_hash_new_decoy(const char *like, unsigned cost);

#endif
