/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/options.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/secret.h"
#include "util/slice.h"

#define PASSWORD_LEN_MAX 1024
#define THREADS_MAX 256

static const char usage[] =
    "usage: load --port PORT [--host ADDRESS] [--tls starttls|implicit|none]\n"
    "            [--user NAME --password-file FILE] [--mode kept|reconnect|idle] [--resume]\n"
    "            [--connections N] [--messages N] [--seconds S] [--size OCTETS]\n"
    "            [--sender ADDRESS] [--recipient ADDRESS] [--recipients N]\n"
    "            [--threads N|-j N] [--ledger FILE] [--patience SECONDS] [--json]\n";

enum key {
	KEY_HOST = 1,
	KEY_PORT,
	KEY_TLS,
	KEY_USER,
	KEY_PASSWORD_FILE,
	KEY_MODE,
	KEY_RESUME,
	KEY_CONNECTIONS,
	KEY_MESSAGES,
	KEY_SECONDS,
	KEY_SIZE,
	KEY_SENDER,
	KEY_RECIPIENT,
	KEY_RECIPIENTS,
	KEY_LEDGER,
	KEY_PATIENCE,
	KEY_JSON,
	KEY_THREADS = 'j', /* its short form */
};

static const struct option keys[] = {
	{ "host", required_argument, NULL, KEY_HOST },
	{ "port", required_argument, NULL, KEY_PORT },
	{ "tls", required_argument, NULL, KEY_TLS },
	{ "user", required_argument, NULL, KEY_USER },
	{ "password-file", required_argument, NULL, KEY_PASSWORD_FILE },
	{ "mode", required_argument, NULL, KEY_MODE },
	{ "resume", no_argument, NULL, KEY_RESUME },
	{ "connections", required_argument, NULL, KEY_CONNECTIONS },
	{ "messages", required_argument, NULL, KEY_MESSAGES },
	{ "seconds", required_argument, NULL, KEY_SECONDS },
	{ "size", required_argument, NULL, KEY_SIZE },
	{ "sender", required_argument, NULL, KEY_SENDER },
	{ "recipient", required_argument, NULL, KEY_RECIPIENT },
	{ "recipients", required_argument, NULL, KEY_RECIPIENTS },
	{ "ledger", required_argument, NULL, KEY_LEDGER },
	{ "patience", required_argument, NULL, KEY_PATIENCE },
	{ "json", no_argument, NULL, KEY_JSON },
	{ "threads", required_argument, NULL, KEY_THREADS },
	{ NULL, 0, NULL, 0 },
};

static const char *const tls_words[] = { "none", "starttls", "implicit", NULL };
static const char *const mode_words[] = { "kept", "reconnect", "idle", NULL };

/* The raw texts that become an address together. */
struct target {
	const char *host;
	uint64_t port;
};

static bool
parse_word(const char *const *words, const char *text, unsigned *ret_index)
{
	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static bool
parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret_value)
{
	uint64_t value;

	if (!slice_to_u64(slice_of(text), most, &value) || value < least)
		return false;
	*ret_value = value;
	return true;
}

static bool
parse_address(const struct target *t, struct options *o)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&o->address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&o->address;

	if (inet_pton(AF_INET, t->host, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons((uint16_t)t->port);
		o->address_len = sizeof *in4;
		return true;
	}
	if (inet_pton(AF_INET6, t->host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)t->port);
		o->address_len = sizeof *in6;
		return true;
	}
	return false;
}

/* The first line of the file. */
static bool
read_password(const char *path, struct options *o)
{
	char line[PASSWORD_LEN_MAX + 1] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = fd_read_all(fd, line, PASSWORD_LEN_MAX);
	fd_close(&fd);
	if (n <= 0)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	free(o->password);
	o->password = strdup(line);
	explicit_bzero(line, sizeof line);
	return o->password != NULL;
}

/* flat */
static bool
parse_key(int key, const char *text, struct options *o, struct target *t)
{
	unsigned word = 0;
	bool ok = true;

	switch ((enum key)key) {
	case KEY_HOST:
		t->host = text;
		break;
	case KEY_PORT:
		ok = parse_number(text, 1, UINT16_MAX, &t->port);
		break;
	case KEY_TLS:
		ok = parse_word(tls_words, text, &word);
		o->tls = (enum options_tls)word;
		break;
	case KEY_USER:
		o->user = text;
		break;
	case KEY_PASSWORD_FILE:
		ok = read_password(text, o);
		break;
	case KEY_MODE:
		ok = parse_word(mode_words, text, &word);
		o->mode = (enum options_mode)word;
		break;
	case KEY_RESUME:
		o->resume = true;
		break;
	case KEY_CONNECTIONS:
		ok = parse_number(text, 1, 100000, &o->connections);
		break;
	case KEY_MESSAGES:
		ok = parse_number(text, 1, UINT32_MAX, &o->messages);
		break;
	case KEY_SECONDS:
		ok = parse_number(text, 1, 86400, &o->seconds);
		break;
	case KEY_SIZE:
		ok = parse_number(text, 512, 1U << 30, &o->size);
		break;
	case KEY_SENDER:
		o->sender = text;
		break;
	case KEY_RECIPIENT:
		o->recipient = text;
		break;
	case KEY_RECIPIENTS:
		ok = parse_number(text, 1, 1000, &o->recipients);
		break;
	case KEY_LEDGER:
		o->ledger_path = text;
		break;
	case KEY_PATIENCE:
		ok = parse_number(text, 1, 86400, &o->patience_s);
		break;
	case KEY_JSON:
		o->json = true;
		break;
	case KEY_THREADS:
		ok = parse_number(text, 1, THREADS_MAX, &o->threads);
		break;
	}
	return ok;
}

static bool
refuse(const char *what, const char *value)
{
	(void)fprintf(stderr, "load: %s: %s\n%s", what, value, usage);
	return false;
}

/* What only all the options together can tell. */
static bool
check(struct options *o, const struct target *t)
{
	if (t->port == 0)
		return refuse("--port", "is needed");
	if (!parse_address(t, o))
		return refuse("--host wants an IP address, not", t->host);
	if ((o->user == NULL) != (o->password == NULL))
		return refuse("--user and --password-file", "come together");
	if (o->messages == 0 && o->seconds == 0 && o->mode != OPTIONS_MODE_IDLE)
		return refuse("--messages or --seconds", "is needed");
	if (o->threads > o->connections)
		o->threads = o->connections;
	return true;
}

bool
options_parse(int argc, char **argv, struct options *o)
{
	struct target t = { .host = "127.0.0.1" };
	int key, index = 0;

	*o = (struct options){ .tls = OPTIONS_TLS_STARTTLS,
		.sender = "bench@example.com",
		.recipient = "sink@example.net",
		.threads = 1,
		.connections = 1,
		.size = 10240,
		.recipients = 1 };
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	while ((key = getopt_long(argc, argv, "j:", keys, &index)) != -1) {
		if (key == '?')
			return refuse("cannot read", argv[optind - 1]);
		if (!parse_key(key, optarg, o, &t))
			return refuse(key == KEY_THREADS ? "threads" : keys[index].name, optarg);
	}
	if (optind < argc)
		return refuse("what is", argv[optind]);
	return check(o, &t);
}

void
options_done(struct options *o)
{
	if (o->password != NULL)
		explicit_bzero(o->password, strlen(o->password));
	free(o->password);
	o->password = NULL;
}
