/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
test_elements_are_nested_and_indented(void **state)
{
	struct buf out;
	struct autoconfig_xml xml = { .out = &out };

	(void)state;
	buf_init(&out, 1024);
	autoconfig_xml_open(&xml, "a", "id", "x\"<");
	autoconfig_xml_open(&xml, "b", NULL, NULL);
	autoconfig_xml_text(&xml, "c", "1 < 2");
	autoconfig_xml_number(&xml, "d", 587);
	autoconfig_xml_empty(&xml, "e");
	autoconfig_xml_close(&xml, "b");
	autoconfig_xml_close(&xml, "a");
	assert_true(slice_is(buf_slice(&out), "<a id=\"x&quot;&lt;\">\n"
					      "  <b>\n"
					      "    <c>1 &lt; 2</c>\n"
					      "    <d>587</d>\n"
					      "    <e/>\n"
					      "  </b>\n"
					      "</a>\n"));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements_are_nested_and_indented),
	};

	return cmocka_run_group_tests_name("autoconfig/xml", tests, NULL, NULL);
}
