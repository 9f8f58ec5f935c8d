/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../net/pki.h"
#include "delivery/context.h"

/* A configuration with one next hop that is verified against a file of our own. */
struct world {
	struct event_base *base;
	struct pki pki;
	char path[32];
	struct config_next_hop next_hops[2];
	struct config config;
	struct delivery_context context;
};

static char first_name[] = "first", second_name[] = "second", host[] = "mx.example";

static void
open_world(struct world *w, enum config_next_hop_tls tls)
{
	int fd;

	*w = (struct world){ .path = "/tmp/test-delivery-XXXXXX" };
	w->base = event_base_new();
	assert_non_null(w->base);
	pki_init(&w->pki, PKI_P256, host);
	fd = mkstemp(w->path);
	assert_int_equal(write(fd, w->pki.certificate_pem.ptr, w->pki.certificate_pem.len),
	    (ssize_t)w->pki.certificate_pem.len);
	(void)close(fd);
	w->next_hops[0] = (struct config_next_hop){
		.name = first_name, .host = host, .tls = tls, .tls_ca_file = w->path
	};
	w->config =
	    (struct config){ .hostname = host, .next_hops = w->next_hops, .next_hop_count = 1 };
	assert_int_equal(delivery_context_init(&w->context, w->base, &w->config), 0);
}

static void
close_world(struct world *w)
{
	delivery_context_done(&w->context);
	(void)unlink(w->path);
	pki_done(&w->pki);
	event_base_free(w->base);
}

static void
test_a_verified_next_hop_has_the_authorities_of_its_file(void **state)
{
	struct world w;
	SSL_CTX *context;

	(void)state;
	open_world(&w, CONFIG_NEXT_HOP_TLS_REQUIRED);
	context = delivery_context_tls(&w.context, &w.next_hops[0]);
	assert_non_null(context);
	assert_int_equal(SSL_CTX_get_verify_mode(context), SSL_VERIFY_PEER);
	close_world(&w);
}

static void
test_opportunistic_tls_takes_anybody_but_knows_the_authorities(void **state)
{
	struct world w;
	SSL_CTX *context;

	(void)state;
	open_world(&w, CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC);
	context = delivery_context_tls(&w.context, &w.next_hops[0]);
	assert_non_null(context);
	assert_int_equal(SSL_CTX_get_verify_mode(context), SSL_VERIFY_NONE);
	assert_ptr_equal(context, w.context.authorities[0].relaxed);
	assert_int_equal(
	    sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context))), 1);
	close_world(&w);
}

static void
test_opportunistic_tls_is_had_without_authorities(void **state)
{
	struct world w;
	char other[] = "/nonexistent/ca.pem";

	(void)state;
	open_world(&w, CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC);
	w.next_hops[0].tls_ca_file = other;
	assert_ptr_equal(delivery_context_tls(&w.context, &w.next_hops[0]), w.context.unverified);
	close_world(&w);
}

static void
test_a_file_that_a_reload_names_first_is_not_there(void **state)
{
	struct world w;
	char other[] = "/nonexistent/ca.pem";

	(void)state;
	open_world(&w, CONFIG_NEXT_HOP_TLS_REQUIRED);
	w.next_hops[1] = w.next_hops[0];
	w.next_hops[1].name = second_name;
	w.next_hops[1].tls_ca_file = other;
	w.config.next_hop_count = 2;
	delivery_context_set_config(&w.context, &w.config);
	assert_null(delivery_context_tls(&w.context, &w.next_hops[1]));
	assert_non_null(delivery_context_tls(&w.context, &w.next_hops[0]));
	assert_true(w.context.is_shared);
	close_world(&w);
}

static void
test_each_next_hop_has_its_own_newest_password(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, CONFIG_NEXT_HOP_TLS_NONE);
	delivery_context_set_password(&w.context, first_name, slice_of("one"));
	delivery_context_set_password(&w.context, second_name, slice_of("two"));
	delivery_context_set_password(&w.context, first_name, slice_of("three"));
	assert_true(slice_is(delivery_context_password(&w.context, first_name), "three"));
	assert_true(slice_is(delivery_context_password(&w.context, second_name), "two"));
	assert_int_equal(delivery_context_password(&w.context, "third").len, 0);
	close_world(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_verified_next_hop_has_the_authorities_of_its_file),
		cmocka_unit_test(test_opportunistic_tls_takes_anybody_but_knows_the_authorities),
		cmocka_unit_test(test_opportunistic_tls_is_had_without_authorities),
		cmocka_unit_test(test_a_file_that_a_reload_names_first_is_not_there),
		cmocka_unit_test(test_each_next_hop_has_its_own_newest_password),
	};

	return cmocka_run_group_tests_name("delivery/context", tests, NULL, NULL);
}
