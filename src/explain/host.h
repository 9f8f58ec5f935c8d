/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h - is a word with points in it the name of a server?
 *
 * Texts about mail are full of words that only look so: files (smtp.py, mail.log), selectors of
 * syslog (mail.err), classes and settings (java.net.ConnectException, mail.smtp.host).
 */
#ifndef EXPLAIN_HOST_H
#define EXPLAIN_HOST_H

#include <stdbool.h>

#include "util/slice.h"

/* 0: it is none; more: the more it looks like a submission server. */
int explain_host_rank(struct slice name, bool has_port, bool is_path);

#endif
