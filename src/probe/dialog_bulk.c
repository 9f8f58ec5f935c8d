/* SPDX-License-Identifier: Apache-2.0 */
/* Some KiB at once that say nothing: does the path carry full packets? And what the socket has. */
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/sockios.h>
#include <linux/tcp.h>

#include "probe/dialog_private.h"
#include "util/clock.h"

enum {
	RECORD_LEN = 4096, /* of TLS 1.3: three packets of Ethernet's size */
	NOOP_COUNT = 8,
	NOOP_LEN = 500,
};

/*
 * TLS 1.3 can fill a record up with nothing (RFC 8446 §5.4): the server sees one NOOP, and the path
 * large packets.
 */
static bool
send_padded(struct probe_dialog *d, SSL *ssl)
{
	if (SSL_version(ssl) != TLS1_3_VERSION || SSL_set_block_padding(ssl, RECORD_LEN) != 1)
		return false;
	(void)smtp_client_noops(d->client, 1, 0, clock_monotonic_ms());
	dialog_flush(d);
	(void)SSL_set_block_padding(ssl, 0);
	d->facts.bulk.sent_len = RECORD_LEN;
	return true;
}

/* Exim takes NOOP for a point where the client has to wait, as RFC 2920 §3.1 says, and ends the
 * dialog. */
static bool
minds_flights(const struct probe_dialog *d)
{
	return strstr(d->facts.stages[PROBE_STAGE_GREETING].text, "Exim") != NULL;
}

static bool
send_flight(struct probe_dialog *d)
{
	if (minds_flights(d)) {
		dialog_skip(d, PROBE_STAGE_BULK, "Exim does not take several NOOPs at once");
		return false;
	}
	if (!smtp_client_noops(d->client, NOOP_COUNT, NOOP_LEN, clock_monotonic_ms())) {
		dialog_skip(d, PROBE_STAGE_BULK, "PIPELINING is not offered");
		return false;
	}
	d->facts.bulk.sent_len = NOOP_COUNT * NOOP_LEN;
	return true;
}

bool
dialog_send_bulk(struct probe_dialog *d)
{
	const uint64_t patience_ms = d->options.bulk_ms == 0 ? PROBE_BULK_MS : d->options.bulk_ms;
	SSL *ssl = net_conn_ssl(d->conn);

	d->has_tried_bulk = true;
	if ((ssl == NULL || !send_padded(d, ssl)) && !send_flight(d))
		return false;
	d->bulk_until_ms = clock_monotonic_ms() + patience_ms;
	return true;
}

void
dialog_read_socket(struct probe_dialog *d)
{
	struct probe_bulk *b = &d->facts.bulk;
	const int fd = net_conn_fd(d->conn);
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t len = sizeof info;
	int unsent = 0, mtu = 0;

	if (ioctl(fd, SIOCOUTQ, &unsent) == 0 && unsent > 0)
		b->unsent_len = (uint32_t)unsent;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0) {
		b->retransmits = info.tcpi_retransmits;
		b->out_of_order = info.tcpi_rcv_ooopack;
	}
	len = sizeof mtu;
	if (d->to.any.sa_family == AF_INET6
		? getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &len) == 0
		: getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len) == 0)
		b->mtu = (unsigned)mtu;
}
