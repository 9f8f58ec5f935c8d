/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_json.h - the parts of the report in JSON, and how they are put together.
 *
 * What is not known is null; a key is never left out. Each function's object is the caller's.
 */
#ifndef DOCTOR_REPORT_JSON_H
#define DOCTOR_REPORT_JSON_H

#include <jansson.h>

#include "doctor/facts.h"
#include "doctor/verdict.h"

/* Memory that is not there ends the program, as in xmalloc(). Takes over value. */
void doctor_json_set(json_t *object, const char *key, json_t *value);
void doctor_json_append(json_t *array, json_t *value);
/* Anyone's words, made printable; NULL and the empty text are null. */
json_t *doctor_json_text(const char *text);
json_t *doctor_json_number(uint64_t number);
/* 0 is null. */
json_t *doctor_json_count(uint64_t number);
/* In milliseconds, with three digits behind the point. */
json_t *doctor_json_ms(uint64_t us);
json_t *doctor_json_ip(const struct ip *ip);
json_t *doctor_json_address(const struct net_address *address);
/* "2026-03-01T10:00:00.123Z" */
json_t *doctor_json_moment(int64_t unix_ms);
/* Words between spaces, or between line feeds, as an array. */
json_t *doctor_json_list(const char *text, char between);

json_t *doctor_json_tcp(const struct probe_tcp *tcp);
/* null when it was not tried */
json_t *doctor_json_path(const struct probe_path *path);
json_t *doctor_json_dialog(const struct probe_dialog_facts *dialog);
json_t *doctor_json_tls(const struct probe_tls *tls);
json_t *doctor_json_probe(const struct doctor_probe *probe);
json_t *doctor_json_machine(const struct probe_host *machine);
json_t *doctor_json_name(const struct doctor_facts *facts);
json_t *doctor_json_control(const struct doctor_control *control);
json_t *doctor_json_finding(const struct doctor_facts *facts, const struct doctor_finding *finding);

#endif
