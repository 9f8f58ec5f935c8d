/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/child.h"
#include "proc/memfd.h"
#include "supervisor/supervisor.h"
#include "util/fd.h"
#include "util/log.h"

enum {
	PATIENCE_MS = 20000, /* then something hangs; nothing waits for it to pass */
	FIRST_USER = 61001,  /* and the three after it: in no user database */
};

static void
write_key(const struct scene *s, EVP_PKEY *key)
{
	FILE *out = fopen(s->key, "we");

	assert_non_null(out);
	assert_int_equal(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(s->key, 0600), 0);
}

static void
write_certificate(const struct scene *s, EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	FILE *out = fopen(s->certificate, "we");

	assert_non_null(out);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
	(void)X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	(void)X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_X509(out, certificate), 1);
	assert_int_equal(fclose(out), 0);
	X509_free(certificate);
}

static int
open_notify(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void
hold_port(struct scene *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof a;
	const int on = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->port_holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(s->port_holder, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	(void)setsockopt(s->port_holder, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
	assert_int_equal(bind(s->port_holder, (const struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(s->port_holder, (struct sockaddr *)&a, &len), 0);
	s->port = ntohs(a.sin_port);
}

void
scene_open(struct scene *s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	*s = (struct scene){ .log = -1, .notify_socket = -1, .port_holder = -1 };
	(void)snprintf(s->directory, sizeof s->directory, "/tmp/sallyport-scene-XXXXXX");
	assert_non_null(mkdtemp(s->directory));
	assert_int_equal(chmod(s->directory, 0755), 0);
	(void)snprintf(s->config, sizeof s->config, "%s/config", s->directory);
	(void)snprintf(s->certificate, sizeof s->certificate, "%s/cert.pem", s->directory);
	(void)snprintf(s->key, sizeof s->key, "%s/key.pem", s->directory);
	(void)snprintf(s->notify, sizeof s->notify, "%s/notify", s->directory);
	write_key(s, key);
	write_certificate(s, key);
	s->notify_socket = open_notify(s->notify);
	hold_port(s);
	EVP_PKEY_free(key);
}

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *position)
{
	(void)st;
	(void)kind;
	(void)position;
	return remove(path);
}

void
scene_close(struct scene *s)
{
	if (s->pid != 0) {
		(void)kill(s->pid, SIGKILL);
		(void)waitpid(s->pid, NULL, 0);
	}
	fd_close(&s->log);
	fd_close(&s->notify_socket);
	fd_close(&s->port_holder);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread, as everywhere in this program */
	assert_int_equal(nftw(s->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int
scene_set_up(void **state)
{
	struct scene *s = (struct scene *)calloc(1, sizeof *s);

	scene_open(s);
	*state = s;
	return 0;
}

int
scene_tear_down(void **state)
{
	scene_close((struct scene *)*state);
	free(*state);
	return 0;
}

void
scene_write_config(const struct scene *s, const char *hostname, const char *more)
{
	FILE *out = fopen(s->config, "we");

	assert_non_null(out);
	(void)fprintf(out,
	    "hostname = \"%s\"\n"
	    "state_directory = \"%s/state\"\n"
	    "submission_processes = 2\n"
	    "delivery_processes = 1\n"
	    "tls { certificate = \"%s\" key = \"%s\" }\n"
	    "users { submission = \"%d\" auth = \"%d\" queue = \"%d\" delivery = \"%d\" }\n"
	    "listen \"submission\" { address = \"127.0.0.1\" port = %u }\n"
	    "next_hop \"relay\" { host = \"192.0.2.1\" }\n"
	    "route \"*\" { next_hop = \"relay\" }\n"
	    "%s\n",
	    hostname, s->directory, s->certificate, s->key, FIRST_USER, FIRST_USER + 1,
	    FIRST_USER + 2, FIRST_USER + 3, s->port, more);
	assert_int_equal(fclose(out), 0);
}

void
scene_start(struct scene *s)
{
	int output[2];

	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		(void)dup2(output[1], STDERR_FILENO);
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): as below */
		(void)setenv("NOTIFY_SOCKET", s->notify, 1);
		_exit(supervisor_run(s->config));
	}
	fd_close(&output[1]);
	s->log = output[0];
}

/* False at the end of the log. */
static bool
read_log(struct scene *s)
{
	struct pollfd p = { .fd = s->log, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, PATIENCE_MS) <= 0)
		return false;
	n = read(s->log, s->text + s->len, sizeof s->text - 1 - s->len);
	if (n <= 0)
		return false;
	s->len += (size_t)n;
	s->text[s->len] = '\0';
	return true;
}

void
scene_expect(struct scene *s, const char *text)
{
	const char *found, *end;

	while ((found = strstr(s->text + s->seen, text)) == NULL ||
	       (end = strchr(found, '\n')) == NULL)
		if (!read_log(s))
			fail_msg("'%s' never came; the log:\n%s", text, s->text + s->seen);
	s->seen = (size_t)(end - s->text);
}

bool
scene_has_logged(const struct scene *s, const char *text)
{
	return strstr(s->text, text) != NULL;
}

long
scene_number(const struct scene *s, const char *key)
{
	size_t start = s->seen;
	const char *found;

	while (start > 0 && s->text[start - 1] != '\n')
		start--;
	found = strstr(s->text + start, key);
	assert_non_null(found);
	return strtol(found + strlen(key), NULL, 10);
}

int
scene_wait(struct scene *s)
{
	int status;

	while (read_log(s))
		;
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	s->pid = 0;
	return status;
}

void
scene_expect_notify(const struct scene *s, const char *text)
{
	struct pollfd p = { .fd = s->notify_socket, .events = POLLIN };
	char message[512] = "";

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	assert_true(recv(s->notify_socket, message, sizeof message - 1, 0) > 0);
	if (strncmp(message, text, strlen(text)) != 0)
		fail_msg("told the service manager '%s', not '%s'", message, text);
}

/* ---- a role that tells what it is given ------------------------------------------------------ */

struct extra {
	struct proc_child *child;
};

static void
say(const char *event, const char *key, const char *value, unsigned number)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_INFO, event);
	log_text(&l, key, value);
	log_number(&l, "number", number);
	log_end(&l);
}

static int
on_prepare(void *ctx, struct proc_child *child)
{
	((struct extra *)ctx)->child = child;
	return strcmp(child->config->hostname, "broken.example") == 0 ? -EIO : 0;
}

static void
on_peer(void *ctx, enum proc_role role, unsigned index, enum proc_channel channel, int fd)
{
	(void)ctx;
	say("fake-peer", channel == PROC_CHANNEL_SIGN ? "sign" : "main", proc_role_name(role),
	    index);
	(void)fd; /* kept open: the other side would see its end */
}

static void
on_listener(void *ctx, const struct config_listener *listener, int fd)
{
	int on = 0;
	socklen_t len = sizeof on;

	(void)ctx;
	(void)getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len);
	say("fake-listener", "name", listener->name, (unsigned)on);
	fd_close(&fd);
}

static void
on_material(void *ctx, enum proc_material material, const char *name, struct slice octets)
{
	static const char *const kinds[] = { "certificate", "key", "ticket", "password" };

	(void)ctx;
	(void)name;
	say("fake-material", "kind", kinds[material], (unsigned)(octets.len != 0));
}

static void
on_config(void *ctx)
{
	say("fake-config", "hostname", ((struct extra *)ctx)->child->config->hostname, 0);
}

static void
on_go(void *ctx)
{
	(void)ctx;
	log_event(LOG_LEVEL_INFO, "fake-go", NULL, NULL);
}

/* stubborn.example: submission does not end by itself. */
static void
on_stop(void *ctx)
{
	struct proc_child *child = ((struct extra *)ctx)->child;

	log_event(LOG_LEVEL_INFO, "fake-stop", NULL, NULL);
	if (child->role != PROC_ROLE_SUBMISSION ||
	    strcmp(child->config->hostname, "stubborn.example") != 0)
		proc_child_finished(child);
}

int
scene_role_main(int argc, char **argv)
{
	static const struct proc_child_ops ops = {
		.prepare = on_prepare,
		.on_config = on_config,
		.on_peer = on_peer,
		.on_listener = on_listener,
		.on_material = on_material,
		.on_go = on_go,
		.on_stop = on_stop,
	};
	struct extra extra = { NULL };
	enum proc_role role;

	if (argc != 6 || !proc_role_find(argv[3], &role))
		return EXIT_FAILURE;
	return proc_child_run(role, (unsigned)strtoul(argv[5], NULL, 10), &ops, &extra);
}
