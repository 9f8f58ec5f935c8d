/* SPDX-License-Identifier: Apache-2.0 */
/* fetch.h - one file over HTTPS, verified, without redirects: for MTA-STS policies. */
#ifndef AUDIT_FETCH_H
#define AUDIT_FETCH_H

#include <stdbool.h>

#include "audit/context.h"
#include "util/buf.h"

#define AUDIT_FETCH_ERROR_SIZE 256

/*
 * Get https://host/path, with the host's addresses as our own resolver gives them. No more than
 * out's maximum is read. False with words in error. It blocks, for some seconds at most.
 */
bool audit_fetch(struct audit *a, const char *host, const char *path, struct buf *out,
    char error[AUDIT_FETCH_ERROR_SIZE]);

#endif
