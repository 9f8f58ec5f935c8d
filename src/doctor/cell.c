/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/cell.h"

#include <inttypes.h>

#include "doctor/words.h"
#include "util/civil.h"

enum { MS_PER_S = 1000, S_PER_DAY = 86400 };

void
doctor_cell_took(uint64_t us, struct buf *out)
{
	(void)buf_add_text(out, doctor_words_time(us).text);
}

void
doctor_cell_size(uint64_t octets, struct buf *out)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t tenths = octets;
	size_t unit = 0;

	if (octets < 1000) {
		(void)buf_addf(out, "%" PRIu64 " bytes", octets);
		return;
	}
	for (unit = 1; tenths >= 1000000 && unit + 1 < sizeof units / sizeof units[0]; unit++)
		tenths /= 1000;
	tenths /= 100;
	(void)buf_addf(out, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, units[unit]);
}

static struct civil
civil_of(int64_t unix_s)
{
	return civil_of_unix(unix_s < 0 ? 0 : (uint64_t)unix_s);
}

void
doctor_cell_date(int64_t unix_s, struct buf *out)
{
	(void)buf_add_text(out, doctor_words_date(unix_s).text);
}

void
doctor_cell_moment(int64_t unix_ms, struct buf *out)
{
	const struct civil c = civil_of(unix_ms / MS_PER_S);

	(void)buf_addf(out, "%04u-%02u-%02u %02u:%02u:%02u UTC", c.year, c.month, c.day, c.hour,
	    c.minute, c.second);
}

void
doctor_cell_timestamp(int64_t unix_ms, struct buf *out)
{
	const int64_t ms = unix_ms < 0 ? 0 : unix_ms;
	const struct civil c = civil_of(ms / MS_PER_S);

	(void)buf_addf(out, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", c.year, c.month, c.day, c.hour,
	    c.minute, c.second, (unsigned)(ms % MS_PER_S));
}

void
doctor_cell_ip(const struct ip *ip, struct buf *out)
{
	(void)buf_add_text(out, doctor_words_ip(ip).text);
}

void
doctor_cell_address(const struct net_address *address, struct buf *out)
{
	(void)buf_add_text(out, doctor_words_address(address).text);
}

void
doctor_cell_endpoint(const struct doctor_probe *probe, struct buf *out)
{
	doctor_cell_address(&probe->address, out);
	(void)buf_addf(out, " port %u", probe->port);
}

int64_t
doctor_cell_days_left(const struct probe_certificate *certificate, int64_t now_unix_s)
{
	const int64_t left = certificate->not_after_unix_s - now_unix_s;

	return left >= 0 ? left / S_PER_DAY : -((-left + S_PER_DAY - 1) / S_PER_DAY);
}

const struct probe_ehlo *
doctor_cell_last_ehlo(const struct probe_dialog_facts *dialog)
{
	if (dialog->ehlo_tls.is_there)
		return &dialog->ehlo_tls;
	return dialog->ehlo.is_there ? &dialog->ehlo : NULL;
}

bool
doctor_cell_stage_passed(const struct probe_dialog_facts *dialog, enum probe_stage stage)
{
	return dialog->stages[stage].end == PROBE_STAGE_PASSED;
}

const char *
doctor_cell_host(const struct doctor_facts *facts)
{
	return facts->is_network || facts->host[0] == '\0' ? "this network" : facts->host;
}

const char *
doctor_cell_verdict(const struct doctor_verdict *verdict)
{
	if (verdict->is_inconclusive)
		return "inconclusive";
	if (verdict->is_fine || verdict->finding_count == 0)
		return "ok";
	return verdict->findings[0].cause->id;
}

const char *
doctor_cell_role(enum explain_role role)
{
	switch (role) {
	case EXPLAIN_USER:
		return "user";
	case EXPLAIN_ADMINISTRATOR:
		return "administrator";
	case EXPLAIN_DEVELOPER:
		return "developer";
	}
	return "";
}

const char *
doctor_cell_control(enum doctor_control_kind kind)
{
	switch (kind) {
	case DOCTOR_CONTROL_SUBMISSION:
		return "submission";
	case DOCTOR_CONTROL_TLS:
		return "submissions";
	case DOCTOR_CONTROL_ALTERNATIVE:
		return "alternative";
	case DOCTOR_CONTROL_WEB:
		return "web";
	case DOCTOR_CONTROL_GATEWAY:
		return "gateway";
	case DOCTOR_CONTROL_RESOLVER:
		return "resolver";
	}
	return "";
}

bool
doctor_cell_is_named(const struct doctor_control *control)
{
	return control->kind != DOCTOR_CONTROL_GATEWAY && control->kind != DOCTOR_CONTROL_RESOLVER;
}
