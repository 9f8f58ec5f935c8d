/* SPDX-License-Identifier: Apache-2.0 */
/* check_options.h - the command line of "sallyport check", taken apart. */
#ifndef CLI_CHECK_OPTIONS_H
#define CLI_CHECK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/check.h"
#include "util/buf.h"
#include "util/secret.h"

#define CLI_CHECK_HOSTS_MAX 64
#define CLI_CHECK_CONTROLS_MAX 8
#define CLI_CHECK_MESSAGE_MAX ((size_t)64 * 1024 * 1024)

/* As given; NULL: not given. */
struct check_words {
	const char *port, *user, *password_file, *password_env, *mechanism, *from, *to, *message;
	const char *ca_file, *resolver, *control, *reference_hosts, *timeout, *connections;
	const char *hostname, *html, *color, *watch, *count;
	bool v4, v6, network, quiet, json, nagios, letter, transcript;
};

struct check_target {
	char host[256]; /* a name, or an address without brackets */
	uint16_t port;  /* 0: none given */
};

enum check_form { CHECK_TEXT, CHECK_QUIET, CHECK_JSON, CHECK_NAGIOS, CHECK_LETTER };

/* Ready for use. Free with check_options_done(). */
struct check_options {
	enum check_form form;
	unsigned style; /* enum doctor_style */
	const char *html;
	bool is_network, is_transcript;
	uint64_t watch_s, count; /* 0: once; 0: without end */
	size_t target_count;
	struct check_target targets[CLI_CHECK_HOSTS_MAX];
	uint16_t ports[DOCTOR_PORTS_MAX];
	char *controls_text; /* what controls[] points into */
	const char *controls[CLI_CHECK_CONTROLS_MAX];
	struct net_address resolver;
	struct secret secret;
	struct buf message;
	bool is_message_own; /* each host and each round gets a new one, by check_message_write() */
	struct doctor_check_options check; /* without host, and ports of a target */
};

/* "host", "host:587", "192.0.2.1:587", "[2001:db8::1]:587", "2001:db8::1". False: nonsense. */
bool check_target_parse(const char *text, struct check_target *ret_target);
/* "25,465,587": how many; 0: nonsense, or more than DOCTOR_PORTS_MAX. */
size_t check_ports_parse(const char *text, uint16_t ports[DOCTOR_PORTS_MAX]);
/* CLI_GO, or an exit code (said). words are borrowed for the life of the options. */
int check_options_read(
    const struct check_words *words, char *const *hosts, int host_count, struct check_options *o);
void check_options_done(struct check_options *o);

/* A message that says what it is, with CRLF and all that RFC 5322 §3.6 asks for. */
void check_message_write(
    const char *from, const char *to, uint64_t unix_ms, uint64_t random, struct buf *out);

#endif
