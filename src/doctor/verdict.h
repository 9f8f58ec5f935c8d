/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.h - what the facts mean: findings with their evidence, the weightiest first.
 *
 * No finding without evidence: each names the facts that support it, what else was thought of and
 * why it is excluded. "Inconclusive" is a verdict like any other.
 */
#ifndef DOCTOR_VERDICT_H
#define DOCTOR_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/facts.h"
#include "explain/cause.h"

#define DOCTOR_FINDINGS_MAX 128
#define DOCTOR_EVIDENCE_MAX 8 /* of one finding */

enum doctor_weight {
	DOCTOR_BROKEN,  /* submission does not work because of it */
	DOCTOR_WARNING, /* it works, but not for everyone or not for long, or not safely */
	DOCTOR_NOTE,    /* worth knowing */
};

enum doctor_confidence {
	DOCTOR_CERTAIN, /* the facts allow nothing else */
	DOCTOR_LIKELY,
	DOCTOR_POSSIBLE,
};

struct doctor_evidence {
	char *text; /* "SYN to 192.0.2.1:587 with TTL 2: no answer; to :443: 198.51.100.7" */
};

/* Owned strings. */
struct doctor_finding {
	const struct explain_cause *cause; /* id, class and advice */
	enum doctor_weight weight;
	enum doctor_confidence confidence;
	size_t probe;   /* index in facts.probes; SIZE_MAX: about the host as a whole */
	char *sentence; /* this case in one sentence */
	/* For the words in braces of the advice; NULL: none. */
	char *port, *offender, *where, *detail;
	size_t evidence_count;
	struct doctor_evidence evidence[DOCTOR_EVIDENCE_MAX];
	char *excluded; /* what else it could be, and why it is not; NULL: nothing */
};

/* By class of cause. Scripts rely on them; docs/doctor.md and sallyport-check(1) list them. */
enum doctor_exit {
	DOCTOR_EXIT_FINE = 0,
	DOCTOR_EXIT_INCONCLUSIVE = 2,
	DOCTOR_EXIT_NAME = 10,
	DOCTOR_EXIT_LOCAL = 11,
	DOCTOR_EXIT_FILTERED = 12,
	DOCTOR_EXIT_CLOSED = 13,
	DOCTOR_EXIT_SILENT = 14,
	DOCTOR_EXIT_INTERCEPTED = 15,
	DOCTOR_EXIT_TLS = 16,
	DOCTOR_EXIT_CERTIFICATE = 17,
	DOCTOR_EXIT_AUTH = 18,
	DOCTOR_EXIT_POLICY = 19,
	DOCTOR_EXIT_SIZE = 20,
	DOCTOR_EXIT_PATH = 21,
	DOCTOR_EXIT_PARTIAL = 22,
};

struct doctor_verdict {
	char *sentence; /* the answer */
	/* The port to use instead when the one that was asked for fails and another works; 0. */
	uint16_t use_port;
	enum doctor_exit exit;
	bool is_fine, is_inconclusive;
	size_t finding_count; /* the first decided the verdict */
	struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
};

/* Pure. The caller's to doctor_verdict_done(). */
void doctor_judge(const struct doctor_facts *facts, struct doctor_verdict *ret_verdict);
void doctor_verdict_done(struct doctor_verdict *verdict);

/* "broken", "warning", "note"; "certain", "likely", "possible": for JSON; constants. */
const char *doctor_weight_name(enum doctor_weight weight);
const char *doctor_confidence_name(enum doctor_confidence confidence);
/* "fine", "inconclusive", "name", ...: of an exit code. */
const char *doctor_exit_name(enum doctor_exit exit);

#endif
