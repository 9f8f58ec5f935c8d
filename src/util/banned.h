/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banned.h - force-included everywhere: names whose use does not compile, and why.
 *
 * Unbounded or silently truncating text functions, hidden static state, and blocking name look-ups.
 */
#ifndef UTIL_BANNED_H
#define UTIL_BANNED_H

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* clang with _FORTIFY_SOURCE has these as macros, and a macro cannot be poisoned. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison gmtime localtime ctime asctime
#pragma GCC poison gethostbyname gethostbyaddr getaddrinfo
#pragma GCC poison atoi atol atoll

#endif
