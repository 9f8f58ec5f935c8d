/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of the stages, and their names. */
#include "probe/dialog_private.h"
#include "probe/text.h"
#include "util/clock.h"

void
dialog_begin(struct probe_dialog *d, enum probe_stage stage)
{
	d->stage = stage;
	d->has_ended_stage = false;
	d->stage_len = 0;
	d->stage_began_us = clock_monotonic_us();
	d->facts.stages[stage].began_us = d->stage_began_us - d->began_us;
}

void
dialog_end(struct probe_dialog *d, enum probe_stage_end end, struct slice text)
{
	struct probe_stage_fact *fact = &d->facts.stages[d->stage];

	fact->end = end;
	fact->took_us = clock_monotonic_us() - d->stage_began_us;
	probe_text_copy(text, ' ', fact->text, sizeof fact->text);
	d->has_ended_stage = true;
}

void
dialog_lose(struct probe_dialog *d, enum probe_stage_end end, const char *words)
{
	if (!d->has_ended_stage)
		dialog_end(d, end, slice_of(words));
}

void
dialog_skip(struct probe_dialog *d, enum probe_stage stage, const char *words)
{
	struct probe_stage_fact *fact = &d->facts.stages[stage];

	fact->end = PROBE_STAGE_SKIPPED;
	probe_text_copy(slice_of(words), ' ', fact->text, sizeof fact->text);
}

void
dialog_fault(struct probe_dialog *d, enum probe_stage stage, const char *words)
{
	struct probe_stage_fact *fact = &d->facts.stages[stage];

	fact->end = PROBE_STAGE_BROKEN;
	probe_text_copy(slice_of(words), ' ', fact->text, sizeof fact->text);
}

enum probe_stage
probe_dialog_stage(const struct probe_dialog *dialog)
{
	return dialog->stage;
}

const char *
probe_stage_name(enum probe_stage stage)
{
	switch (stage) {
	case PROBE_STAGE_CONNECT:
		return "connect";
	case PROBE_STAGE_GREETING:
		return "greeting";
	case PROBE_STAGE_EHLO:
		return "ehlo";
	case PROBE_STAGE_STARTTLS:
		return "starttls";
	case PROBE_STAGE_HANDSHAKE:
		return "handshake";
	case PROBE_STAGE_EHLO_TLS:
		return "ehlo_tls";
	case PROBE_STAGE_BULK:
		return "bulk";
	case PROBE_STAGE_AUTH:
		return "auth";
	case PROBE_STAGE_MAIL:
		return "mail";
	case PROBE_STAGE_RCPT:
		return "rcpt";
	case PROBE_STAGE_DATA:
		return "data";
	case PROBE_STAGE_END:
		return "end";
	case PROBE_STAGE_QUIT:
		return "quit";
	}
	return "unknown";
}

const char *
probe_stage_end_name(enum probe_stage_end end)
{
	switch (end) {
	case PROBE_STAGE_NOT_REACHED:
		return "not_reached";
	case PROBE_STAGE_SKIPPED:
		return "skipped";
	case PROBE_STAGE_PASSED:
		return "passed";
	case PROBE_STAGE_REFUSED:
		return "refused";
	case PROBE_STAGE_TIMEOUT:
		return "timeout";
	case PROBE_STAGE_CLOSED:
		return "closed";
	case PROBE_STAGE_RESET:
		return "reset";
	case PROBE_STAGE_BROKEN:
		return "broken";
	}
	return "unknown";
}
