/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/sink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/measure.h"
#include "util/fd.h"

#define EVENTS_MAX 64
#define TICK_MS 50
#define BACKLOG 4096

static volatile sig_atomic_t stop;

static void
on_stop(int number)
{
	(void)number;
	stop = 1;
}

static SSL_CTX *
make_tls(const struct sink_options *o)
{
	SSL_CTX *tls;

	if (o->tls == SINK_TLS_NONE)
		return NULL;
	tls = SSL_CTX_new(TLS_server_method());
	if (tls == NULL)
		abort();
	(void)SSL_CTX_set_mode(tls, STREAM_TLS_MODE);
	if (SSL_CTX_use_certificate_chain_file(tls, o->certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, o->key, SSL_FILETYPE_PEM) != 1) {
		SSL_CTX_free(tls);
		return NULL;
	}
	return tls;
}

static int
bind_unix(int fd, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof un.sun_path)
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	return bind(fd, (const struct sockaddr *)&un, sizeof un) == 0 ? 0 : -errno;
}

static int
bind_tcp(int fd, const struct sink_options *o)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)o->port) };
	const int on = 1;

	if (inet_pton(AF_INET, o->host, &in.sin_addr) != 1)
		return -EINVAL;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	return bind(fd, (const struct sockaddr *)&in, sizeof in) == 0 ? 0 : -errno;
}

/* A listening socket, or -errno. */
static int
open_listener(const struct sink_options *o)
{
	int family = o->unix_path != NULL ? AF_UNIX : AF_INET, r;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	r = o->unix_path != NULL ? bind_unix(fd, o->unix_path) : bind_tcp(fd, o);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (r < 0) {
		fd_close(&fd);
		return r;
	}
	return fd;
}

/* Whoever started us waits for this line, and learns the port from it. */
static void
announce(const struct sink *sink)
{
	struct sockaddr_in in = { 0 };
	socklen_t len = sizeof in;

	if (sink->options->unix_path != NULL) {
		(void)printf("listening %s\n", sink->options->unix_path);
	} else {
		(void)getsockname(sink->listener, (struct sockaddr *)&in, &len);
		(void)printf(
		    "listening %s %u\n", sink->options->host, (unsigned)ntohs(in.sin_port));
	}
	(void)fflush(stdout);
}

static bool
sink_init(struct sink *sink, const struct sink_options *o)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

	*sink = (struct sink){ .options = o, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	sink->tls = make_tls(o);
	sink->listener = open_listener(o);
	if (o->tls != SINK_TLS_NONE && sink->tls == NULL) {
		(void)fprintf(stderr, "sink: cannot use %s and %s\n", o->certificate, o->key);
		return false;
	}
	if (sink->listener < 0) {
		(void)fprintf(
		    stderr, "sink: cannot listen: %s\n", strerrordesc_np(-sink->listener));
		return false;
	}
	if (o->ledger_path != NULL && (sink->ledger = fopen(o->ledger_path, "ae")) == NULL) {
		perror(o->ledger_path);
		return false;
	}
	return epoll_ctl(sink->epoll, EPOLL_CTL_ADD, sink->listener, &event) == 0;
}

static void
accept_all(struct sink *sink)
{
	int fd;

	while ((fd = accept4(sink->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		sink_session_open(sink, fd);
}

static void
serve(struct sink *sink)
{
	struct epoll_event events[EVENTS_MAX];

	while (!stop && (sink->options->count == 0 || sink->messages < sink->options->count)) {
		int n = epoll_wait(sink->epoll, events, EVENTS_MAX, TICK_MS);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				accept_all(sink);
			else
				sink_session_event(events[i].data.ptr);
		}
	}
}

static void
report(const struct sink *sink)
{
	(void)printf("{\"messages\": %llu, \"recipients\": %llu, \"octets\": %llu, "
		     "\"first_us\": %llu, \"last_us\": %llu, \"cpu_us\": %llu}\n",
	    (unsigned long long)sink->messages, (unsigned long long)sink->recipients,
	    (unsigned long long)sink->octets, (unsigned long long)sink->first_us,
	    (unsigned long long)sink->last_us, (unsigned long long)measure_cpu_us());
}

static void
allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Sessions that are still open when it ends go with the process. */
int
main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_stop };
	struct sink_options o;
	struct sink sink;
	bool ok;

	if (!sink_options_parse(argc, argv, &o))
		return 2;
	(void)signal(SIGPIPE, SIG_IGN); /* SSL_write() has no MSG_NOSIGNAL */
	(void)sigaction(SIGINT, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN); /* a peer that is gone is an error like others */
	(void)sigaction(SIGTERM, &action, NULL);
	allow_descriptors();
	if (!sink_init(&sink, &o))
		return 1;
	announce(&sink);
	serve(&sink);
	report(&sink);
	ok = sink.ledger == NULL || fclose(sink.ledger) == 0;
	SSL_CTX_free(sink.tls);
	fd_close(&sink.listener);
	fd_close(&sink.epoll);
	return ok && (o.count == 0 || sink.messages >= o.count) ? 0 : 1;
}
