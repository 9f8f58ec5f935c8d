/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - the files and users that a config names: are they there and right? */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "config/config.h"

/*
 * Says on standard error what is wrong, one line each; those that begin with "warning: " keep the
 * server from nothing. True when there is nothing else.
 */
bool cli_check_files(const struct config *c);

#endif
