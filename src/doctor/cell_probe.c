/* SPDX-License-Identifier: Apache-2.0 */
/* cell_probe.c - what one probe has seen, in a few words for each column of a table. */
#include <inttypes.h>
#include <string.h>

#include "doctor/cell.h"
#include "doctor/printable.h"

enum { MECHANISMS_MAX = 256, WORD_MAX = 64 };

static void
add_error(int error, struct buf *out)
{
	const char *name = strerrorname_np(error);

	if (name != NULL)
		(void)buf_addf(out, " (%s)", name);
}

/* flat */
void
doctor_cell_tcp(const struct probe_tcp *tcp, struct buf *out)
{
	switch (tcp->end) {
	case PROBE_TCP_NOT_TRIED:
		return;
	case PROBE_TCP_OPEN:
		(void)buf_add_text(out, "open");
		return;
	case PROBE_TCP_RESET:
		(void)buf_add_text(out, "refused");
		return;
	case PROBE_TCP_REJECTED:
		(void)buf_add_text(out, "rejected");
		if (tcp->has_icmp) {
			(void)buf_add_text(out, " by ");
			doctor_cell_ip(&tcp->icmp.offender, out);
		}
		return;
	case PROBE_TCP_SILENT:
		(void)buf_add_text(out, "no answer in ");
		doctor_cell_took(tcp->took_us, out);
		return;
	case PROBE_TCP_LOCAL:
		(void)buf_add_text(out, "not allowed here");
		add_error(tcp->error, out);
		return;
	case PROBE_TCP_UNREACHABLE:
		(void)buf_add_text(out, "not reachable");
		add_error(tcp->error, out);
		return;
	}
}

const char *
doctor_cell_trouble(enum probe_tls_trouble trouble)
{
	switch (trouble) {
	case PROBE_TLS_FINE:
	case PROBE_TLS_NOT_TRIED:
		return "";
	case PROBE_TLS_NOT_TLS:
		return "the answer is no TLS";
	case PROBE_TLS_VERSION:
		return "no version in common";
	case PROBE_TLS_NO_CIPHER:
		return "no cipher in common";
	case PROBE_TLS_ALERT:
		return "refused by an alert";
	case PROBE_TLS_CLOSED:
		return "closed in the handshake";
	case PROBE_TLS_TIMEOUT:
		return "no answer to the handshake";
	case PROBE_TLS_TIMEOUT_LATER:
		return "stalled in the handshake";
	case PROBE_TLS_OTHER:
		return "failed";
	}
	return "";
}

/* With a no, or with another reply than 220. */
static bool
is_starttls_refused(const struct probe_stage_fact *starttls)
{
	return starttls->end == PROBE_STAGE_REFUSED ||
	       (starttls->end == PROBE_STAGE_BROKEN && starttls->code != 0);
}

void
doctor_cell_tls(const struct probe_dialog_facts *dialog, struct buf *out)
{
	if (dialog->tls.trouble == PROBE_TLS_FINE) {
		if (dialog->tls.version[0] == '\0')
			return;
		doctor_printable_add(out, dialog->tls.version, WORD_MAX, true);
		(void)buf_add_text(out, dialog->tls.is_legacy ? " (outdated)" : "");
	} else if (dialog->tls.trouble != PROBE_TLS_NOT_TRIED) {
		(void)buf_add_text(out, doctor_cell_trouble(dialog->tls.trouble));
	} else if (is_starttls_refused(&dialog->stages[PROBE_STAGE_STARTTLS])) {
		(void)buf_add_text(out, "STARTTLS refused");
	} else if (dialog->ehlo.is_there && !dialog->ehlo.has_starttls) {
		(void)buf_add_text(out, "not offered");
	}
}

static const struct fault_words {
	enum probe_certificate_fault fault;
	const char *words;
} fault_table[] = {
	{ PROBE_CERTIFICATE_EXPIRED, "expired" },
	{ PROBE_CERTIFICATE_NOT_YET_VALID, "not yet valid" },
	{ PROBE_CERTIFICATE_WRONG_NAME, "wrong name" },
	{ PROBE_CERTIFICATE_INCOMPLETE, "chain incomplete" },
	{ PROBE_CERTIFICATE_SELF_SIGNED, "self-signed" },
	{ PROBE_CERTIFICATE_UNTRUSTED, "unknown authority" },
	{ PROBE_CERTIFICATE_INSPECTED, "made by a program that inspects TLS" },
	{ PROBE_CERTIFICATE_REVOKED, "revoked" },
	{ PROBE_CERTIFICATE_WEAK, "weak" },
	{ PROBE_CERTIFICATE_WRONG_USE, "not for servers" },
	{ PROBE_CERTIFICATE_NO_ROOTS, "no authorities installed here" },
	{ PROBE_CERTIFICATE_OTHER, "not valid" },
	{ PROBE_CERTIFICATE_OUR_CLOCK, "clock here is wrong" },
};

void
doctor_cell_certificate(
    const struct probe_certificate *certificate, int64_t now_unix_s, struct buf *out)
{
	const char *before = "";

	if (!certificate->is_there)
		return;
	if (certificate->faults == 0) {
		const int64_t days = doctor_cell_days_left(certificate, now_unix_s);

		(void)buf_addf(out, "valid, %" PRId64 " %s left", days, days == 1 ? "day" : "days");
		return;
	}
	for (size_t i = 0; i < sizeof fault_table / sizeof fault_table[0]; i++)
		if ((certificate->faults & (unsigned)fault_table[i].fault) != 0) {
			(void)buf_addf(out, "%s%s", before, fault_table[i].words);
			before = ", ";
		}
}

void
doctor_cell_auth(const struct probe_ehlo *ehlo, struct buf *out)
{
	if (!ehlo->is_there)
		return;
	if (ehlo->mechanisms[0] == '\0')
		(void)buf_add_text(out, "none");
	else
		doctor_printable_add(out, ehlo->mechanisms, MECHANISMS_MAX, true);
}

const char *
doctor_cell_stage(enum probe_stage stage)
{
	switch (stage) {
	case PROBE_STAGE_CONNECT:
		return "connect";
	case PROBE_STAGE_GREETING:
		return "greeting";
	case PROBE_STAGE_EHLO:
		return "EHLO";
	case PROBE_STAGE_STARTTLS:
		return "STARTTLS";
	case PROBE_STAGE_HANDSHAKE:
		return "TLS";
	case PROBE_STAGE_EHLO_TLS:
		return "EHLO in TLS";
	case PROBE_STAGE_BULK:
		return "bulk";
	case PROBE_STAGE_AUTH:
		return "login";
	case PROBE_STAGE_MAIL:
		return "MAIL";
	case PROBE_STAGE_RCPT:
		return "RCPT";
	case PROBE_STAGE_DATA:
		return "DATA";
	case PROBE_STAGE_END:
		return "message";
	case PROBE_STAGE_QUIT:
		return "QUIT";
	}
	return "";
}

const char *
doctor_cell_stage_end(enum probe_stage_end end)
{
	switch (end) {
	case PROBE_STAGE_TIMEOUT:
		return "nothing more came";
	case PROBE_STAGE_CLOSED:
		return "the connection was closed";
	case PROBE_STAGE_RESET:
		return "the connection was reset";
	case PROBE_STAGE_REFUSED:
		return "it was refused";
	case PROBE_STAGE_BROKEN:
		return "what came could not be read";
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_PASSED:
		break;
	}
	return "it ended";
}
