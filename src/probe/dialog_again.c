/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second look at a server that has no TLS which is still safe: one more connection, for nothing
 * but to know what it has. The facts of the first stay what they are.
 */
#include "probe/dialog_private.h"
#include "util/clock.h"

/* Whatever OpenSSL can: what is weak here is looked at, not used. */
static const char all_ciphers[] = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

static void
on_second(void *arg, const struct probe_dialog_facts *facts)
{
	struct probe_dialog *d = arg;
	struct probe_tls *t = &d->facts.tls;

	d->second = NULL;
	if (facts->tls.trouble == PROBE_TLS_FINE) {
		memcpy(t->version, facts->tls.version, sizeof t->version);
		memcpy(t->cipher, facts->tls.cipher, sizeof t->cipher);
		t->is_legacy = facts->tls.is_legacy;
		t->certificate = facts->tls.certificate;
	}
	dialog_report(d);
}

static bool
is_worth_a_look(const struct probe_dialog *d)
{
	const struct probe_dialog_options *o = &d->options;
	const enum probe_tls_trouble trouble = d->facts.tls.trouble;

	return (trouble == PROBE_TLS_VERSION || trouble == PROBE_TLS_NO_CIPHER) &&
	       o->tls_min == 0 && o->tls_max == 0 && o->tls_ciphers == NULL;
}

bool
dialog_look_again(struct probe_dialog *d)
{
	const uint64_t now_ms = clock_monotonic_ms();

	if (!is_worth_a_look(d) || now_ms >= d->give_up_ms)
		return false;
	d->second_options = d->options;
	d->second_options.goal = PROBE_GOAL_TLS;
	d->second_options.wants_bulk = false;
	d->second_options.tls_min = TLS1_VERSION;
	d->second_options.tls_ciphers = all_ciphers;
	if (d->give_up_ms != UINT64_MAX)
		d->second_options.total_ms = d->give_up_ms - now_ms;
	d->second = probe_dialog_start(d->base, &d->to, &d->second_options, on_second, d);
	return true;
}
