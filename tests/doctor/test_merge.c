/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "doctor/finding.h"
#include "doctor/merge.h"

/* The first finding is the answer, which stands for itself. */
static struct doctor_verdict *
begin(void)
{
	struct doctor_verdict *v = calloc(1, sizeof *v);

	assert_non_null(v);
	doctor_finding_say(
	    doctor_finding_add(v, "ok", DOCTOR_NOTE, DOCTOR_NO_PROBE), "Submission works.");
	return v;
}

static struct doctor_finding *
add(struct doctor_verdict *v, const char *id, const char *port, const char *sentence)
{
	struct doctor_finding *f = doctor_finding_add(v, id, DOCTOR_NOTE, DOCTOR_NO_PROBE);

	doctor_finding_set(&f->port, "%s", port);
	doctor_finding_say(f, "%s", sentence);
	doctor_finding_prove(f, "%s.", port);
	return f;
}

static void
end(struct doctor_verdict *v)
{
	doctor_verdict_done(v);
	free(v);
}

static void
test_what_differs_in_its_port_alone_is_told_once(void **state)
{
	struct doctor_verdict *v = begin();

	(void)state;
	add(v, "port-closed", "465", "Nothing listens on port 465 of h: it refuses.");
	add(v, "port-filtered", "2525", "Port 2525 is blocked.");
	add(v, "port-closed", "25", "Nothing listens on port 25 of h: it refuses.");
	add(v, "port-closed", "2525", "Nothing listens on port 2525 of h: it refuses.");
	add(v, "port-filtered", "26", "Port 26 is blocked.");
	doctor_merge_ports(v);
	assert_int_equal(v->finding_count, 3);
	assert_string_equal(v->findings[0].sentence, "Submission works.");
	assert_string_equal(
	    v->findings[1].sentence, "Nothing listens on ports 465, 25 and 2525 of h: it refuses.");
	assert_string_equal(v->findings[1].port, "465, 25 and 2525");
	assert_int_equal(v->findings[1].evidence_count, 3);
	assert_string_equal(v->findings[2].sentence, "Ports 2525 and 26 are blocked.");
	end(v);
}

static void
test_what_is_said_already_is_not_said_again(void **state)
{
	struct doctor_verdict *v = begin();

	(void)state;
	add(v, "ok", "465", "Submission works.");
	add(v, "ok", "25", "Submission works.");
	doctor_merge_ports(v);
	assert_int_equal(v->finding_count, 1);
	assert_int_equal(v->findings[0].evidence_count, 2);
	end(v);
}

static void
test_what_differs_in_anything_else_is_told_apart(void **state)
{
	struct doctor_verdict *v = begin();

	(void)state;
	add(v, "port-closed", "465", "Nothing listens on port 465 of h: it refuses.");
	add(v, "port-closed", "25", "Nothing listens on port 25 of g: it refuses.");
	doctor_finding_doubt(
	    add(v, "port-closed", "26", "Nothing listens on port 26 of h: it refuses."),
	    DOCTOR_LIKELY);
	add(v, "port-filtered", "465", "Port 465 answers late.");
	add(v, "port-filtered", "25", "Port 25 answers late.");
	add(v, "port-filtered", "25", "The transport is slow.");
	doctor_merge_ports(v);
	assert_int_equal(v->finding_count, 7);
	end(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_differs_in_its_port_alone_is_told_once),
		cmocka_unit_test(test_what_is_said_already_is_not_said_again),
		cmocka_unit_test(test_what_differs_in_anything_else_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
