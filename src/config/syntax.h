/* SPDX-License-Identifier: Apache-2.0 */
/* syntax.h - is a text a domain name, an address, a host, a path, a user? */
#ifndef CONFIG_SYNTAX_H
#define CONFIG_SYNTAX_H

#include <stdbool.h>

/* Letters, digits, hyphens and dots (RFC 1123 §2.1), at most 253 octets; with a dot in it. */
bool config_syntax_is_full_name(const char *text);
/* The same, but one label will do: "localhost". */
bool config_syntax_is_name(const char *text);
bool config_syntax_is_address(const char *text);
/* Name, address, or "unix:" and an absolute path. */
bool config_syntax_is_host(const char *text);
bool config_syntax_is_unix(const char *text);
bool config_syntax_is_path(const char *text);
/* A user name as useradd(8) takes it, or a decimal uid. */
bool config_syntax_is_user(const char *text);
/* Title of a listener or next hop: letters, digits, "-", "_" and ".". */
bool config_syntax_is_title(const char *text);
/* Title of a route: "*", a domain name, or an address literal such as "[192.0.2.1]". */
bool config_syntax_is_domain(const char *text);
/* Is this host the machine that we are on, so that no TLS is needed on the way? */
bool config_syntax_is_local(const char *text);

#endif
