/* SPDX-License-Identifier: Apache-2.0 */
/* What people and programs are shown of a message in the queue, and of one that left it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "cli/queue_view.h"
#include "store/support.h"

#define MINUTE_MS UINT64_C(60000)
#define NOW_MS (10 * MINUTE_MS)
#define ID_TEXT "0000000000001"

enum { MESSAGE_ID = 1, DEMANDING_ID = 700, MANY_COUNT = 600, TEXT_SIZE = 65536 };

static struct smtp_verdict verdict_of(enum smtp_verdict_class class)
{
	static char host[] = "mx.example.org[192.0.2.1]:25", again[] = "try \033[31mlater",
		    reason[] = "while sending RCPT TO", ok[] = "ok \xff";

	if (class == SMTP_VERDICT_DELIVERED)
		return (struct smtp_verdict){ .class = class,
			.code = 250,
			.enhanced = { 2, 0, 0 },
			.host = host,
			.peer_text = ok };
	return (struct smtp_verdict){ .class = class,
		.code = 451,
		.enhanced = { 4, 3, 0 },
		.host = host,
		.peer_text = again,
		.reason = reason };
}

/* One message with three recipients: not tried, deferred, delivered. */
static int
set_up(void **state)
{
	static struct scratch s;
	const struct smtp_verdict deferred = verdict_of(SMTP_VERDICT_DEFERRED);
	const struct smtp_verdict delivered = verdict_of(SMTP_VERDICT_DELIVERED);

	scratch_make(&s);
	assert_int_equal(scratch_open(&s), 0);
	scratch_put(&s, MESSAGE_ID, 3);
	assert_int_equal(scratch_flush(&s), 0);
	store_put_outcome(
	    s.store, MESSAGE_ID, 1, STORE_RECIPIENT_DUE, NOW_MS + 3 * MINUTE_MS, &deferred);
	store_put_outcome(s.store, MESSAGE_ID, 2, STORE_RECIPIENT_DELIVERED, 0, &delivered);
	assert_int_equal(scratch_flush(&s), 0);
	*state = &s;
	return 0;
}

static int
tear_down(void **state)
{
	scratch_remove(*state);
	return 0;
}

/* Everything delivered and settled two minutes ago. */
static void
settle(struct scratch *s)
{
	const struct smtp_verdict delivered = verdict_of(SMTP_VERDICT_DELIVERED);

	store_put_outcome(s->store, MESSAGE_ID, 0, STORE_RECIPIENT_DELIVERED, 0, &delivered);
	store_put_outcome(s->store, MESSAGE_ID, 1, STORE_RECIPIENT_DELIVERED, 0, &delivered);
	store_settle(s->store, MESSAGE_ID, NOW_MS - 2 * MINUTE_MS);
	assert_int_equal(scratch_flush(s), 0);
}

static void
print_line(void *arg, const struct queue_message *m)
{
	(void)arg;
	queue_view_print_line(m, NOW_MS);
}

static void
print_details(void *arg, const struct queue_message *m)
{
	(void)arg;
	queue_view_print_details(m, NOW_MS);
}

static void
print_json(void *arg, const struct queue_message *m)
{
	(void)arg;
	queue_view_print_json(m);
}

/* What fn prints of the message, with standard output turned into memory for as long. */
static int
capture_message(struct store *s, uint64_t id, queue_view_fn *fn, char text[TEXT_SIZE])
{
	int memory = memfd_create("stdout", MFD_CLOEXEC), real, r;
	ssize_t len;

	(void)fflush(stdout);
	real = dup(STDOUT_FILENO);
	assert_true(memory >= 0 && real >= 0);
	assert_int_equal(dup2(memory, STDOUT_FILENO), STDOUT_FILENO);
	r = queue_view_one(s, id, fn, NULL);
	(void)fflush(stdout);
	assert_int_equal(dup2(real, STDOUT_FILENO), STDOUT_FILENO);
	len = pread(memory, text, TEXT_SIZE - 1, 0);
	assert_true(len >= 0);
	text[len] = '\0';
	assert_int_equal(close(memory) | close(real), 0);
	return r;
}

static int
capture(struct store *s, queue_view_fn *fn, char text[TEXT_SIZE])
{
	return capture_message(s, MESSAGE_ID, fn, text);
}

static void
test_the_list_tells_next_try_and_last_answer(void **state)
{
	const struct scratch *s = *state;
	char text[TEXT_SIZE];

	assert_int_equal(capture(s->store, print_line, text), 0);
	assert_non_null(strstr(text, ID_TEXT "    9 min"));
	assert_non_null(
	    strstr(text, "  <alice@example.com>\n"
			 "    r0@example.org  due, next try now\n"
			 "    r1@example.org  deferred, next try in 3 min; attempt 1 at "
			 "mx.example.org[192.0.2.1]:25: 451 4.3.0 try ?[31mlater "
			 "(while sending RCPT TO)\n      asked for: no reports\n"
			 "    r2@example.org  delivered to mx.example.org[192.0.2.1]:25: "
			 "250 2.0.0 ok"));
}

static void
test_details_name_account_and_arrival(void **state)
{
	const struct scratch *s = *state;
	char text[TEXT_SIZE];

	assert_int_equal(capture(s->store, print_details, text), 0);
	assert_non_null(
	    strstr(text, "Message:  " ID_TEXT "\nArrived:  1970-01-01T00:00:00.501Z\n"));
	assert_non_null(
	    strstr(text, "\nAccount:  alice\nSender:   <alice@example.com>\nText:     8-bit\n"
			 "Recipients:\n"));
}

static const char *
member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Another message, which asks for all that can be asked for; the recipient was told of a delay. */
static void
put_demanding(struct scratch *s, const char *mail)
{
	const struct store_recipient r = { .address = slice_of("bob@example.net"),
		.route = slice_of("relay"),
		.parameters = slice_of("NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;b@o"),
		.due_unix_ms = UINT64_C(1790000000000) };

	store_put_message(s->store, &(struct store_message){ .id = DEMANDING_ID,
					.created_unix_ms = 1,
					.parameters = slice_of(mail),
					.recipients = &r,
					.recipient_count = 1 });
	store_put_notices(s->store, DEMANDING_ID, 0, 1);
	assert_int_equal(scratch_flush(s), 0);
}

static void
test_what_was_asked_for_is_said_in_words(void **state)
{
	struct scratch *s = *state;
	char text[TEXT_SIZE];

	put_demanding(s, "BODY=BINARYMIME SMTPUTF8 TLSOPTIONAL RET=HDRS ENVID=e+2Bx AUTH=a@b "
			 "HOLDUNTIL=1790000000 BYUNTIL=1790003600;RT MT-PRIORITY=-3");
	assert_int_equal(capture_message(s->store, DEMANDING_ID, print_details, text), 0);
	assert_non_null(
	    strstr(text, "\nText:     binary\nAsked:    international mail (SMTPUTF8); delivery "
			 "without TLS, too (TLS-Required: No); only the header in reports; "
			 "envelope id e+2Bx; submitted first by a@b; held until "
			 "2026-09-21T14:13:20.000Z; returned after 2026-09-21T15:13:20.000Z, and a "
			 "report from each hop; priority -3\n"));
	assert_non_null(
	    strstr(text, "    bob@example.net  due, held until 2026-09-21T14:13:20.000Z\n"
			 "      asked for: a report on success; a report on failure; a report on "
			 "delay; originally for rfc822;b@o; the sender was told of the delay\n"));
}

static void
test_json_says_what_was_asked_for(void **state)
{
	struct scratch *s = *state;
	const json_t *asked, *recipient;
	char text[TEXT_SIZE];
	json_t *o;

	put_demanding(s, "BODY=8BITMIME REQUIRETLS RET=FULL BYUNTIL=1790003600;N MT-PRIORITY=4");
	assert_int_equal(capture_message(s->store, DEMANDING_ID, print_json, text), 0);
	o = json_loads(text, 0, NULL);
	assert_non_null(o);
	asked = json_object_get(o, "asked_for");
	assert_string_equal(member(asked, "body"), "8bitmime");
	assert_true(json_is_true(json_object_get(asked, "require_tls")));
	assert_null(json_object_get(asked, "smtputf8"));
	assert_string_equal(member(asked, "return"), "full");
	assert_string_equal(member(asked, "deliver_by"), "2026-09-21T15:13:20.000Z");
	assert_string_equal(member(asked, "deliver_by_mode"), "notify");
	assert_int_equal(json_integer_value(json_object_get(asked, "priority")), 4);
	recipient = json_array_get(json_object_get(o, "recipients"), 0);
	assert_int_equal(json_array_size(json_object_get(recipient, "notify")), 3);
	assert_string_equal(member(recipient, "original_recipient"), "rfc822;b@o");
	assert_true(json_is_true(json_object_get(recipient, "delay_reported")));
	json_decref(o);
}

static void
test_a_settled_message_is_found_in_the_history(void **state)
{
	struct scratch *s = *state;
	char text[TEXT_SIZE];

	settle(s);
	assert_int_equal(capture(s->store, print_details, text), 0);
	assert_non_null(strstr(text, "\nSettled:  1970-01-01T00:08:00.000Z\n"));
	assert_non_null(strstr(
	    text, "r0@example.org  delivered 2 min ago to mx.example.org[192.0.2.1]:25: 250 "));
}

static void
test_a_message_that_never_was_is_in_neither(void **state)
{
	const struct scratch *s = *state;

	assert_int_equal(queue_view_one(s->store, MESSAGE_ID + 1, print_line, NULL), -ENOENT);
	assert_int_equal(queue_view_one(s->store, 0, print_line, NULL), -ENOENT);
}

static void
test_json_says_the_same_whatever_octets_the_peer_sent(void **state)
{
	const struct scratch *s = *state;
	const json_t *recipients;
	char text[TEXT_SIZE];
	json_t *o;

	assert_int_equal(capture(s->store, print_json, text), 0);
	o = json_loads(text, 0, NULL);
	assert_non_null(o);
	assert_string_equal(member(o, "id"), ID_TEXT);
	assert_string_equal(member(o, "arrived"), "1970-01-01T00:00:00.501Z");
	assert_null(json_object_get(o, "settled"));
	recipients = json_object_get(o, "recipients");
	assert_int_equal(json_array_size(recipients), 3);
	assert_string_equal(member(json_array_get(recipients, 0), "state"), "due");
	assert_true(json_is_null(json_object_get(json_array_get(recipients, 0), "code")));
	assert_string_equal(member(json_array_get(recipients, 1), "state"), "deferred");
	assert_string_equal(
	    member(json_array_get(recipients, 1), "next_try"), "1970-01-01T00:13:00.000Z");
	assert_string_equal(member(json_array_get(recipients, 1), "enhanced_code"), "4.3.0");
	assert_string_equal(member(json_array_get(recipients, 2), "peer_text"), "ok ?");
	json_decref(o);
}

static void
count_message(void *arg, const struct queue_message *m)
{
	uint64_t *count = arg;

	assert_int_equal(m->id, ++*count);
	assert_true(m->recipient_count > 0);
}

static void
test_a_long_queue_is_shown_whole_and_in_order(void **state)
{
	struct scratch *s = *state;
	uint64_t count = 0;

	for (uint64_t id = 2; id <= MANY_COUNT; id++)
		scratch_put(s, id, 1);
	assert_int_equal(scratch_flush(s), 0);
	assert_int_equal(queue_view_each(s->store, count_message, &count), 0);
	assert_int_equal(count, MANY_COUNT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_list_tells_next_try_and_last_answer),
		TEST(test_details_name_account_and_arrival),
		TEST(test_what_was_asked_for_is_said_in_words),
		TEST(test_json_says_what_was_asked_for),
		TEST(test_a_settled_message_is_found_in_the_history),
		TEST(test_a_message_that_never_was_is_in_neither),
		TEST(test_json_says_the_same_whatever_octets_the_peer_sent),
		TEST(test_a_long_queue_is_shown_whole_and_in_order),
	};
	return cmocka_run_group_tests_name("cli/queue_view", tests, NULL, NULL);
}
