/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/queue_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* As these servers say it. */
static const struct reply {
	const char *text, *id; /* NULL: there is none */
} replies[] = {
	{ "2.0.0 Ok: queued as 4WzXyz1AbCz9rwX", "4WzXyz1AbCz9rwX" },
	{ "Ok: queued as 0A1B2C3D4E", "0A1B2C3D4E" },
	{ "2.0.0 Message accepted, stored as 01JD0ABC", "01JD0ABC" },
	{ "OK id=1tABCD-00000000abc-1XyZ", "1tABCD-00000000abc-1XyZ" },
	{ "2.0.0 4AB9m1CD012345 Message accepted for delivery", "4AB9m1CD012345" },
	{ "2.0.0 1f2e3d4c Message accepted for delivery", "1f2e3d4c" },
	{ "2.0.0 OK  1700000000 a1-20020a05600c4ed100b0040d8ff7f0acsm1-2 - gsmtp",
	    "a1-20020a05600c4ed100b0040d8ff7f0acsm1-2" },
	{ "2.6.0 <m@example> [InternalId=23138874, Hostname=X.example] 1234 bytes in 0.1, 9 KB/sec "
	  "Queued mail for delivery",
	    "23138874" },
	{ "Ok 010001890abc-8d1f-4e5a-000000", "010001890abc-8d1f-4e5a-000000" },
	{ "Message Queued (1E2F-3A4B.1)", "1E2F-3A4B.1" },
	{ "ok 1700000000 qp 456", "456" },
	{ "Ok. 00000000000000A1.0000000065000000.00000B2C",
	    "00000000000000A1.0000000065000000.00000B2C" },
	{ "2.0.0 Ok: queued as 4Wz.\nthank you", "4Wz" },
	{ "OK", NULL },
	{ "", NULL },
	{ "queued as ", NULL },
	{ "2.0.0 Ok: queued as soon as possible", NULL },
	{ "Message accepted for delivery", NULL },
	{ "ok thank you for 2 messages", NULL },
};

/* In a heap block of its exact size. */
static bool
find(const char *text, char *id, size_t size)
{
	const struct slice s = slice_of(text);
	uint8_t *block = malloc(s.len + (s.len == 0));
	bool found;

	memcpy(block, s.ptr, s.len);
	found = probe_queue_id_find(slice_make(block, s.len), id, size);
	free(block);
	return found;
}

static void
test_the_name_is_found_in_what_servers_say(void **state)
{
	char id[128];

	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
		bool found = find(replies[i].text, id, sizeof id);

		if (found != (replies[i].id != NULL) ||
		    strcmp(id, replies[i].id == NULL ? "" : replies[i].id) != 0)
			fail_msg("'%s': '%s'", replies[i].text, id);
	}
}

static void
test_a_long_name_is_cut(void **state)
{
	char id[8];

	(void)state;
	assert_true(find("queued as 0123456789", id, sizeof id));
	assert_string_equal(id, "0123456");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_name_is_found_in_what_servers_say),
		cmocka_unit_test(test_a_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
