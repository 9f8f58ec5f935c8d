/* SPDX-License-Identifier: Apache-2.0 */
/* json_dialog.c - one connection in JSON: TCP, stages, EHLO, TLS. */
#include <string.h>

#include "doctor/report_json.h"

enum { MS_PER_S = 1000 };

static json_t *
make_icmp(const struct probe_icmp *icmp)
{
	json_t *object = json_object();

	doctor_json_set(object, "version", json_integer(icmp->is_v6 ? 6 : 4));
	doctor_json_set(object, "type", json_integer(icmp->type));
	doctor_json_set(object, "code", json_integer(icmp->code));
	doctor_json_set(object, "from", doctor_json_ip(&icmp->offender));
	return object;
}

json_t *
doctor_json_tcp(const struct probe_tcp *tcp)
{
	json_t *object = json_object();
	const char *error = tcp->error == 0 ? NULL : strerrorname_np(tcp->error);

	doctor_json_set(object, "end", doctor_json_text(probe_tcp_end_name(tcp->end)));
	doctor_json_set(object, "error", doctor_json_text(error));
	doctor_json_set(object, "icmp", tcp->has_icmp ? make_icmp(&tcp->icmp) : json_null());
	doctor_json_set(object, "took_ms", doctor_json_ms(tcp->took_us));
	doctor_json_set(object, "retransmits", doctor_json_number(tcp->retransmits));
	doctor_json_set(object, "rtt_ms",
	    tcp->end == PROBE_TCP_OPEN ? doctor_json_ms(tcp->rtt_us) : json_null());
	doctor_json_set(object, "mss", doctor_json_count(tcp->mss));
	return object;
}

static json_t *
make_enhanced(const uint16_t enhanced[3])
{
	return enhanced[0] == 0 ? json_null()
				: json_sprintf("%u.%u.%u", enhanced[0], enhanced[1], enhanced[2]);
}

static json_t *
make_stage(enum probe_stage stage, const struct probe_stage_fact *fact)
{
	json_t *object = json_object();

	doctor_json_set(object, "stage", doctor_json_text(probe_stage_name(stage)));
	doctor_json_set(object, "end", doctor_json_text(probe_stage_end_name(fact->end)));
	doctor_json_set(object, "began_ms", doctor_json_ms(fact->began_us));
	doctor_json_set(object, "took_ms", doctor_json_ms(fact->took_us));
	doctor_json_set(object, "code", doctor_json_count(fact->code));
	doctor_json_set(object, "enhanced_code", make_enhanced(fact->enhanced));
	doctor_json_set(object, "text", doctor_json_text(fact->text));
	return object;
}

/* Those that were reached, in their order. */
static json_t *
make_stages(const struct probe_stage_fact stages[PROBE_STAGE_COUNT])
{
	json_t *list = json_array();

	for (enum probe_stage i = PROBE_STAGE_CONNECT; i <= PROBE_STAGE_QUIT; i++)
		if (stages[i].end != PROBE_STAGE_NOT_REACHED)
			doctor_json_append(list, make_stage(i, &stages[i]));
	return list;
}

static json_t *
make_ehlo(const struct probe_ehlo *e)
{
	json_t *object;

	if (!e->is_there)
		return json_null();
	object = json_object();
	doctor_json_set(object, "code", doctor_json_count(e->code));
	doctor_json_set(object, "lines", doctor_json_list(e->text, '\n'));
	doctor_json_set(object, "auth", doctor_json_list(e->mechanisms, ' '));
	doctor_json_set(object, "size_max", doctor_json_count(e->size_max));
	doctor_json_set(object, "starttls", json_boolean(e->has_starttls));
	doctor_json_set(object, "pipelining", json_boolean(e->has_pipelining));
	doctor_json_set(object, "eightbitmime", json_boolean(e->has_8bitmime));
	doctor_json_set(object, "smtputf8", json_boolean(e->has_smtputf8));
	doctor_json_set(object, "chunking", json_boolean(e->has_chunking));
	doctor_json_set(object, "dsn", json_boolean(e->has_dsn));
	doctor_json_set(object, "enhanced_codes", json_boolean(e->has_enhanced_codes));
	doctor_json_set(object, "requiretls", json_boolean(e->has_requiretls));
	doctor_json_set(object, "masked_keyword", doctor_json_text(e->masked));
	return object;
}

static json_t *
make_faults(unsigned faults)
{
	json_t *list = json_array();

	for (unsigned bit = 1; bit != 0 && bit <= faults; bit <<= 1)
		if ((faults & bit) != 0)
			doctor_json_append(list, doctor_json_text(probe_certificate_fault_name(
						     (enum probe_certificate_fault)bit)));
	return list;
}

static json_t *
make_names(const struct probe_certificate *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->name_count && i < PROBE_CERTIFICATE_NAMES_MAX; i++)
		doctor_json_append(list, doctor_json_text(c->names[i]));
	return list;
}

static json_t *
make_certificate(const struct probe_certificate *c)
{
	json_t *object;

	if (!c->is_there)
		return json_null();
	object = json_object();
	doctor_json_set(object, "faults", make_faults(c->faults));
	doctor_json_set(object, "error", doctor_json_text(c->error));
	doctor_json_set(object, "subject", doctor_json_text(c->subject));
	doctor_json_set(object, "issuer", doctor_json_text(c->issuer));
	doctor_json_set(object, "inspector", doctor_json_text(c->inspector));
	doctor_json_set(object, "not_before", doctor_json_moment(c->not_before_unix_s * MS_PER_S));
	doctor_json_set(object, "not_after", doctor_json_moment(c->not_after_unix_s * MS_PER_S));
	doctor_json_set(object, "names", make_names(c));
	doctor_json_set(object, "name_count", doctor_json_number(c->name_count));
	doctor_json_set(object, "key_type", doctor_json_text(c->key_type));
	doctor_json_set(object, "key_bits", doctor_json_count(c->key_bits));
	doctor_json_set(object, "signature", doctor_json_text(c->signature));
	doctor_json_set(object, "sha256", doctor_json_text(c->sha256));
	doctor_json_set(object, "key_sha256", doctor_json_text(c->key_sha256));
	doctor_json_set(object, "chain_length", doctor_json_number(c->chain_length));
	doctor_json_set(object, "issuer_at_fault",
	    doctor_json_text(c->issuer_faults == 0 ? NULL : c->issuer_at_fault));
	return object;
}

json_t *
doctor_json_tls(const struct probe_tls *tls)
{
	json_t *object = json_object();

	doctor_json_set(object, "trouble", doctor_json_text(probe_tls_trouble_name(tls->trouble)));
	doctor_json_set(object, "version", doctor_json_text(tls->version));
	doctor_json_set(object, "cipher", doctor_json_text(tls->cipher));
	doctor_json_set(object, "error", doctor_json_text(tls->error));
	doctor_json_set(object, "is_legacy", json_boolean(tls->is_legacy));
	doctor_json_set(object, "asks_for_certificate", json_boolean(tls->asks_for_certificate));
	doctor_json_set(object, "certificate", make_certificate(&tls->certificate));
	return object;
}

static json_t *
make_bulk(const struct probe_bulk *bulk)
{
	json_t *object;

	if (bulk->sent_len == 0)
		return json_null();
	object = json_object();
	doctor_json_set(object, "sent", doctor_json_number(bulk->sent_len));
	doctor_json_set(object, "unacknowledged", doctor_json_number(bulk->unsent_len));
	doctor_json_set(object, "retransmits", doctor_json_number(bulk->retransmits));
	doctor_json_set(object, "mtu", doctor_json_count(bulk->mtu));
	return object;
}

json_t *
doctor_json_dialog(const struct probe_dialog_facts *d)
{
	json_t *object;

	if (d == NULL || !d->is_tried)
		return json_null();
	object = json_object();
	doctor_json_set(object, "tcp", doctor_json_tcp(&d->tcp));
	doctor_json_set(object, "is_implicit_tls", json_boolean(d->is_implicit_tls));
	doctor_json_set(object, "stages", make_stages(d->stages));
	doctor_json_set(object, "is_greeting_masked", json_boolean(d->is_greeting_masked));
	doctor_json_set(object, "is_greeting_late", json_boolean(d->is_late));
	doctor_json_set(
	    object, "speaks_plain_on_tls_port", json_boolean(d->speaks_plain_on_tls_port));
	doctor_json_set(
	    object, "speaks_tls_on_plain_port", json_boolean(d->speaks_tls_on_plain_port));
	doctor_json_set(object, "ehlo", make_ehlo(&d->ehlo));
	doctor_json_set(object, "ehlo_tls", make_ehlo(&d->ehlo_tls));
	doctor_json_set(object, "tls", doctor_json_tls(&d->tls));
	doctor_json_set(object, "bulk", make_bulk(&d->bulk));
	doctor_json_set(object, "mechanism", doctor_json_text(d->mechanism));
	doctor_json_set(object, "queue_id", doctor_json_text(d->queue_id));
	doctor_json_set(object, "took_ms", doctor_json_ms(d->took_us));
	return object;
}
