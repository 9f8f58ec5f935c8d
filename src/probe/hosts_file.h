/* SPDX-License-Identifier: Apache-2.0 */
/* hosts_file.h - hosts(5): does it say something of a name? */
#ifndef PROBE_HOSTS_FILE_H
#define PROBE_HOSTS_FILE_H

#include <stdbool.h>

#include "util/slice.h"

/* A line that begins with no address says nothing. */
bool probe_hosts_has(struct slice text, const char *name);
/* Of a file; NULL, and one that cannot be read, have nothing. */
bool probe_hosts_file_has(const char *path, const char *name);

#endif
