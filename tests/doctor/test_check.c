/* SPDX-License-Identifier: Apache-2.0 */
/* The whole run, which has a loop of its own, against a server in a process of its own. */
#include "doctor/check.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>

#include "authority.h"
#include "doctor/verdict.h"
#include "peer.h"

#define HOST "127.0.0.1"

enum { ERROR_SIZE = 512 };

struct scene {
	struct doctor_facts facts;
	struct doctor_verdict verdict;
	int listener;
	struct net_address address;
	uint16_t port;
};

static struct scene *
begin(void)
{
	struct scene *s = calloc(1, sizeof *s);
	socklen_t len = sizeof s->address.v4;

	assert_non_null(s);
	assert_true(net_address_parse(HOST, 0, &s->address));
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(s->listener >= 0);
	assert_int_equal(bind(s->listener, &s->address.any, sizeof s->address.v4), 0);
	assert_int_equal(getsockname(s->listener, &s->address.any, &len), 0);
	s->port = ntohs(s->address.v4.sin_port);
	return s;
}

static void
end(struct scene *s)
{
	doctor_verdict_done(&s->verdict);
	doctor_facts_done(&s->facts);
	(void)close(s->listener);
	free(s);
}

/* Plays the script until it is ended. */
static pid_t
start_server(const struct scene *s, SSL_CTX *tls, const char *script)
{
	struct event_base *base;
	struct peer peer;
	pid_t pid;

	assert_int_equal(listen(s->listener, 8), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	base = event_base_new();
	peer_init_on(&peer, base, tls, script, dup(s->listener), &s->address);
	(void)event_base_dispatch(base);
	_exit(1);
}

static void
stop_server(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
run(struct scene *s, const char *ca_file)
{
	const struct doctor_check_options options = {
		.host = HOST,
		.ports = &s->port,
		.port_count = 1,
		.hostname = "client.example",
		.ca_file = ca_file,
	};
	struct buf error;

	buf_init(&error, ERROR_SIZE);
	assert_int_equal(doctor_check(&options, &s->facts, &error), 0);
	assert_int_equal(error.len, 0);
	buf_done(&error);
	doctor_judge(&s->facts, &s->verdict);
	assert_true(s->facts.took_us < (uint64_t)DOCTOR_CHECK_TIME_MS * 1000);
}

static void
write_root(const struct certificate *root, char *path)
{
	const int fd = mkstemp(path);
	FILE *file;

	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, root->x509), 1);
	assert_int_equal(fclose(file), 0);
}

/* The NOOP is padded (RFC 8446 §5.4): does the path carry full segments? */
#define SCRIPT                                                                                     \
	"S: 220 mail.example ESMTP\nC: EHLO client.example\nS: 250-mail.example\n"                 \
	"S: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLS\nC: EHLO client.example\n"                   \
	"S: 250-mail.example\nS: 250 AUTH PLAIN\nC: NOOP\nS: 250 ok\nC: QUIT\nS: 221 bye\nCLOSE\n"

static void
test_a_healthy_port_is_fine_and_nobody_else_is_asked(void **state)
{
	const struct certificate_spec authority = { .subject = "Root", .is_authority = true };
	const struct certificate_spec server = { .names = "IP:" HOST };
	struct certificate root = certificate_make(&authority, NULL);
	struct certificate leaf = certificate_make(&server, &root);
	SSL_CTX *tls = certificate_server(&leaf, NULL, NULL);
	char path[] = "/tmp/sallyport-root-XXXXXX";
	struct scene *s = begin();
	pid_t pid = start_server(s, tls, SCRIPT);

	(void)state;
	write_root(&root, path);
	run(s, path);
	stop_server(pid);
	assert_int_equal(unlink(path), 0);
	assert_string_equal(s->verdict.findings[0].cause->id, "ok");
	assert_int_equal(s->verdict.exit, DOCTOR_EXIT_FINE);
	assert_int_equal(s->facts.probe_count, 1);
	assert_int_equal(s->facts.control_count, 0);
	assert_string_equal(s->facts.probes[0].dialog.ehlo_tls.mechanisms, "PLAIN");
	assert_int_equal(s->facts.probes[0].dialog.tls.certificate.faults, 0);
	end(s);
	SSL_CTX_free(tls);
	certificate_done(&leaf);
	certificate_done(&root);
}

static void
test_a_certificate_that_nobody_vouches_for_is_the_answer(void **state)
{
	const struct certificate_spec server = { .names = "IP:" HOST };
	struct certificate leaf = certificate_make(&server, NULL);
	SSL_CTX *tls = certificate_server(&leaf, NULL, NULL);
	struct scene *s = begin();
	pid_t pid = start_server(s, tls, SCRIPT);

	(void)state;
	run(s, NULL);
	stop_server(pid);
	assert_int_equal(s->verdict.exit, DOCTOR_EXIT_CERTIFICATE);
	assert_true((s->facts.probes[0].dialog.tls.certificate.faults &
			PROBE_CERTIFICATE_SELF_SIGNED) != 0);
	end(s);
	SSL_CTX_free(tls);
	certificate_done(&leaf);
}

/* Bound and not listening: nobody else gets the port meanwhile. */
static void
test_a_closed_port_is_closed_and_named_with_its_host(void **state)
{
	struct scene *s = begin();
	char words[64];

	(void)state;
	run(s, NULL);
	(void)snprintf(words, sizeof words, "Nothing listens on port %u of " HOST, s->port);
	assert_string_equal(s->verdict.findings[0].cause->id, "port-closed");
	assert_int_equal(s->verdict.exit, DOCTOR_EXIT_CLOSED);
	assert_non_null(strstr(s->verdict.sentence, words));
	assert_int_equal(s->facts.probes[0].dialog.tcp.end, PROBE_TCP_RESET);
	end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_healthy_port_is_fine_and_nobody_else_is_asked),
		cmocka_unit_test(test_a_certificate_that_nobody_vouches_for_is_the_answer),
		cmocka_unit_test(test_a_closed_port_is_closed_and_named_with_its_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
