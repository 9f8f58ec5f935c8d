/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judging.h - facts in words, and what the judge must make of them.
 *
 * The host of fixture.h, 192.0.2.10: the gateway 10.0.0.1, the provider's 198.51.100.7, the host.
 */
#ifndef TESTS_DOCTOR_JUDGING_H
#define TESTS_DOCTOR_JUDGING_H

#include "doctor/facts.h"
#include "doctor/verdict.h"

#define JUDGING_ROWS 10
#define JUDGING_CONTROLS 4

/* tcp: "healthy", "open", "silent", "reset", "unreachable", or "ICMP TYPE CODE FROM [MS]". */
struct judging_row {
	uint16_t port;
	const char *tcp;
	const char *hops;    /* see fixture_set_path(); NULL: no ladder */
	uint8_t answer_ttl;  /* 0: not known */
	const char *address; /* NULL: 192.0.2.10 */
};

/*
 * Another host's port 587, 443; the gateway; the resolver. tcp: also what one that was asked who it
 * is has shown: "healthy", "stranger", "inspected", "stripped", "masked", "mute", "not SMTP",
 * "busy".
 */
struct judging_control {
	enum doctor_control_kind kind;
	const char *tcp;
};

/* The way to the host, for the hops of a row. */
#define JUDGING_GATEWAY "10.0.0.1"
#define JUDGING_PROVIDER "198.51.100.7"
#define JUDGING_WAY JUDGING_GATEWAY " " JUDGING_PROVIDER " open"
/* The second address of fixture.h. */
#define JUDGING_V6 "2001:db8::10"

/* For .rows: port 587, which the case changes, alone, and with 465, which is well. */
#define JUDGING_ALONE                                                                              \
	{                                                                                          \
		{                                                                                  \
			587, "healthy", NULL, 0, NULL                                              \
		}                                                                                  \
	}
#define JUDGING_BOTH                                                                               \
	{                                                                                          \
		{ 587, "healthy", NULL, 0, NULL },                                                 \
		{                                                                                  \
			465, "healthy", NULL, 0, NULL                                              \
		}                                                                                  \
	}
/* For .controls: what another host's ports have shown. */
#define JUDGING_MAIL_OPEN                                                                          \
	{                                                                                          \
		DOCTOR_CONTROL_SUBMISSION, "open"                                                  \
	}
#define JUDGING_MAIL_SILENT                                                                        \
	{                                                                                          \
		DOCTOR_CONTROL_SUBMISSION, "silent"                                                \
	}
#define JUDGING_WEB_OPEN                                                                           \
	{                                                                                          \
		DOCTOR_CONTROL_WEB, "open"                                                         \
	}
#define JUDGING_WEB_SILENT                                                                         \
	{                                                                                          \
		DOCTOR_CONTROL_WEB, "silent"                                                       \
	}

struct judging_case {
	const char *name;
	struct judging_row rows[JUDGING_ROWS];
	struct judging_control controls[JUDGING_CONTROLS];
	void (*change)(struct doctor_facts *facts); /* after the rows; NULL: nothing */
	const char *v6;                             /* a second address; NULL: none */
	/* What must come out. */
	const char *cause;
	enum doctor_exit exit;
	uint16_t use_port;
	const char *says;    /* part of the answer; NULL: not looked at */
	const char *besides; /* a cause that must be told besides; NULL: none */
	enum doctor_confidence confidence;
};

/* Fails with the name of the first case that comes out otherwise. */
void judging_check(const struct judging_case *cases, size_t count);

/* For what changes the facts of a case: the dialog with the first row's port. */
struct probe_dialog_facts *judging_dialog(struct doctor_facts *facts);
/* The stage ends so, and none behind it was reached. */
void judging_end_at(struct doctor_facts *facts, enum probe_stage stage, enum probe_stage_end end,
    uint16_t code, const char *text);
/* A dialog that was held once more, as "anyway" or "small". */
struct probe_dialog_facts *judging_add_second(struct probe_dialog_facts **place);

#endif
