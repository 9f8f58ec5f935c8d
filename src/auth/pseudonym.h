/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pseudonym.h - a word for a client's address that only the holder of a key can read.
 *
 * One block of AES-128 over the address in its IPv6 form: the same address gives the same word, so
 * that a recipient can tell two clients apart, and no two addresses give the same. The word is an
 * atom (RFC 5322 §3.2.3) and a label of a domain name.
 */
#ifndef AUTH_PSEUDONYM_H
#define AUTH_PSEUDONYM_H

#include <stdbool.h>
#include <stdint.h>

#include "util/ip.h"

#define AUTH_PSEUDONYM_KEY_LEN 16
#define AUTH_PSEUDONYM_LEN 26 /* base32 without padding (RFC 4648 §6): five bits a letter */

struct auth_pseudonym;

/* The key is copied. */
struct auth_pseudonym *auth_pseudonym_new(const uint8_t key[AUTH_PSEUDONYM_KEY_LEN]);
/* Nulls the pointer; NULL is fine. */
void auth_pseudonym_free(struct auth_pseudonym **p);

/* In lower case, with a NUL. */
void auth_pseudonym_make(
    struct auth_pseudonym *p, const struct ip *ip, char text[AUTH_PSEUDONYM_LEN + 1]);
/*
 * The address of a word, in either case. False for what was not made with this key, as far as can
 * be seen: it decodes to no address that a client can have. One in eight of other keys' words does
 * by chance, as an IPv6 address.
 */
bool auth_pseudonym_read(struct auth_pseudonym *p, struct slice text, struct ip *ret_ip);

#endif
