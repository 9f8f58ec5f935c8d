/* SPDX-License-Identifier: Apache-2.0 */
/* duo.h - a client and a server connection in one loop, for the tests of net/conn.h. */
#ifndef TESTS_NET_DUO_H
#define TESTS_NET_DUO_H

#include "pki.h"
#include "side.h"

#define DUO_BIG ((size_t)12 * 1024 * 1024) /* more than the kernel buffers for both ends */

#define DUO_TEST(test) cmocka_unit_test_setup_teardown(test, duo_set_up, duo_tear_down)

struct duo {
	struct event_base *base;
	struct pki pki;
	SSL_CTX *server_tls, *client_tls;
	struct side client, server;
};

int duo_set_up(void **state);
int duo_tear_down(void **state);
/* Both sides, until both handshakes are complete. */
void duo_start_tls(struct duo *f);
void duo_say(struct side *s, const char *text);
/* Waits for text, which must be all that came. */
void duo_check_got(struct duo *f, struct side *s, const char *text);
/* DUO_BIG octets: written in one call, and all there at the other end. */
void duo_write_big(struct side *s);
void duo_check_big(struct duo *f, const struct side *s);

#endif
