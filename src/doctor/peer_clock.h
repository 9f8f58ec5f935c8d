/* SPDX-License-Identifier: Apache-2.0 */
/* peer_clock.h - what time it is by a server's greeting: many write the date into it. */
#ifndef DOCTOR_PEER_CLOCK_H
#define DOCTOR_PEER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* The first "10 Jun 2031 09:30:00 +0000" in text (RFC 5322 §3.3). False: there is none. */
bool doctor_peer_clock_read(const char *text, int64_t *ret_unix_s);

#endif
