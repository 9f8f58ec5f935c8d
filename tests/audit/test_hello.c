/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/hello.h"

/* Flights of servers. A length of 0 in wants_key rows means: never whole. */
static const struct answer_case {
	const char *name;
	const char *octets;
	size_t len;
	bool wants_key;
	enum audit_hello_status status;
	struct audit_hello_answer answer;
} cases[] = {
	{ "an alert", "\x15\x03\x01\x00\x02\x02\x46", 7, false, AUDIT_HELLO_ALERT,
	    { .alert = 70 } },
	{ "plain SMTP", "220 mail", 8, false, AUDIT_HELLO_NO_TLS, { 0 } },
	{ "a record of another protocol", "\x16\x02\x00\x00\x01", 5, false, AUDIT_HELLO_NO_TLS,
	    { 0 } },
	{ "a ServerHello of TLS 1.2 with renegotiation_info",
	    "\x16\x03\x03\x00\x31\x02\x00\x00\x2d\x03\x03"
	    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\xc0\x2f\x00\x00\x05\xff\x01\x00\x01\x00",
	    54, false, AUDIT_HELLO_ACCEPTED,
	    { .version = AUDIT_TLS12, .cipher = 0xc02f, .has_secure_renegotiation = true } },
	{ "a ServerHello of SSL 3.0 with compression and no extensions",
	    "\x16\x03\x00\x00\x2a\x02\x00\x00\x26\x03\x00"
	    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\x00\x05\x01",
	    47, false, AUDIT_HELLO_ACCEPTED,
	    { .version = AUDIT_SSL3, .cipher = 5, .has_compression = true } },
	{ "TLS 1.3 in supported_versions",
	    "\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03"
	    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04",
	    55, true, AUDIT_HELLO_ACCEPTED, { .version = AUDIT_TLS13, .cipher = 0x1301 } },
	{ "a prime of 9 bits, in messages that two records share",
	    "\x16\x03\x03\x00\x2e\x02\x00\x00\x26\x03\x03"
	    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\x00\x33\x00\x0c\x00\x00\x04"
	    "\x16\x03\x03\x00\x04\x00\x02\x01\x01",
	    60, true, AUDIT_HELLO_ACCEPTED,
	    { .version = AUDIT_TLS12, .cipher = 0x33, .dh_bits = 9 } },
	{ "TLS 1.3 that asks for a key of another group",
	    "\x16\x03\x03\x00\x38\x02\x00\x00\x34\x03\x03"
	    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\x13\x02\x00\x00\x0c\x00\x33\x00\x02\x00\x18"
	    "\x00\x2b\x00\x02\x03\x04",
	    61, true, AUDIT_HELLO_ACCEPTED,
	    { .version = AUDIT_TLS13, .cipher = 0x1302, .group = 24 } },
	{ "a curve with a name",
	    "\x16\x03\x03\x00\x31\x02\x00\x00\x26\x03\x03"
	    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\xc0\x2f\x00\x0c\x00\x00\x03\x03\x00\x1d",
	    54, true, AUDIT_HELLO_ACCEPTED,
	    { .version = AUDIT_TLS12, .cipher = 0xc02f, .group = 29 } },
	{ "a curve that is spelt out",
	    "\x16\x03\x03\x00\x31\x02\x00\x00\x26\x03\x03"
	    "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr\x00\xc0\x2f\x00\x0c\x00\x00\x03\x01\x00\x1d",
	    54, true, AUDIT_HELLO_ACCEPTED, { .version = AUDIT_TLS12, .cipher = 0xc02f } },
	{ "SSL 2.0",
	    "\x80\x14\x04\x00\x01\x00\x02\x00\x01\x00\x06\x00\x02"
	    "c\x01\x00\x80\x07\x00\xc0ii",
	    22, false, AUDIT_HELLO_ACCEPTED, { .version = AUDIT_SSL2, .ssl2_suite_count = 2 } },
	{ "SSL 2.0 that says it has more suites than it sends",
	    "\x80\x0f\x04\x00\x01\x00\x02\x00\x01\x00\x06\x00\x02"
	    "c\x01\x00\x80",
	    17, false, AUDIT_HELLO_NO_TLS, { .version = AUDIT_SSL2 } },
	{ "SSL 2.0 that has more suites than its record holds, and octets behind it",
	    "\x80\x0f\x04\x00\x01\x00\x02\x00\x01\x00\x06\x00\x02"
	    "c\x01\x00\x80\x07\x00\xc0ii",
	    22, false, AUDIT_HELLO_NO_TLS, { .version = AUDIT_SSL2 } },
	{ "SSL 2.0 without a suite in common",
	    "\x80\x0d\x04\x00\x01\x00\x02\x00\x01\x00\x00\x00\x02", 13, false, AUDIT_HELLO_NO_TLS,
	    { .version = AUDIT_SSL2 } },
	{ "a record that is too long", "\x16\x03\x03\xff\xff", 5, false, AUDIT_HELLO_NO_TLS,
	    { 0 } },
};

static enum audit_hello_status
read_first(const struct answer_case *c, size_t len, struct audit_hello_answer *answer)
{
	uint8_t *copy = malloc(len + (len == 0));
	enum audit_hello_status status;

	memcpy(copy, c->octets, len);
	status = audit_hello_read(slice_make(copy, len), c->wants_key, answer);
	free(copy);
	return status;
}

static bool
is_same(const struct audit_hello_answer *x, const struct audit_hello_answer *y)
{
	return x->version == y->version && x->cipher == y->cipher && x->alert == y->alert &&
	       x->has_compression == y->has_compression && x->dh_bits == y->dh_bits &&
	       x->group == y->group && x->ssl2_suite_count == y->ssl2_suite_count &&
	       x->has_secure_renegotiation == y->has_secure_renegotiation;
}

static void
test_answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct audit_hello_answer answer = { 0 };
		const enum audit_hello_status status = read_first(&cases[i], cases[i].len, &answer);

		if (status != cases[i].status || !is_same(&answer, &cases[i].answer))
			fail_msg("%s: status %d, version %x, cipher %x, %u bits", cases[i].name,
			    (int)status, (unsigned)answer.version, (unsigned)answer.cipher,
			    answer.dh_bits);
	}
}

/* What is decided of a part is what is decided of the whole. */
static void
test_an_answer_is_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t len = 0; len < cases[i].len; len++) {
			struct audit_hello_answer answer;
			const enum audit_hello_status status = read_first(&cases[i], len, &answer);

			if (status != AUDIT_HELLO_MORE && status != cases[i].status)
				fail_msg(
				    "%s, cut at %zu: status %d", cases[i].name, len, (int)status);
		}
	}
}

static const uint8_t random_octets[AUDIT_HELLO_RANDOM_LEN] = { 1, 2, 3 };

static unsigned
number_at(const struct buf *b, size_t at, size_t width)
{
	unsigned number = 0;

	for (size_t i = 0; i < width; i++)
		number = number << 8 | b->ptr[at + i];
	return number;
}

static void
test_lengths_of_a_hello_count_what_is_there(void **state)
{
	static const uint16_t versions[] = { AUDIT_SSL3, AUDIT_TLS10, AUDIT_TLS12, AUDIT_TLS13 };
	static const uint16_t ciphers[] = { 0x0005, 0xc02f };

	(void)state;
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		const struct audit_hello h = { .version = versions[i],
			.ciphers = ciphers,
			.cipher_count = 2,
			.name = "mail.example",
			.is_fallback = true };
		struct buf out;

		buf_init(&out, AUDIT_HELLO_MAX);
		audit_hello_write(&h, random_octets, &out);
		assert_int_equal(out.ptr[0], 22);
		assert_int_equal(number_at(&out, 3, 2), out.len - 5);
		assert_int_equal(number_at(&out, 6, 3), out.len - 9);
		assert_int_equal(
		    number_at(&out, 9, 2), versions[i] == AUDIT_TLS13 ? AUDIT_TLS12 : versions[i]);
		/* Behind random and session: the suites, with those that are signals. */
		assert_int_equal(number_at(&out, 44, 2), versions[i] == AUDIT_TLS13 ? 6 : 8);
		assert_int_equal(number_at(&out, 46, 2), 0x0005);
		buf_done(&out);
	}
}

static void
test_ssl_2_has_a_form_of_its_own(void **state)
{
	const struct audit_hello h = { .version = AUDIT_SSL2 };
	struct buf out;

	(void)state;
	buf_init(&out, AUDIT_HELLO_MAX);
	audit_hello_write(&h, random_octets, &out);
	assert_int_equal(number_at(&out, 0, 2) & 0x7fff, out.len - 2);
	assert_int_equal(out.ptr[0] & 0x80, 0x80);
	assert_int_equal(number_at(&out, 3, 2), AUDIT_SSL2);
	assert_int_equal(9 + 2 + number_at(&out, 5, 2) + number_at(&out, 9, 2), out.len);
	buf_done(&out);
}

static bool
has_octets(const struct buf *b, const char *octets, size_t len)
{
	return memmem(b->ptr, b->len, octets, len) != NULL;
}

static void
test_sni_is_sent_where_extensions_are(void **state)
{
	static const uint16_t cipher = 0x0005;
	struct audit_hello h = { .version = AUDIT_TLS12,
		.ciphers = &cipher,
		.cipher_count = 1,
		.name = "mail.example" };
	struct buf out;

	(void)state;
	buf_init(&out, AUDIT_HELLO_MAX);
	audit_hello_write(&h, random_octets, &out);
	assert_true(has_octets(&out, "\0\0\0\x11\0\x0f\0\0\x0cmail.example", 21));
	buf_clear(&out);
	h.version = AUDIT_SSL3;
	audit_hello_write(&h, random_octets, &out);
	assert_false(has_octets(&out, "mail.example", 12));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_are_read),
		cmocka_unit_test(test_an_answer_is_the_same_at_every_cut),
		cmocka_unit_test(test_lengths_of_a_hello_count_what_is_there),
		cmocka_unit_test(test_ssl_2_has_a_form_of_its_own),
		cmocka_unit_test(test_sni_is_sent_where_extensions_are),
	};

	return cmocka_run_group_tests_name("audit/hello", tests, NULL, NULL);
}
