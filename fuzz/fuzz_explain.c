/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error messages of anybody. Laws: what matched is a part of the text and stands in the line that
 * is named; causes come by their evidence, each once; the words for the advice are clean enough for
 * a command line; and the same text has the same answer.
 */
#include <stdlib.h>
#include <string.h>

#include "explain/explain.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static size_t
count_lines(struct slice text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

/* Messages, errors of the system and codes that say little rank alike. */
static int
rank_of(enum explain_evidence evidence)
{
	if (evidence == EXPLAIN_BY_REPLY_CODE || evidence == EXPLAIN_BY_ERRNO)
		return EXPLAIN_BY_MESSAGE;
	return (int)evidence;
}

static void
check_result(struct slice text, const struct explain_result *r)
{
	const size_t at = (size_t)(r->matched.ptr - text.ptr);

	check(r->cause != NULL && explain_cause_find(r->cause->id) == r->cause);
	check(r->matched.len > 0 && at <= text.len && r->matched.len <= text.len - at);
	check(r->line == count_lines(slice_first(text, at)) + 1);
	check(explain_evidence_name(r->evidence) != NULL);
}

static void
check_word(const char *word, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_+@";

	check(memchr(word, '\0', size) != NULL);
	check(word[strspn(word, allowed)] == '\0');
}

static void
check_answer(struct slice text, const struct explain_answer *a)
{
	check(a->count <= EXPLAIN_RESULTS_MAX);
	for (size_t i = 0; i < a->count; i++) {
		check_result(text, &a->results[i]);
		for (size_t k = 0; k < i; k++)
			check(a->results[k].cause != a->results[i].cause);
	}
	check_word(a->host, sizeof a->host);
	check_word(a->port, sizeof a->port);
	check_word(a->user, sizeof a->user);
	check(a->code == 0 || (a->code >= 400 && a->code <= 599));
}

/* A log ranks what is near its last failure first, so its older causes may have better evidence. */
static void
check_order(struct slice text, const struct explain_answer *a)
{
	for (size_t i = 1; i < a->count && count_lines(text) < 50; i++)
		check(rank_of(a->results[i - 1].evidence) <= rank_of(a->results[i].evidence));
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	const struct slice text = slice_make(in, len);
	struct explain_answer first, second;

	if (len > EXPLAIN_TEXT_MAX)
		return 0;
	explain_text(text, &first);
	explain_text(text, &second);
	check_answer(text, &first);
	check_order(text, &first);
	check(first.count == second.count);
	for (size_t i = 0; i < first.count; i++)
		check(first.results[i].cause == second.results[i].cause);
	return 0;
}
