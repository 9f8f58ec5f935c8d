/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth.h - the auth process: who may log in, who may send as whom, and the TLS key.
 *
 * It never sees a client's socket. It reads <state_directory>/auth/accounts.db, which
 * `sallyport account` writes, and changes nothing in it.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

/* `sallyport serve --role auth --index N`: runs until told to stop; returns the exit code. */
int auth_main(unsigned index);

#endif
