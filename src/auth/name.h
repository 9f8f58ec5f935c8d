/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name.h - what an account may be called, and when two names are one.
 *
 * Names are UTF-8, prepared (sasl/prepare.h), and compare with ASCII letters of either case alike,
 * the part before "@" included: people type them on telephones that begin with a capital. They are
 * stored and shown in lower case.
 */
#ifndef AUTH_NAME_H
#define AUTH_NAME_H

#define AUTH_NAME_MAX 255 /* octets, as much as RFC 4616 §2 wants taken */

/* ASCII letters to lower case, in place. */
void auth_name_fold(char *name);
/*
 * The stored form of what an administrator typed, to be freed. NULL when it cannot be a name:
 * empty, too long, not UTF-8, or with a space, a control or one of <>()[]\,;:"* in it.
 */
char *auth_name_new(const char *text);

#endif
