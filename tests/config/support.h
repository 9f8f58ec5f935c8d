/* SPDX-License-Identifier: Apache-2.0 */
/* support.h - configs for the tests of this room. */
#ifndef TESTS_CONFIG_SUPPORT_H
#define TESTS_CONFIG_SUPPORT_H

#include "config/config.h"

/* The least that is a config, in one line, without its line feed. */
#define SUPPORT_BASE                                                                               \
	"hostname = \"mail.example.org\" tls { certificate = /c.pem key = /k.pem } "               \
	"next_hop relay { host = smtp.example.net }"

/* Parses text from a heap block of its exact size; fails the test when it is refused. */
struct config *support_parse(const char *text);
/* As config_parse() with the file name "f", errors as a C string to free(). */
int support_try(const char *text, size_t len, struct config **ret_config, char **ret_errors);
/* config_print() as a C string to free(). */
char *support_print(const struct config *c);

#endif
