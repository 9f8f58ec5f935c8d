/* SPDX-License-Identifier: Apache-2.0 */
/* cell.h - one fact at a time as it stands in a table or a sentence of a report. */
#ifndef DOCTOR_CELL_H
#define DOCTOR_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "doctor/facts.h"
#include "doctor/verdict.h"
#include "util/buf.h"

/* As the functions of words.h, but to the end of a text. */
void doctor_cell_took(uint64_t us, struct buf *out);
void doctor_cell_date(int64_t unix_s, struct buf *out);
void doctor_cell_ip(const struct ip *ip, struct buf *out);
void doctor_cell_address(const struct net_address *address, struct buf *out);
/* "10.2 kB", "52.4 MB": of 1000, as servers of mail say it to people. */
void doctor_cell_size(uint64_t octets, struct buf *out);
/* "2026-03-01 10:00:00 UTC"; "2026-03-01T10:00:00.123Z" (RFC 3339). */
void doctor_cell_moment(int64_t unix_ms, struct buf *out);
void doctor_cell_timestamp(int64_t unix_ms, struct buf *out);
/* "192.0.2.1 port 587", "2001:db8::1 port 587". */
void doctor_cell_endpoint(const struct doctor_probe *probe, struct buf *out);

/* "open", "refused", "rejected by 192.0.2.1", "no answer in 3.0 s", "not allowed here (EPERM)". */
void doctor_cell_tcp(const struct probe_tcp *tcp, struct buf *out);
/* "no answer to the handshake", "no cipher in common"; empty: none. */
const char *doctor_cell_trouble(enum probe_tls_trouble trouble);
/* "TLSv1.3", "not offered", "no TLS in common"; nothing when it did not come to that. */
void doctor_cell_tls(const struct probe_dialog_facts *dialog, struct buf *out);
/* "valid, 60 days left", "expired, wrong name"; nothing when none was seen. */
void doctor_cell_certificate(
    const struct probe_certificate *certificate, int64_t now_unix_s, struct buf *out);
/* "PLAIN LOGIN", "none"; nothing when there was no EHLO. */
void doctor_cell_auth(const struct probe_ehlo *ehlo, struct buf *out);

/* Whole days until a certificate ends; negative: since. */
int64_t doctor_cell_days_left(const struct probe_certificate *certificate, int64_t now_unix_s);
/* The EHLO that counts: the one after TLS where there is one. NULL: none. */
const struct probe_ehlo *doctor_cell_last_ehlo(const struct probe_dialog_facts *dialog);
bool doctor_cell_stage_passed(const struct probe_dialog_facts *dialog, enum probe_stage stage);

/* Whom the report is about: the host as it was asked for, or "this network". */
const char *doctor_cell_host(const struct doctor_facts *facts);
/* What the verdict is called in JSON and in the documentation: "ok", "port-filtered". */
const char *doctor_cell_verdict(const struct doctor_verdict *verdict);
const char *doctor_cell_role(enum explain_role role);
const char *doctor_cell_control(enum doctor_control_kind kind);
/* Gateway and resolver are known by what they are. */
bool doctor_cell_is_named(const struct doctor_control *control);
/* "PROBE_STAGE_EHLO_TLS" to people: "EHLO in TLS". */
const char *doctor_cell_stage(enum probe_stage stage);
/* How it ended, when it did not end well: "the connection was reset". */
const char *doctor_cell_stage_end(enum probe_stage_end end);

#endif
