/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* RFC 8314 §3.1, §3.2, §3.3 */
static void
test_ports_and_modes_follow_from_each_other(void **state)
{
	static const enum autoconfig_protocol protocols[] = { AUTOCONFIG_SUBMISSION,
		AUTOCONFIG_IMAP, AUTOCONFIG_POP };
	static const uint16_t ports[][2] = { { 465, 587 }, { 993, 143 }, { 995, 110 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(autoconfig_usual_port(protocols[i], AUTOCONFIG_TLS), ports[i][0]);
		assert_int_equal(
		    autoconfig_usual_port(protocols[i], AUTOCONFIG_STARTTLS), ports[i][1]);
		assert_int_equal(autoconfig_usual_security(ports[i][0]), AUTOCONFIG_TLS);
		assert_int_equal(autoconfig_usual_security(ports[i][1]), AUTOCONFIG_STARTTLS);
	}
	assert_int_equal(autoconfig_usual_security(2525), AUTOCONFIG_STARTTLS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_and_modes_follow_from_each_other),
	};

	return cmocka_run_group_tests_name("autoconfig/settings", tests, NULL, NULL);
}
