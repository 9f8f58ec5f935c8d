/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "server_feed.h"

void
stage_init(struct stage *s)
{
	*s = (struct stage){ .limits = usual_limits };
	s->options.hostname = "mail.example.com";
	s->options.limits = &s->limits;
}

static bool
set_count(struct smtp_server_limits *l, const char *name, uint32_t value)
{
	const struct {
		const char *name;
		uint32_t *number;
	} numbers[] = {
		{ "command_length", &l->command_length },
		{ "auth_line_length", &l->auth_line_length },
		{ "recipients", &l->recipients },
		{ "transactions", &l->transactions },
		{ "bad_commands", &l->bad_commands },
		{ "auth_failures", &l->auth_failures },
		{ "recipient_domains", &l->recipient_domains },
		{ "parameters", &l->parameters },
		{ "transfer_rate", &l->transfer_rate },
		{ "errors_before_delay", &l->errors_before_delay },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (strcmp(numbers[i].name, name) == 0) {
			*numbers[i].number = value;
			return true;
		}
	}
	return false;
}

static bool
set_long(struct smtp_server_limits *l, const char *name, uint64_t value)
{
	const struct {
		const char *name;
		uint64_t *number;
	} numbers[] = {
		{ "message_size", &l->message_size },
		{ "transaction_timeout_ms", &l->transaction_timeout_ms },
		{ "error_delay_ms", &l->error_delay_ms },
		{ "hold_max_s", &l->hold_max_s },
		{ "deliver_by_min_s", &l->deliver_by_min_s },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (strcmp(numbers[i].name, name) == 0) {
			*numbers[i].number = value;
			return true;
		}
	}
	return false;
}

bool
stage_set(struct stage *s, char **words)
{
	if (strcmp(words[0], "implicit-tls") == 0) {
		s->options.implicit_tls = true;
		return true;
	}
	if (strcmp(words[0], "complete-addresses") == 0) {
		s->options.complete_addresses = true;
		return true;
	}
	if (words[1] == NULL)
		return false;
	if (strcmp(words[0], "profile") == 0 && strcmp(words[1], "legacy-device") == 0) {
		s->options.profile = SMTP_SERVER_LEGACY_DEVICE;
		return true;
	}
	if (strcmp(words[0], "unix-time") == 0) {
		s->options.unix_offset_ms = strtoll(words[1], NULL, 10) * 1000 - STAGE_START_MS;
		return true;
	}
	if (strcmp(words[0], "priority-max") == 0) {
		s->options.priority_max = (uint8_t)strtoul(words[1], NULL, 10);
		return true;
	}
	if (strcmp(words[0], "limit") != 0 || words[2] == NULL)
		return false;
	return set_count(&s->limits, words[1], (uint32_t)strtoul(words[2], NULL, 10)) ||
	       set_long(&s->limits, words[1], strtoull(words[2], NULL, 10));
}
