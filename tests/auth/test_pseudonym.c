/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/pseudonym.h"

static const uint8_t key[AUTH_PSEUDONYM_KEY_LEN] = "0123456789abcdef";

static int
set_up(void **state)
{
	*state = auth_pseudonym_new(key);
	return 0;
}

static int
tear_down(void **state)
{
	struct auth_pseudonym *p = *state;

	auth_pseudonym_free(&p);
	return 0;
}

/* The words are OpenSSL's: printf of 16 octets | openssl enc -aes-128-ecb -nopad | base32. */
static const struct word_case {
	const char *address, *word;
} words[] = {
	{ "127.0.0.1", "op6kqlyl5ay4ciw6nwc3imivua" },
	{ "::1", "agyeyoa2m3sosrmq2jp3am225q" },
};

static void
test_words_are_those_of_aes_and_base32(void **state)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		char text[AUTH_PSEUDONYM_LEN + 1];
		struct ip ip;

		assert_true(ip_parse(slice_of(words[i].address), &ip));
		auth_pseudonym_make(*state, &ip, text);
		assert_string_equal(text, words[i].word);
	}
}

static void
test_each_address_comes_back_from_its_word(void **state)
{
	static const char *const addresses[] = { "192.0.2.1", "0.0.0.0", "255.255.255.255",
		"2001:db8::1", "fe80::1", "fd00::1", "::1" };

	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		char word[AUTH_PSEUDONYM_LEN + 1], text[IP_TEXT_SIZE];
		struct ip ip;

		assert_true(ip_parse(slice_of(addresses[i]), &ip));
		auth_pseudonym_make(*state, &ip, word);
		assert_true(auth_pseudonym_read(*state, slice_of(word), &ip));
		ip_print(&ip, text);
		assert_string_equal(text, addresses[i]);
		for (char *c = word; *c != '\0'; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 'a' + 'A');
		assert_true(auth_pseudonym_read(*state, slice_of(word), &ip));
	}
}

static void
test_what_is_no_word_of_ours_is_refused(void **state)
{
	static const char *const others[] = { "", "a", "op6kqlyl5ay4ciw6nwc3imivuaa", "192.0.2.1",
		"aaaaaaaaaaaaaaaaaaaaaaaaa1", "aaaaaaaaaaaaaaaaaaaaaaaaa=",
		"aaaaaaaaaaaaaaaaaaaaaaaaab" /* bits beyond the block */ };
	char word[] = "op6kqlyl5ay4ciw6nwc3imivua";
	struct ip ip;

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (auth_pseudonym_read(*state, slice_of(others[i]), &ip))
			fail_msg("%s is taken", others[i]);
	word[AUTH_PSEUDONYM_LEN - 1] = '\0'; /* at every cut */
	for (size_t len = strlen(word); len > 0; len--)
		assert_false(auth_pseudonym_read(*state, slice_make(word, len), &ip));
}

static void
test_another_key_does_not_read_it(void **state)
{
	static const uint8_t other_key[AUTH_PSEUDONYM_KEY_LEN] = "0123456789abcdee";
	struct auth_pseudonym *other = auth_pseudonym_new(other_key);
	struct ip ip;

	(void)state;
	assert_false(auth_pseudonym_read(other, slice_of(words[0].word), &ip));
	auth_pseudonym_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_words_are_those_of_aes_and_base32, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_each_address_comes_back_from_its_word, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_is_no_word_of_ours_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_another_key_does_not_read_it, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("auth/pseudonym", tests, NULL, NULL);
}
