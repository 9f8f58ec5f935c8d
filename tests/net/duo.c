/* SPDX-License-Identifier: Apache-2.0 */
#include "duo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/alloc.h"

int
duo_set_up(void **state)
{
	const struct net_tls_client_options options = { .verify = false };
	struct duo *f = xcalloc(1, sizeof *f);

	f->base = event_base_new();
	pki_init(&f->pki, PKI_P256, "mail.example");
	f->server_tls = pki_server(&f->pki);
	assert_int_equal(net_tls_client_new(&options, &f->client_tls, NULL), 0);
	side_connect(f->base, &f->client, &f->server);
	*state = f;
	return 0;
}

int
duo_tear_down(void **state)
{
	struct duo *f = *state;

	side_done(&f->client);
	side_done(&f->server);
	side_settle(f->base);
	SSL_CTX_free(f->server_tls);
	SSL_CTX_free(f->client_tls);
	pki_done(&f->pki);
	event_base_free(f->base);
	free(f);
	return 0;
}

void
duo_start_tls(struct duo *f)
{
	net_conn_start_tls(f->server.conn, f->server_tls, true, NULL);
	net_conn_start_tls(f->client.conn, f->client_tls, false, "mail.example");
	side_wait(f->base, &f->client.is_tls);
	side_wait(f->base, &f->server.is_tls);
}

void
duo_say(struct side *s, const char *text)
{
	net_conn_write(s->conn, slice_of(text));
}

void
duo_check_got(struct duo *f, struct side *s, const char *text)
{
	side_wait_input(f->base, s, strlen(text));
	assert_true(slice_is(buf_slice(&s->got), text));
	buf_clear(&s->got);
}

static uint8_t *
make_big(void)
{
	uint8_t *octets = xmalloc(DUO_BIG);

	for (size_t i = 0; i < DUO_BIG; i++)
		octets[i] = (uint8_t)(i % 251);
	return octets;
}

void
duo_check_big(struct duo *f, const struct side *s)
{
	uint8_t *octets = make_big();

	side_wait_input(f->base, s, DUO_BIG);
	assert_int_equal(s->got.len, DUO_BIG);
	assert_memory_equal(s->got.ptr, octets, DUO_BIG);
	free(octets);
}

void
duo_write_big(struct side *s)
{
	uint8_t *octets = make_big();

	net_conn_write(s->conn, slice_make(octets, DUO_BIG));
	free(octets);
}
