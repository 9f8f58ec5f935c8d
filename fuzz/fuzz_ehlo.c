/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server's reply to EHLO, and its other words. The laws: what is kept can be shown; a mechanism
 * is told once and is one that was offered; a queue id stands in the reply it was taken from.
 */
#include <stdlib.h>
#include <string.h>

#include "probe/ehlo.h"
#include "probe/queue_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static void
require(bool law)
{
	if (!law)
		abort();
}

static void
check_printable(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	require(len < size);
	for (size_t i = 0; i < len; i++)
		require((text[i] >= 0x20 && text[i] <= 0x7e) || text[i] == '\n');
}

static bool
contains_nocase(struct slice text, const char *word)
{
	for (size_t i = 0; i < text.len; i++)
		if (slice_starts_nocase(slice_after(text, i), word))
			return true;
	return false;
}

static void
check_mechanisms(const struct probe_ehlo *e, struct slice text)
{
	char all[sizeof e->mechanisms], *rest = NULL;
	size_t count = 0, total = 0;

	memcpy(all, e->mechanisms, sizeof all);
	for (char *word = strtok_r(all, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		require(probe_ehlo_offers(e, word));
		require(contains_nocase(text, word));
		total += strlen(word) + 1;
		count++;
	}
	require(count == 0 || total == strlen(e->mechanisms) + 1);
	require(count == 0 || e->has_auth);
}

static void
check_queue_id(struct slice text)
{
	char id[128];
	bool found = probe_queue_id_find(text, id, sizeof id);

	check_printable(id, sizeof id);
	require(found == (id[0] != '\0'));
	require(!found || contains_nocase(text, id));
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct slice text = slice_make(in, len);
	struct probe_ehlo e;

	probe_ehlo_read(250, text, &e);
	check_printable(e.text, sizeof e.text);
	check_printable(e.mechanisms, sizeof e.mechanisms);
	check_printable(e.masked, sizeof e.masked);
	require(e.is_masked == (e.masked[0] != '\0'));
	check_mechanisms(&e, text);
	(void)probe_greeting_is_masked(text);
	check_queue_id(text);
	return 0;
}
