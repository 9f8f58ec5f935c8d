/* SPDX-License-Identifier: Apache-2.0 */
/* cli_ports.c - sallyport ports: open, closed, filtered, or rejected by whom */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <event2/event.h>

#include "cli/cli.h"
#include "cli/ports_view.h"
#include "cli/terminal.h"
#include "net/resolve.h"
#include "probe/port_set.h"
#include "probe/schedule.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/port.h"

enum {
	LOOK_UP_MS = 5000,
	PARALLEL_MAX = 10000,
	RATE_MAX = 100000,
	FILES_SPARED = 48, /* descriptors for everything but attempts */
	ERROR_MAX = 4096,
	PROGRESS_US = 300000,
	PROGRESS_SIZE = 64,
};

static const char usual_ports[] = "587,465,25,2525";

/* The command line. */
struct ports_options {
	const char *parallel_text, *rate_text, *resolver_text;
	bool is_v4, is_v6, is_all, is_open_only, is_json;
	struct net_address resolver; /* with resolver_text */
	struct probe_scan_options scan;
	uint16_t *ports; /* owned */
};

struct ports_run {
	const struct ports_options *options;
	const char *host;
	struct event_base *base;
	struct net_resolver *resolver;
	struct net_resolve_result found;
	struct ports_scan scans[NET_RESOLVE_ADDRESSES_MAX];
	struct probe_scan *handles[NET_RESOLVE_ADDRESSES_MAX]; /* NULL: it is over */
	size_t scan_count, over_count;
};

/* Which scan of a run one is. */
struct ports_slot {
	struct ports_run *run;
	size_t at;
};

static int
parse_number(const char *text, const char *name, uint64_t max, unsigned *ret_number)
{
	uint64_t number;

	if (text == NULL)
		return CLI_GO;
	if (!slice_to_u64(slice_of(text), max, &number) || number == 0) {
		cli_complain("--%s wants a number from 1 to %llu, not \"%s\"", name,
		    (unsigned long long)max, text);
		return EX_USAGE;
	}
	*ret_number = (unsigned)number;
	return CLI_GO;
}

static int
parse_ports(const char *text, struct ports_options *o)
{
	struct probe_port_set set = { { 0 } };
	struct slice bad;

	if (!probe_port_set_parse(slice_of(text), &set, &bad)) {
		cli_complain("\"%.*s\" is no port, range of ports or service", (int)bad.len,
		    bad.len == 0 ? "" : (const char *)bad.ptr);
		return EX_USAGE;
	}
	o->scan.port_count = probe_port_set_count(&set);
	o->ports = xcalloc(o->scan.port_count, sizeof *o->ports);
	probe_port_set_list(&set, o->ports);
	o->scan.ports = o->ports;
	return CLI_GO;
}

static int
parse_options(struct ports_options *o, const char *ports)
{
	int code = parse_number(o->parallel_text, "parallel", PARALLEL_MAX, &o->scan.parallel);

	if (code == CLI_GO)
		code = parse_number(o->rate_text, "rate", RATE_MAX, &o->scan.rate_per_s);
	if (code == CLI_GO && o->resolver_text != NULL &&
	    !net_address_parse(o->resolver_text, PORT_DNS, &o->resolver)) {
		cli_complain("--resolver wants an IP address, not \"%s\"", o->resolver_text);
		code = EX_USAGE;
	}
	return code == CLI_GO ? parse_ports(ports, o) : code;
}

static int
open_loop(struct ports_run *r)
{
	const struct net_resolver_options o = {
		.server = r->options->resolver_text == NULL ? NULL : &r->options->resolver,
		.root_key = "",
	};
	struct buf error;
	int code = CLI_GO;

	buf_init(&error, ERROR_MAX);
	r->base = event_base_new();
	if (r->base == NULL || net_resolver_new_with(r->base, &o, &r->resolver, &error) != 0) {
		cli_complain("cannot ask for names: %.*s", (int)error.len,
		    error.len == 0 ? "" : (const char *)error.ptr);
		code = EX_OSERR;
	}
	buf_done(&error);
	return code;
}

static void
on_found(void *arg, const struct net_resolve_result *result)
{
	struct ports_run *r = arg;

	r->found = *result;
	(void)event_base_loopbreak(r->base);
}

static int
look_up(struct ports_run *r)
{
	(void)net_resolve_start(r->resolver, r->host, 0, LOOK_UP_MS, on_found, r);
	(void)event_base_dispatch(r->base);
	if (r->found.status == NET_RESOLVE_OK)
		return CLI_GO;
	cli_complain("%s: %s", r->host, r->found.error);
	return r->found.status == NET_RESOLVE_NOT_FOUND ? EX_NOHOST : EX_TEMPFAIL;
}

static bool
is_wanted(const struct ports_options *o, const struct ip *ip)
{
	const bool is_any = o->is_v4 == o->is_v6;

	return is_any || (ip_is_v4(ip) ? o->is_v4 : o->is_v6);
}

/* Is there one of its family already? */
static bool
is_second(const struct ports_run *r, const struct ip *ip)
{
	for (size_t i = 0; i < r->scan_count; i++)
		if (ip_is_v4(&r->scans[i].ip) == ip_is_v4(ip))
			return true;
	return false;
}

/* What to scan: of each family that is wanted the first address, or all. */
static int
choose_addresses(struct ports_run *r, struct net_address *addresses)
{
	const struct ports_options *o = r->options;

	for (size_t i = 0; i < r->found.count; i++) {
		struct ip ip;

		if (!net_address_ip(&r->found.addresses[i], &ip) || !is_wanted(o, &ip) ||
		    (!o->is_all && is_second(r, &ip)))
			continue;
		addresses[r->scan_count] = r->found.addresses[i];
		r->scans[r->scan_count++].ip = ip;
	}
	if (r->scan_count > 0)
		return CLI_GO;
	cli_complain("%s has no %s address", r->host, o->is_v4 ? "IPv4" : "IPv6");
	return EX_NOHOST;
}

/* As many attempts at a time as descriptors can be had for, shared by the scans. */
static unsigned
limit_parallel(unsigned wanted, size_t scan_count)
{
	struct rlimit limit;
	uint64_t most = PARALLEL_MAX;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		(void)getrlimit(RLIMIT_NOFILE, &limit);
		most = limit.rlim_cur > FILES_SPARED ? limit.rlim_cur - FILES_SPARED : 1;
	}
	most /= scan_count;
	if (most == 0)
		most = 1;
	return wanted < most ? wanted : (unsigned)most;
}

static void
on_scan(void *arg, const struct probe_scan_result *result)
{
	struct ports_slot *slot = arg;
	struct ports_run *r = slot->run;
	struct ports_scan *s = &r->scans[slot->at];

	r->handles[slot->at] = NULL;
	s->ports = xcalloc(result->count, sizeof *result->ports);
	memcpy(s->ports, result->ports, result->count * sizeof *result->ports);
	s->count = result->count;
	s->took_us = result->took_us;
	s->is_absent = result->is_absent;
	if (++r->over_count == r->scan_count)
		(void)event_base_loopbreak(r->base);
}

/* A line that is written over, for who waits. */
static void
on_progress(evutil_socket_t fd, short what, void *arg)
{
	const struct ports_run *r = arg;
	size_t count = r->over_count * r->options->scan.port_count;
	char text[PROGRESS_SIZE];

	(void)fd;
	(void)what;
	for (size_t i = 0; i < r->scan_count; i++)
		if (r->handles[i] != NULL)
			count += probe_scan_done_count(r->handles[i]);
	(void)snprintf(text, sizeof text, "%zu of %zu ports", count,
	    r->scan_count * r->options->scan.port_count);
	cli_terminal_show_progress(text);
}

static void
wait_for_scans(struct ports_run *r)
{
	const struct timeval interval = { .tv_usec = PROGRESS_US };
	struct event *progress = NULL;

	if (cli_terminal_has_progress()) {
		progress = event_new(r->base, -1, EV_PERSIST, on_progress, r);
		(void)event_add(progress, &interval);
	}
	(void)event_base_dispatch(r->base);
	if (progress != NULL) {
		event_free(progress);
		cli_terminal_show_progress(NULL);
	}
}

static void
scan(struct ports_run *r, const struct net_address *addresses)
{
	struct ports_slot slots[NET_RESOLVE_ADDRESSES_MAX];
	struct probe_scan_options o = r->options->scan;

	o.parallel =
	    limit_parallel(o.parallel == 0 ? PROBE_SCHEDULE_PARALLEL : o.parallel, r->scan_count);
	for (size_t i = 0; i < r->scan_count; i++) {
		slots[i] = (struct ports_slot){ r, i };
		r->handles[i] = probe_scan_start(r->base, &addresses[i], &o, on_scan, &slots[i]);
	}
	wait_for_scans(r);
}

/* Was anything open, and if not, did this machine let us try? */
static int
find_code(const struct ports_run *r)
{
	bool is_tried = false;

	for (size_t i = 0; i < r->scan_count; i++)
		for (size_t j = 0; j < r->scans[i].count; j++) {
			if (r->scans[i].ports[j].state == PROBE_PORT_OPEN)
				return EX_OK;
			if (r->scans[i].ports[j].state != PROBE_PORT_FAILED)
				is_tried = true;
		}
	return is_tried ? EXIT_FAILURE : EX_OSERR;
}

static int
show(const struct ports_run *r, uint64_t began_us)
{
	struct probe_host machine;
	const struct ports_view view = {
		.host = r->host,
		.machine = &machine,
		.is_open_only = r->options->is_open_only,
		.scans = r->scans,
		.scan_count = r->scan_count,
		.took_us = clock_monotonic_us() - began_us,
	};
	int code;

	probe_host_read(&machine);
	if (r->options->is_json)
		ports_json(&view);
	else
		ports_text(&view);
	code = cli_flush();
	return code == EX_OK ? find_code(r) : code;
}

static int
run(const struct ports_options *o, const char *host)
{
	const uint64_t began_us = clock_monotonic_us();
	struct ports_run r = { .options = o, .host = host };
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
	int code = open_loop(&r);

	if (code == CLI_GO)
		code = look_up(&r);
	if (code == CLI_GO)
		code = choose_addresses(&r, addresses);
	if (code == CLI_GO) {
		scan(&r, addresses);
		code = show(&r, began_us);
	}
	for (size_t i = 0; i < r.scan_count; i++)
		free(r.scans[i].ports);
	net_resolver_free(&r.resolver);
	if (r.base != NULL)
		event_base_free(r.base);
	return code;
}

int
cli_ports(int argc, char **argv)
{
	struct ports_options o = { .parallel_text = NULL };
	const struct cli_option options[] = {
		{ '4', "ipv4", NULL, "IPv4 only", NULL, &o.is_v4 },
		{ '6', "ipv6", NULL, "IPv6 only", NULL, &o.is_v6 },
		{ 'a', "all", NULL, "all addresses, not the first of each family", NULL,
		    &o.is_all },
		{ '\0', "open", NULL, "show open ports only", NULL, &o.is_open_only },
		{ '\0', "parallel", "N", "attempts at a time; 256 unless given", &o.parallel_text,
		    NULL },
		{ '\0', "rate", "N", "attempts per second; 1500 unless given", &o.rate_text, NULL },
		{ '\0', "resolver", "IP", "ask this name server", &o.resolver_text, NULL },
		{ '\0', "json", NULL, "print JSON", NULL, &o.is_json },
		{ .name = NULL },
	};
	const struct cli_usage usage = { "sallyport ports [OPTION ...] HOST [PORTS]",
		"Which ports of HOST are open, closed, filtered (no answer), or rejected by whom?\n"
		"PORTS is a list such as 25,465,587,1-1024 or submission,imaps; without it the\n"
		"ports of mail submission: 587, 465, 25 and 2525. Exit code 0 when one is open,\n"
		"1 when none is, 68 for an unknown host, 71 when this machine refused to try,\n"
		"75 when the name could not be looked up.",
		options, 1, 2 };
	int count, code = cli_parse(&usage, argc, argv, &count);

	if (code == CLI_GO && argv[1][0] == '\0') {
		cli_complain("the host is an empty word");
		code = EX_USAGE;
	}
	if (code == CLI_GO)
		code = parse_options(&o, count == 2 ? argv[2] : usual_ports);
	if (code == CLI_GO)
		code = run(&o, argv[1]);
	free(o.ports);
	return code;
}
