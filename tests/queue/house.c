/* SPDX-License-Identifier: Apache-2.0 */
#include "house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/alloc.h"
#include "util/clock.h"

static void
copy_text(char *out, size_t size, struct slice s)
{
	assert_true(s.len < size);
	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
}

static bool
on_answer(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct house *h = owner;
	uint32_t number;

	if (type == WIRE_CREDIT) {
		assert_true(wire_number_decode(payload, &number));
		h->credit_len += number;
		return true;
	}
	assert_int_equal(type, WIRE_STORED);
	assert_true(wire_stored_decode(payload, &h->stored_status));
	h->stored_id = id;
	h->stored_count++;
	return true;
}

static struct house_job *
find_job(struct house *h, uint64_t number)
{
	for (size_t i = 0; i < h->job_count; i++)
		if (h->jobs[i].number == number)
			return &h->jobs[i];
	return NULL;
}

static void
take_job(struct house *h, uint64_t number, struct slice payload)
{
	struct house_job *j = &h->jobs[h->job_count++];
	struct wire_job frame;
	struct slice address;

	assert_in_range(h->job_count, 1, HOUSE_JOBS_MAX);
	assert_true(wire_job_decode(payload, &frame));
	*j = (struct house_job){
		.number = number, .message_id = frame.message_id, .size = frame.size
	};
	buf_init(&j->text, (size_t)64 * 1024 * 1024);
	copy_text(j->sender, sizeof j->sender, frame.sender);
	copy_text(j->parameters, sizeof j->parameters, frame.parameters);
	while (wire_list_next(&frame.recipients, &address)) {
		copy_text(j->recipients[j->recipient_count], sizeof j->recipients[0], address);
		assert_true(wire_list_next(&frame.recipient_parameters, &address));
		copy_text(j->recipient_parameters[j->recipient_count++],
		    sizeof j->recipient_parameters[0], address);
	}
}

static void
pull(struct house *h, uint64_t number, size_t len)
{
	struct buf payload;

	buf_init(&payload, 16);
	wire_number_encode((uint32_t)len, &payload);
	ipc_send(h->delivery, WIRE_PULL, number, buf_slice(&payload));
	buf_done(&payload);
}

static bool
on_work(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct house *h = owner;
	struct house_job *j = find_job(h, id);

	switch (type) {
	case WIRE_JOB:
		assert_null(j);
		take_job(h, id, payload);
		return true;
	case WIRE_BODY:
		assert_non_null(j);
		assert_true(buf_add_slice(&j->text, payload));
		if (h->pull)
			pull(h, id, payload.len);
		return true;
	case WIRE_BODY_LOST:
		assert_non_null(j);
		j->lost = true;
		return true;
	}
	return false;
}

static void
on_submission_close(void *owner)
{
	ipc_free(&((struct house *)owner)->submission);
}

static void
on_delivery_close(void *owner)
{
	ipc_free(&((struct house *)owner)->delivery);
}

static const struct ipc_handler as_submission = { .on_frame = on_answer,
	.on_close = on_submission_close };
static const struct ipc_handler as_delivery = { .on_frame = on_work,
	.on_close = on_delivery_close };

static int
connect_queue(struct house *h, enum proc_role role)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	queue_peer_open(h->queue, role, 0, fds[0]);
	return fds[1];
}

void
house_connect_submission(struct house *h)
{
	int fd = connect_queue(h, PROC_ROLE_SUBMISSION);

	ipc_free(&h->submission);
	h->credit_len = 0;
	h->submission = ipc_new(h->child.base, fd, &as_submission, h);
}

void
house_connect_delivery(struct house *h)
{
	int fd = connect_queue(h, PROC_ROLE_DELIVERY);

	ipc_free(&h->delivery);
	h->delivery = ipc_new(h->child.base, fd, &as_delivery, h);
}

static struct config *
make_config(const struct house *h, const char *extra_config)
{
	struct buf text, errors;
	struct config *config = NULL;

	buf_init(&text, 65536);
	buf_init(&errors, 65536);
	assert_true(buf_addf(&text,
	    "hostname = \"mail.example.org\"\nstate_directory = \"%s\"\n"
	    "tls { certificate = \"/c.pem\" key = \"/k.pem\" }\n"
	    "next_hop \"a\" { host = \"192.0.2.1\" recipients = 2 }\n"
	    "next_hop \"b\" { host = \"192.0.2.2\" }\n"
	    "route \"*\" { next_hop = \"a\" }\nroute \"b.example\" { next_hop = \"b\" }\n%s",
	    h->directory, extra_config));
	if (config_parse("test.conf", buf_slice(&text), &config, &errors) < 0)
		fail_msg("%.*s", (int)errors.len, (const char *)errors.ptr);
	buf_done(&text);
	buf_done(&errors);
	return config;
}

static void
start_queue(struct house *h)
{
	h->child.base = event_base_new();
	assert_non_null(h->child.base);
	h->queue = xcalloc(1, sizeof *h->queue);
	assert_int_equal(queue_start(h->queue, &h->child), 0);
	house_connect_submission(h);
	house_connect_delivery(h);
}

void
house_open(struct house *h, const char *extra_config)
{
	char queue_directory[96];

	*h = (struct house){ .pull = true };
	(void)snprintf(h->directory, sizeof h->directory, "/tmp/sallyport-queue-XXXXXX");
	assert_non_null(mkdtemp(h->directory));
	(void)snprintf(queue_directory, sizeof queue_directory, "%s/queue", h->directory);
	assert_int_equal(mkdir(queue_directory, 0700), 0);
	h->config = make_config(h, extra_config);
	h->child.role = PROC_ROLE_QUEUE;
	h->child.config = h->config;
	start_queue(h);
}

static void
stop_queue(struct house *h)
{
	ipc_free(&h->submission);
	ipc_free(&h->delivery);
	queue_close(h->queue);
	free(h->queue);
	event_base_free(h->child.base);
	for (size_t i = 0; i < h->job_count; i++)
		buf_done(&h->jobs[i].text);
	h->job_count = 0;
	h->stored_count = 0;
}

void
house_restart(struct house *h)
{
	stop_queue(h);
	start_queue(h);
}

static void
remove_directory(const char *directory)
{
	static const char *const names[] = { "queue/queue.db", "queue/queue.db-wal",
		"queue/queue.db-shm", "queue/queue.lock", "queue/lock", "queue", "" };
	char path[128];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
		(void)remove(path);
	}
	if (access(directory, F_OK) == 0)
		print_message("left behind: %s\n", directory);
}

void
house_close(struct house *h)
{
	stop_queue(h);
	config_free(&h->config);
	remove_directory(h->directory);
}

void
house_run_until(struct house *h, bool (*done)(const struct house *h))
{
	uint64_t end_ms = clock_monotonic_ms() + 10000;

	while (!done(h)) {
		struct timeval tv = { 0, 100000 };

		if (clock_monotonic_ms() > end_ms)
			fail_msg("it did not happen within ten seconds");
		(void)event_base_loopexit(h->child.base, &tv);
		(void)event_base_loop(h->child.base, EVLOOP_ONCE);
	}
}

static void
send_message(struct house *h, uint64_t id, struct wire_message *m, const char *const *recipients,
    const char *said)
{
	struct buf packed, parameters, payload;

	buf_init(&packed, 65536);
	buf_init(&parameters, 65536);
	buf_init(&payload, 65536);
	for (; *recipients != NULL; recipients++, m->recipients.count++) {
		wire_list_add(&packed, slice_of(*recipients));
		wire_list_add(&parameters, slice_of(said));
	}
	m->recipients.packed = buf_slice(&packed);
	m->recipient_parameters = (struct wire_list){ m->recipients.count, buf_slice(&parameters) };
	m->size = m->prefix.len + m->tail.len;
	wire_message_encode(m, &payload);
	h->stored_count = 0;
	ipc_send(h->submission, WIRE_MESSAGE, id, buf_slice(&payload));
	buf_done(&packed);
	buf_done(&parameters);
	buf_done(&payload);
}

void
house_send(struct house *h, uint64_t id, const char *sender, const char *const *recipients)
{
	struct wire_message m = { .account = slice_of("alice"),
		.sender = slice_of(sender),
		.prefix = slice_of("Received: by test\r\n"),
		.tail = slice_of("Subject: hi\r\n\r\nHello.\r\n") };

	send_message(h, id, &m, recipients, "");
}

void
house_send_with(struct house *h, uint64_t id, const char *parameters, const char *const *recipients,
    const char *recipient_parameters)
{
	struct wire_message m = { .account = slice_of("alice"),
		.sender = slice_of("alice@example.org"),
		.parameters = slice_of(parameters),
		.prefix = slice_of("Received: by test\r\n"),
		.tail = slice_of("Subject: hi\r\n\r\nHello.\r\n") };

	send_message(h, id, &m, recipients, recipient_parameters);
}

void
house_send_ready(struct house *h, uint32_t count)
{
	struct buf payload;

	buf_init(&payload, 16);
	wire_number_encode(count, &payload);
	ipc_send(h->delivery, WIRE_READY, 0, buf_slice(&payload));
	buf_done(&payload);
}

void
house_send_outcome(struct house *h, const struct house_job *j, enum smtp_verdict_class class)
{
	static const uint16_t codes[] = { 250, 450, 550 };
	struct smtp_verdict verdicts[8];
	char host[] = "mx.test[192.0.2.1]:25", text[] = "so it is", reason[] = "while testing";
	struct buf payload;

	for (size_t i = 0; i < j->recipient_count; i++)
		verdicts[i] = (struct smtp_verdict){ .class = class,
			.dsn_passed = h->dsn_passed,
			.by_passed = h->by_passed,
			.code = codes[class],
			.enhanced = { codes[class] / 100, 1, 1 },
			.host = host,
			.peer_text = text,
			.reason = reason };
	buf_init(&payload, 65536);
	wire_outcome_encode(verdicts, j->recipient_count, &payload);
	ipc_send(h->delivery, WIRE_OUTCOME, j->number, buf_slice(&payload));
	buf_done(&payload);
}

struct counting {
	enum store_recipient_state state;
	size_t count;
};

static bool
count_recipient(void *arg, const struct store_message_row *m, const struct store_recipient_row *r)
{
	struct counting *c = arg;

	(void)m;
	c->count += r->state == c->state;
	return true;
}

size_t
house_count(const struct house *h, uint64_t id, enum store_recipient_state state)
{
	struct counting c = { state, 0 };

	(void)store_each_recipient(h->queue->store, id, count_recipient, &c);
	return c.count;
}

size_t
house_message_count(const struct house *h)
{
	struct store_counts counts;

	assert_int_equal(store_count(h->queue->store, &counts), 0);
	return counts.messages;
}

bool
house_has_stored(const struct house *h)
{
	return h->stored_count > 0;
}

bool
house_has_job(const struct house *h)
{
	const struct house_job *j = &h->jobs[h->job_count == 0 ? 0 : h->job_count - 1];

	return h->job_count > 0 && (j->lost || j->text.len == j->size);
}

bool
house_is_saved(const struct house *h)
{
	return h->queue->leases.count == 0 && queue_batch_is_idle(h->queue);
}
