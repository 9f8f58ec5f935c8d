/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/ntlm.h"
#include "util/base64.h"
#include "util/buf.h"

/* A challenge (MS-NLMP 2.2.1.2) of the domain CORP on the computer DC01, Windows 10.0.17763. */
static const uint8_t challenge[] = "NTLMSSP\0"
				   "\2\0\0\0"          /* type */
				   "\0\0\0\0\70\0\0\0" /* no target name */
				   "\1\2\0\2"          /* flags: with version */
				   "challeng\0\0\0\0\0\0\0\0"
				   "\34\0\34\0\70\0\0\0"    /* 28 octets at 56 */
				   "\12\0\143\105\0\0\0\17" /* version */
				   "\2\0\10\0C\0O\0R\0P\0"
				   "\1\0\10\0D\0C\0000\0001\0"
				   "\0\0\0\0";
enum { CHALLENGE_LEN = sizeof challenge - 1, FLAGS_AT = 23, NAME_AT = 60 };

static bool
read_octets(const uint8_t *octets, size_t len, char words[AUDIT_NTLM_WORDS_SIZE])
{
	struct buf text;
	bool is_read;

	buf_init(&text, 1024);
	assert_true(base64_encode(slice_make(octets, len), &text));
	is_read = audit_ntlm_read(buf_slice(&text), words);
	buf_done(&text);
	return is_read;
}

static void
test_names_and_version_are_read(void **state)
{
	char words[AUDIT_NTLM_WORDS_SIZE];

	(void)state;
	assert_true(read_octets(challenge, CHALLENGE_LEN, words));
	assert_string_equal(words, "domain CORP, computer DC01, Windows version 10.0.17763");
}

static void
test_a_challenge_that_is_cut_anywhere_is_read_as_far_as_it_goes(void **state)
{
	char words[AUDIT_NTLM_WORDS_SIZE];

	(void)state;
	for (size_t len = 0; len < CHALLENGE_LEN; len++)
		if (read_octets(challenge, len, words))
			assert_string_equal(words, "Windows version 10.0.17763");
	assert_false(read_octets(challenge, 47, words));
}

static void
test_a_name_cannot_steer_a_terminal(void **state)
{
	char words[AUDIT_NTLM_WORDS_SIZE];
	uint8_t octets[CHALLENGE_LEN];

	(void)state;
	memcpy(octets, challenge, sizeof octets);
	octets[NAME_AT] = 0x1b;
	octets[FLAGS_AT] = 0;
	assert_true(read_octets(octets, sizeof octets, words));
	assert_string_equal(words, "domain ?ORP, computer DC01");
}

static void
test_what_is_no_challenge_tells_nothing(void **state)
{
	char words[AUDIT_NTLM_WORDS_SIZE];
	uint8_t octets[CHALLENGE_LEN];

	(void)state;
	assert_false(audit_ntlm_read(slice_of("no base64!"), words));
	assert_false(audit_ntlm_read(slice_of(""), words));
	memcpy(octets, challenge, sizeof octets);
	octets[8] = 3;
	assert_false(read_octets(octets, sizeof octets, words));
	assert_string_equal(words, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_version_are_read),
		cmocka_unit_test(test_a_challenge_that_is_cut_anywhere_is_read_as_far_as_it_goes),
		cmocka_unit_test(test_a_name_cannot_steer_a_terminal),
		cmocka_unit_test(test_what_is_no_challenge_tells_nothing),
	};

	return cmocka_run_group_tests_name("audit/ntlm", tests, NULL, NULL);
}
