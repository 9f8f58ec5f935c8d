/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/input.h"
#include "cli/terminal.h"
#include "doctor/reference.h"
#include "doctor/report.h"
#include "send/input.h"
#include "util/alloc.h"
#include "util/port.h"

enum { SECONDS_MAX = 86400, TIMEOUT_MAX_S = 300, CONNECTIONS_MAX = 16 };
enum { ERROR_SIZE = 512, NETWORK_HOSTS = 4 };
enum { ALTERNATIVE_HOSTS = 2 };

static int
refuse(const char *option, const char *value, const char *wanted)
{
	cli_complain("%s \"%s\": %s", option, value, wanted);
	return EX_USAGE;
}

/* text NULL: ret_value is left as it is. */
static int
read_number(const char *option, const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value;

	if (text == NULL)
		return CLI_GO;
	if (!slice_to_u64(slice_of(text), max, &value) || value == 0) {
		cli_complain("%s \"%s\": a number from 1 to %llu is wanted", option, text,
		    (unsigned long long)max);
		return EX_USAGE;
	}
	*ret_value = value;
	return CLI_GO;
}

static int
read_style(const struct check_words *w, struct check_options *o)
{
	bool has_colours;

	if (!cli_terminal_colours(w->color, &has_colours))
		return refuse("--color", w->color, "auto, always or never is wanted");
	o->style = has_colours ? DOCTOR_STYLE_COLOURS : DOCTOR_STYLE_PLAIN;
	if (cli_terminal_is_utf8())
		o->style |= DOCTOR_STYLE_UTF8;
	return CLI_GO;
}

static int
read_form(const struct check_words *w, struct check_options *o)
{
	if (w->quiet + w->json + w->nagios + w->letter > 1) {
		cli_complain("only one of --quiet, --json, --nagios and --letter can be given");
		return EX_USAGE;
	}
	o->form = w->json     ? CHECK_JSON
		  : w->nagios ? CHECK_NAGIOS
		  : w->letter ? CHECK_LETTER
		  : w->quiet  ? CHECK_QUIET
			      : CHECK_TEXT;
	o->html = w->html;
	o->is_transcript = w->transcript;
	return read_style(w, o);
}

static int
read_family(const struct check_words *w, struct check_options *o)
{
	if (w->v4 && w->v6) {
		cli_complain("-4 and -6 exclude each other; without both, both are tried");
		return EX_USAGE;
	}
	o->check.family = w->v4 ? AF_INET : w->v6 ? AF_INET6 : AF_UNSPEC;
	return CLI_GO;
}

static int
read_targets(char *const *hosts, int count, struct check_options *o)
{
	if (count > CLI_CHECK_HOSTS_MAX) {
		cli_complain("more than %d hosts", CLI_CHECK_HOSTS_MAX);
		return EX_USAGE;
	}
	for (int i = 0; i < count; i++)
		if (!check_target_parse(hosts[i], &o->targets[o->target_count++]))
			return refuse(
			    "host", hosts[i], "HOST, HOST:PORT or [ADDRESS]:PORT is wanted");
	return CLI_GO;
}

static int
read_subject(const struct check_words *w, char *const *hosts, int count, struct check_options *o)
{
	o->is_network = w->network;
	if (w->network == (count != 0)) {
		cli_complain(w->network ? "--network is about no host; leave %s out"
					: "%sa host is missing, or --network",
		    w->network ? hosts[0] : "");
		return EX_USAGE;
	}
	if ((w->html != NULL || w->nagios) && count > 1) {
		cli_complain(w->nagios ? "--nagios prints one line about one host"
				       : "--html writes one page about one host");
		return EX_USAGE;
	}
	if (w->port != NULL) {
		o->check.port_count = check_ports_parse(w->port, o->ports);
		o->check.ports = o->ports;
		if (o->check.port_count == 0)
			return refuse("--port", w->port, "ports such as 587,465 are wanted");
	}
	return read_targets(hosts, count, o);
}

static int
read_limits(const struct check_words *w, struct check_options *o)
{
	uint64_t seconds = 0, connections = 0;
	int r = read_number("--timeout", w->timeout, TIMEOUT_MAX_S, &seconds);

	if (r == CLI_GO)
		r = read_number("--connections", w->connections, CONNECTIONS_MAX, &connections);
	if (r == CLI_GO)
		r = read_number("--watch", w->watch, SECONDS_MAX, &o->watch_s);
	if (r == CLI_GO)
		r = read_number("--count", w->count, UINT32_MAX, &o->count);
	o->check.time_ms = seconds * 1000;
	o->check.connections = (unsigned)connections;
	return r;
}

static int
read_resolver(const struct check_words *w, struct check_options *o)
{
	struct check_target t;

	if (w->resolver == NULL)
		return CLI_GO;
	if (!check_target_parse(w->resolver, &t) ||
	    !net_address_parse(t.host, t.port == 0 ? PORT_DNS : t.port, &o->resolver))
		return refuse("--resolver", w->resolver, "an IP address is wanted");
	o->check.resolver = &o->resolver;
	return CLI_GO;
}

/* "a,b,c" in o->controls_text to o->controls. */
static void
split_controls(struct check_options *o)
{
	char *rest = o->controls_text, *word;

	while ((word = strsep(&rest, ",")) != NULL)
		if (word[0] != '\0' && o->check.control_count < CLI_CHECK_CONTROLS_MAX)
			o->controls[o->check.control_count++] = word;
}

static bool
has_port(const struct doctor_references *list, const char *host, uint16_t port)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->hosts[i].port == port && strcmp(list->hosts[i].host, host) == 0)
			return true;
	return false;
}

/* For the port that some providers have besides. */
static void
choose_alternatives(const struct doctor_references *list, struct buf *text)
{
	size_t chosen = 0;

	for (size_t i = 0; i < list->count && chosen < ALTERNATIVE_HOSTS; i++) {
		if (list->hosts[i].port != PORT_ALTERNATIVE)
			continue;
		(void)buf_addf(text, "%s:%d,", list->hosts[i].host, PORT_ALTERNATIVE);
		chosen++;
	}
}

/* The best of the list that have submission; first those that have it on both ports. */
static void
choose_references(const struct doctor_references *list, struct check_options *o)
{
	struct buf text;
	size_t chosen = 0;

	buf_init(
	    &text, (size_t)(NETWORK_HOSTS + ALTERNATIVE_HOSTS) * (NET_NAME_MAX + sizeof ":2525,"));
	for (int wants_both = 1; wants_both >= 0; wants_both--)
		for (size_t i = 0; i < list->count && chosen < NETWORK_HOSTS; i++) {
			const char *host = list->hosts[i].host;

			if (list->hosts[i].port != PORT_SUBMISSION ||
			    has_port(list, host, PORT_SUBMISSIONS) != (wants_both == 1))
				continue;
			(void)buf_addf(&text, "%s,", host);
			chosen++;
		}
	if (o->is_network)
		choose_alternatives(list, &text);
	(void)buf_add_octet(&text, '\0');
	o->controls_text = (char *)text.ptr;
}

static int
read_controls(const struct check_words *w, struct check_options *o)
{
	struct doctor_references *list;
	struct buf error;
	int r = CLI_GO;

	o->check.controls = o->controls;
	if (w->control != NULL) {
		o->controls_text = xstrdup(w->control);
		split_controls(o);
		return CLI_GO;
	}
	buf_init(&error, ERROR_SIZE);
	list = xcalloc(1, sizeof *list);
	if (doctor_references_load(w->reference_hosts, list, &error)) {
		choose_references(list, o);
		split_controls(o);
	} else {
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
		r = EX_DATAERR;
	}
	free(list);
	buf_done(&error);
	return r;
}

static int
read_login(const struct check_words *w, struct check_options *o)
{
	const struct cli_secret_source source = { w->password_file, w->password_env, "Password: " };
	int r;

	if (w->user == NULL) {
		if (w->password_file == NULL && w->password_env == NULL && w->mechanism == NULL)
			return CLI_GO;
		cli_complain("a password or mechanism is of no use without --user");
		return EX_USAGE;
	}
	r = cli_secret_read(&source, &o->secret);
	if (r != CLI_GO)
		return r;
	o->check.user = w->user;
	o->check.secret = secret_slice(&o->secret);
	o->check.mechanism = w->mechanism;
	return CLI_GO;
}

static int
read_text(const char *path, struct check_options *o)
{
	struct buf raw;
	int r;

	buf_init(&raw, CLI_CHECK_MESSAGE_MAX);
	r = cli_file_read(path, &raw);
	if (r == CLI_GO &&
	    send_input_convert(buf_slice(&raw), true, &o->message) != SEND_INPUT_OK) {
		cli_complain("%s: this is no message: a NUL octet, or too large", path);
		r = EX_DATAERR;
	}
	buf_done(&raw);
	return r;
}

static int
read_message(const struct check_words *w, struct check_options *o)
{
	const char *from = w->from;
	int r = CLI_GO;

	buf_init(&o->message, CLI_CHECK_MESSAGE_MAX);
	if (w->to == NULL) {
		if (w->from == NULL && w->message == NULL)
			return CLI_GO;
		cli_complain("a message is sent with --to ADDRESS only");
		return EX_USAGE;
	}
	if (from == NULL && w->user != NULL && strchr(w->user, '@') != NULL)
		from = w->user;
	if (from == NULL) {
		cli_complain("--to needs --from ADDRESS, or a --user that is an address");
		return EX_USAGE;
	}
	if (w->message != NULL)
		r = read_text(w->message, o);
	else
		o->is_message_own = true;
	o->check.from = from;
	o->check.to = w->to;
	o->check.recipient = slice_of(w->to);
	o->check.message = buf_slice(&o->message);
	return r;
}

/* One word, as what EHLO takes is; an address literal is as good as a name. */
static int
read_hostname(const struct check_words *w, struct check_options *o)
{
	for (const char *c = w->hostname; c != NULL && *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return refuse("--hostname", w->hostname, "a host name is wanted");
	o->check.hostname = w->hostname;
	return CLI_GO;
}

int
check_options_read(
    const struct check_words *words, char *const *hosts, int host_count, struct check_options *o)
{
	int r = read_form(words, o);

	if (r == CLI_GO)
		r = read_family(words, o);
	if (r == CLI_GO)
		r = read_subject(words, hosts, host_count, o);
	if (r == CLI_GO)
		r = read_limits(words, o);
	if (r == CLI_GO)
		r = read_resolver(words, o);
	if (r == CLI_GO)
		r = read_controls(words, o);
	if (r == CLI_GO)
		r = read_login(words, o);
	if (r == CLI_GO)
		r = read_message(words, o);
	if (r == CLI_GO)
		r = read_hostname(words, o);
	o->check.ca_file = words->ca_file;
	return r;
}

void
check_options_done(struct check_options *o)
{
	free(o->controls_text);
	secret_done(&o->secret);
	buf_done(&o->message);
}
