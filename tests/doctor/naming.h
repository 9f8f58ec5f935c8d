/* SPDX-License-Identifier: Apache-2.0 */
/* naming.h - what can become of a name: facts without an address, and why. */
#ifndef TESTS_DOCTOR_NAMING_H
#define TESTS_DOCTOR_NAMING_H

#include <stdbool.h>

#include "doctor/facts.h"

/* No address, and how the question for each family ended. */
void naming_find_nothing(
    struct doctor_facts *facts, enum probe_name_end v4, enum probe_name_end v6);
/* There is no such name. */
void naming_deny(struct doctor_facts *facts);
/* The name server says that it has failed. */
void naming_fail(struct doctor_facts *facts);
/* No answer in time. is_answered: the name server has answered other questions. */
void naming_time_out(struct doctor_facts *facts, bool is_answered);
void naming_lose_resolver(struct doctor_facts *facts);
/* The answer's signature is false. */
void naming_forge(struct doctor_facts *facts);
/* The address is 0.0.0.0. */
void naming_filter(struct doctor_facts *facts);

#endif
