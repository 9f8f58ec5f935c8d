/* SPDX-License-Identifier: Apache-2.0 */
/* merge.h - what is so of several addresses or ports is told once. */
#ifndef DOCTOR_MERGE_H
#define DOCTOR_MERGE_H

#include "doctor/facts.h"
#include "doctor/verdict.h"

/* The same of one port of two addresses, with the evidence of both. */
void doctor_merge_addresses(const struct doctor_facts *facts, struct doctor_verdict *verdict);
/*
 * The same sentence of several ports, under the heaviest. Behind the first finding also those that
 * differ in their port alone: "Nothing listens on ports 25 and 2525 of mail.example.org."
 */
void doctor_merge_ports(struct doctor_verdict *verdict);

#endif
