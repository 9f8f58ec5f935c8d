/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/surroundings.h"

#include <fcntl.h>
#include <stdlib.h>

#include "net/resolv_conf.h"
#include "probe/text.h"
#include "util/fd.h"

enum { FILE_SIZE = 16 * 1024 };

static const char resolv_conf[] = "/etc/resolv.conf";

/* Empty when it cannot be read. */
static struct slice
read_file(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t got = fd < 0 ? 0 : fd_read_all(fd, text, FILE_SIZE);

	fd_close(&fd);
	return slice_make(text, got > 0 ? (size_t)got : 0);
}

void
probe_resolvers_read(struct slice text, struct probe_host *host)
{
	struct net_address servers[PROBE_HOST_RESOLVERS_MAX];
	const size_t count = net_resolv_conf_servers(text, servers, PROBE_HOST_RESOLVERS_MAX);

	for (size_t i = 0; i < count; i++)
		if (net_address_ip(&servers[i], &host->resolvers[host->resolver_count]))
			host->resolver_count++;
	if (host->resolver_count == 0)
		host->resolvers[host->resolver_count++] = ip_from_v4(0x7f000001);
}

/* What stands behind "name:" in a file of such lines. */
static struct slice
find_value(struct slice text, const char *name)
{
	while (text.len > 0) {
		struct slice line = slice_take_line(&text);

		if (slice_is(slice_take_word(&line), name))
			return slice_trim(line);
	}
	return slice_make(NULL, 0);
}

static void
read_label(struct slice text, char *label, size_t size)
{
	/* The kernel ends some of them with a NUL. */
	const struct slice s = slice_trim(slice_first(text, slice_find(text, '\0')));

	probe_text_copy(s, '?', label, size);
}

static bool
has_proxy(void)
{
	static const char *const names[] = { "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy",
		"HTTP_PROXY", "http_proxy", "SOCKS_PROXY", "socks_proxy", "SOCKS_SERVER" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value =
		    getenv(names[i]); /* NOLINT(concurrency-mt-unsafe): no threads */

		if (value != NULL && value[0] != '\0')
			return true;
	}
	return false;
}

void
probe_surroundings_read(struct probe_host *host)
{
	char text[FILE_SIZE];
	uint64_t number;

	probe_resolvers_read(read_file(resolv_conf, text), host);
	host->is_selinux_enforcing =
	    slice_is(slice_trim(read_file("/sys/fs/selinux/enforce", text)), "1");
	read_label(read_file("/proc/self/attr/current", text), host->label, sizeof host->label);
	host->has_seccomp =
	    slice_is(find_value(read_file("/proc/self/status", text), "Seccomp:"), "2");
	host->has_proxy_env = has_proxy();
	if (slice_to_u64(
		slice_trim(read_file("/proc/sys/net/ipv4/tcp_mtu_probing", text)), 2, &number))
		host->mtu_probing = (unsigned)number;
}
