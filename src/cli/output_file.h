/* SPDX-License-Identifier: Apache-2.0 */
/* output_file.h - results that are written to a file instead of standard output. */
#ifndef CLI_OUTPUT_FILE_H
#define CLI_OUTPUT_FILE_H

#include "util/slice.h"

/*
 * Writes the text to path, with mode 0644: a reader, such as a web server, sees the old file or
 * the new one, and a failure leaves the old one. A link is followed; what is no file, such as
 * /dev/stdout or a pipe, is written to. 0 or -errno.
 */
int cli_output_file_write(const char *path, struct slice text);

#endif
