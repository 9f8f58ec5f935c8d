/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/fetch.h"

#include <stdio.h>

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/http.h>
#include <openssl/err.h>

#include "audit/dns.h"
#include "net/tls.h"
#include "util/port.h"

enum { FETCH_S = 10, HEADERS_MAX = 16384, STATUS_OK = 200 };

/* One GET; addresses are tried in order until one gives an answer of whatever kind. */
struct fetch {
	struct audit *audit;
	const char *host, *path;
	struct buf *out;
	char *error; /* AUDIT_FETCH_ERROR_SIZE */
	SSL_CTX *tls;
	struct bufferevent *stream;
	bool is_answered, is_fetched, is_over;
};

static void
say_failure(struct fetch *f)
{
	const unsigned long code = bufferevent_get_openssl_error(f->stream);
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	(void)snprintf(f->error, AUDIT_FETCH_ERROR_SIZE, "%s",
	    reason == NULL ? "the web server does not answer" : reason);
}

/* RFC 8461 §3.3: redirects must not be followed, and nothing but 200 is a policy. */
static void
on_answer(struct evhttp_request *request, void *arg)
{
	struct fetch *f = (struct fetch *)arg;
	struct evbuffer *body;
	int code;

	f->is_over = true;
	code = request == NULL ? 0 : evhttp_request_get_response_code(request);
	if (code == 0) {
		say_failure(f);
		return;
	}
	f->is_answered = true;
	body = evhttp_request_get_input_buffer(request);
	(void)snprintf(f->error, AUDIT_FETCH_ERROR_SIZE, "the web server answers %d", code);
	if (code == STATUS_OK)
		f->is_fetched =
		    buf_add(f->out, evbuffer_pullup(body, -1), evbuffer_get_length(body));
}

/* For all of it: a server that drips must not hold us up for ever. */
static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = (struct fetch *)arg;

	(void)fd;
	(void)what;
	f->is_over = true;
	(void)snprintf(f->error, AUDIT_FETCH_ERROR_SIZE, "the web server takes too long");
}

static struct bufferevent *
make_stream(const struct fetch *f)
{
	SSL *ssl = SSL_new(f->tls);

	if (ssl == NULL || !net_tls_set_name(ssl, f->host)) {
		SSL_free(ssl);
		return NULL;
	}
	return bufferevent_openssl_socket_new(
	    f->audit->base, -1, ssl, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
}

static void
ask(struct fetch *f, struct evhttp_connection *http)
{
	const struct timeval time = { .tv_sec = FETCH_S };
	struct event *timer = evtimer_new(f->audit->base, on_time, f);
	struct evhttp_request *request = evhttp_request_new(on_answer, f);

	evhttp_connection_set_max_headers_size(http, HEADERS_MAX);
	evhttp_connection_set_max_body_size(http, (ev_ssize_t)f->out->max);
	(void)evhttp_add_header(evhttp_request_get_output_headers(request), "Host", f->host);
	(void)evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
	(void)evtimer_add(timer, &time);
	f->is_over = false;
	if (evhttp_make_request(http, request, EVHTTP_REQ_GET, f->path) == 0)
		audit_wait(f->audit, &f->is_over);
	event_free(timer);
}

/* The address is our resolver's word, not that of the C library. */
static void
ask_address(struct fetch *f, const struct net_address *address)
{
	struct evhttp_connection *http = NULL;
	char text[IP_TEXT_SIZE];
	struct ip ip;

	f->stream = make_stream(f);
	if (f->stream == NULL || !net_address_ip(address, &ip))
		return;
	ip_print(&ip, text);
	http = evhttp_connection_base_bufferevent_new(
	    f->audit->base, NULL, f->stream, text, PORT_HTTPS);
	if (http == NULL) {
		bufferevent_free(f->stream);
		return;
	}
	ask(f, http);
	evhttp_connection_free(http);
}

/* The authorities are those of the whole audit. */
static void
trust(const struct fetch *f)
{
	SSL_CTX_set1_cert_store(f->tls, f->audit->roots);
	SSL_CTX_set_verify(f->tls, SSL_VERIFY_PEER, NULL);
}

static bool
fetch(struct fetch *f, const struct net_address *addresses, size_t count)
{
	const struct net_tls_client_options options = { .verify = false };
	struct buf words;

	buf_init(&words, AUDIT_FETCH_ERROR_SIZE - 1);
	(void)snprintf(f->error, AUDIT_FETCH_ERROR_SIZE, "no request could be made");
	if (net_tls_client_new(&options, &f->tls, &words) != 0)
		(void)snprintf(f->error, AUDIT_FETCH_ERROR_SIZE, "%.*s", (int)words.len,
		    (const char *)words.ptr);
	else
		trust(f);
	for (size_t i = 0; f->tls != NULL && i < count && !f->is_answered; i++)
		ask_address(f, &addresses[i]);
	SSL_CTX_free(f->tls);
	buf_done(&words);
	return f->is_fetched;
}

bool
audit_fetch(struct audit *a, const char *host, const char *path, struct buf *out,
    char error[AUDIT_FETCH_ERROR_SIZE])
{
	struct fetch f = { .audit = a, .host = host, .path = path, .out = out, .error = error };
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
	enum net_resolve_status status;
	size_t count;

	audit_tell(a, "GET https://%s%s", host, path);
	count = audit_resolve(a, host, PORT_HTTPS, addresses, &status);
	if (count > 0 && !a->options->is_dry)
		return fetch(&f, addresses, count);
	(void)snprintf(error, AUDIT_FETCH_ERROR_SIZE, "%s has no address", host);
	return false;
}
