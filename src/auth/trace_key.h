/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_key.h - the key of pseudonyms (pseudonym.h), in a file beside the accounts.
 *
 * Made once. Whoever replaces it can no longer read the pseudonyms of before.
 */
#ifndef AUTH_TRACE_KEY_H
#define AUTH_TRACE_KEY_H

#include "auth/pseudonym.h"

#define AUTH_TRACE_KEY_FILE "auth/trace.key" /* below the state directory */

/* 0; -ENOENT; -EBADMSG when the file is none of ours; or another -errno. */
int auth_trace_key_load(const char *path, uint8_t ret_key[AUTH_PSEUDONYM_KEY_LEN]);
/* The same, but a file that is missing is made (mode 0600) and on disk when 0 is returned. */
int auth_trace_key_need(const char *path, uint8_t ret_key[AUTH_PSEUDONYM_KEY_LEN]);

#endif
