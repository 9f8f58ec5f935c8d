/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_reference.h - was it the reference host that answered, or somebody in its place?
 *
 * Such a host speaks SMTP, has STARTTLS where it is not implicit, and a certificate for its name.
 */
#ifndef DOCTOR_JUDGE_REFERENCE_H
#define DOCTOR_JUDGE_REFERENCE_H

#include "doctor/facts.h"
#include "doctor/finding.h"

enum doctor_reference_answer {
	DOCTOR_REFERENCE_UNHEARD,   /* not asked, or no connection */
	DOCTOR_REFERENCE_PROVEN,    /* the host itself */
	DOCTOR_REFERENCE_UNCLEAR,   /* it ends early, as such a host may do by itself */
	DOCTOR_REFERENCE_MUTE,      /* connected, and then not a word */
	DOCTOR_REFERENCE_STRANGER,  /* of another name, or with nobody to vouch for it */
	DOCTOR_REFERENCE_INSPECTED, /* a certificate of a product that looks into TLS */
	DOCTOR_REFERENCE_NOT_SMTP,
	DOCTOR_REFERENCE_STRIPPED, /* without STARTTLS */
	DOCTOR_REFERENCE_MASKED,   /* with words painted over */
};

enum doctor_reference_answer doctor_judge_reference(const struct doctor_control *control);
/* Is that somebody in between? MUTE is, when more than one host is so. */
bool doctor_judge_is_altered(enum doctor_reference_answer answer);
/*
 * A finding that says who answers for that control on this network, with a sentence that has no
 * full stop yet.
 */
struct doctor_finding *doctor_judge_intercepted(
    struct doctor_verdict *verdict, const struct doctor_control *control);

#endif
