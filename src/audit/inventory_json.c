/* SPDX-License-Identifier: Apache-2.0 */
/* inventory_json.c - all that is agreed to, for programs. */
#include <stdio.h>

#include "audit/inventory.h"
#include "audit/json.h"

static json_t *
make_answer(enum audit_truth answer)
{
	return answer == AUDIT_UNKNOWN ? json_null() : json_boolean(answer == AUDIT_YES);
}

static json_t *
make_id(unsigned id)
{
	char text[16];

	(void)snprintf(text, sizeof text, "0x%04x", id);
	return json_string(text);
}

static json_t *
make_suite(const struct audit_suite *s)
{
	const struct audit_cipher *c = audit_cipher_find(s->id);
	const struct audit_group *g = audit_group_find(s->group);
	const unsigned key_bits = g != NULL ? g->bits : s->dh_bits;
	char exchange[AUDIT_KEY_EXCHANGE_SIZE];
	json_t *object = json_object();

	audit_json_set(object, "id", make_id(s->id));
	if (c != NULL)
		audit_cipher_key_exchange(c, exchange);
	audit_json_set(object, "name", c == NULL ? json_null() : json_string(c->name));
	audit_json_set(object, "key_exchange", c == NULL ? json_null() : audit_json_text(exchange));
	audit_json_set(
	    object, "bits", c == NULL ? json_null() : json_integer(audit_cipher_bits(c)));
	audit_json_set(object, "group", g == NULL ? json_null() : json_string(g->name));
	audit_json_set(object, "group_bits", key_bits == 0 ? json_null() : json_integer(key_bits));
	audit_json_set(object, "flaw",
	    c == NULL ? json_null()
		      : audit_json_text(audit_cipher_flaw_name(audit_cipher_flaw(c))));
	return object;
}

static json_t *
make_ssl2_suite(uint32_t suite)
{
	json_t *object = json_object();

	audit_json_set(object, "id", make_id(suite));
	audit_json_set(object, "name", json_string(audit_ssl2_suite_name(suite)));
	audit_json_set(object, "key_exchange", json_string("RSA"));
	audit_json_set(object, "bits", json_null());
	audit_json_set(object, "group", json_null());
	audit_json_set(object, "group_bits", json_null());
	audit_json_set(object, "flaw", json_null());
	return object;
}

static json_t *
make_version(const struct audit_inventory *v, const struct audit_version *x)
{
	json_t *object = json_object(), *suites = json_array();

	for (size_t i = 0; i < x->suite_count; i++)
		audit_json_append(suites, make_suite(&x->suites[i]));
	for (unsigned i = 0; x->version == AUDIT_SSL2 && i < v->ssl2_suite_count; i++)
		audit_json_append(suites, make_ssl2_suite(v->ssl2_suites[i]));
	audit_json_set(object, "version", json_string(audit_version_name(x->version)));
	audit_json_set(object, "spoken", make_answer(x->is_spoken));
	audit_json_set(object, "complete", json_boolean(x->is_whole || x->version == AUDIT_SSL2));
	audit_json_set(object, "server_order", make_answer(x->has_order));
	audit_json_set(object, "suites", suites);
	return object;
}

static json_t *
make_groups(const struct audit_group_list *groups)
{
	json_t *object = json_object(), *array = json_array();

	for (size_t i = 0; i < groups->count; i++) {
		const struct audit_group *g = audit_group_find(groups->all[i]);
		json_t *group = json_object();

		audit_json_set(group, "id", make_id(groups->all[i]));
		audit_json_set(group, "name", g == NULL ? json_null() : json_string(g->name));
		audit_json_set(group, "bits", g == NULL ? json_null() : json_integer(g->bits));
		audit_json_append(array, group);
	}
	audit_json_set(object, "complete", json_boolean(groups->is_whole));
	audit_json_set(object, "accepted", array);
	return object;
}

static json_t *
make_sessions(const struct audit_sessions *s)
{
	json_t *object = json_object();

	audit_json_set(object, "tickets", make_answer(s->tickets));
	audit_json_set(object, "resumed_by_ticket", make_answer(s->by_ticket));
	audit_json_set(object, "resumed_by_id", make_answer(s->by_id));
	return object;
}

static json_t *
make_certificate(const struct probe_certificate *c)
{
	json_t *object, *names;

	if (!c->is_there)
		return json_null();
	object = json_object();
	names = json_array();
	for (size_t i = 0; i < c->name_count && i < PROBE_CERTIFICATE_NAMES_MAX; i++)
		audit_json_append(names, json_string(c->names[i]));
	audit_json_set(object, "subject", audit_json_text(c->subject));
	audit_json_set(object, "names", names);
	audit_json_set(object, "issuer", audit_json_text(c->issuer));
	audit_json_set(object, "not_before_unix_s", json_integer(c->not_before_unix_s));
	audit_json_set(object, "not_after_unix_s", json_integer(c->not_after_unix_s));
	audit_json_set(object, "key_type", audit_json_text(c->key_type));
	audit_json_set(object, "key_bits", json_integer(c->key_bits));
	audit_json_set(object, "signature", audit_json_text(c->signature));
	audit_json_set(object, "sha256", audit_json_text(c->sha256));
	audit_json_set(object, "key_sha256", audit_json_text(c->key_sha256));
	audit_json_set(object, "chain_length", json_integer(c->chain_length));
	return object;
}

json_t *
audit_inventory_json(const struct audit_inventory *v)
{
	json_t *object = json_object(), *versions = json_array();

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		audit_json_append(versions, make_version(v, &v->versions[i]));
	audit_json_set(object, "port", json_integer(v->port));
	audit_json_set(
	    object, "like_port", v->like_port == 0 ? json_null() : json_integer(v->like_port));
	audit_json_set(object, "samples", json_integer(v->sample_count));
	audit_json_set(object, "versions", versions);
	audit_json_set(object, "groups_tls_1_3", make_groups(&v->tls13_groups));
	audit_json_set(object, "groups_before", make_groups(&v->old_groups));
	audit_json_set(object, "compression", make_answer(v->compression));
	audit_json_set(object, "secure_renegotiation", make_answer(v->secure_renegotiation));
	audit_json_set(object, "client_renegotiation", make_answer(v->client_renegotiation));
	audit_json_set(object, "fallback_guard", make_answer(v->fallback_guard));
	audit_json_set(object, "ocsp_stapling", make_answer(v->stapling));
	audit_json_set(object, "early_data", make_answer(v->early_data));
	audit_json_set(object, "sessions_tls_1_3", make_sessions(&v->tls13_sessions));
	audit_json_set(object, "sessions_before", make_sessions(&v->old_sessions));
	audit_json_set(object, "certificate", make_certificate(&v->certificate));
	return object;
}
