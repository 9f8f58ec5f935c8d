/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench/sink.h"
#include "util/slice.h"

static const char usage[] =
    "usage: sink [--host ADDRESS] [--port PORT | --unix PATH] [--lmtp] [--auth]\n"
    "            [--tls none|starttls|implicit --certificate FILE --key FILE]\n"
    "            [--count N] [--ledger FILE]\n";

enum key {
	KEY_HOST = 1,
	KEY_PORT,
	KEY_UNIX,
	KEY_LMTP,
	KEY_AUTH,
	KEY_TLS,
	KEY_CERTIFICATE,
	KEY_KEY,
	KEY_COUNT,
	KEY_LEDGER,
};

static const struct option keys[] = {
	{ "host", required_argument, NULL, KEY_HOST },
	{ "port", required_argument, NULL, KEY_PORT },
	{ "unix", required_argument, NULL, KEY_UNIX },
	{ "lmtp", no_argument, NULL, KEY_LMTP },
	{ "auth", no_argument, NULL, KEY_AUTH },
	{ "tls", required_argument, NULL, KEY_TLS },
	{ "certificate", required_argument, NULL, KEY_CERTIFICATE },
	{ "key", required_argument, NULL, KEY_KEY },
	{ "count", required_argument, NULL, KEY_COUNT },
	{ "ledger", required_argument, NULL, KEY_LEDGER },
	{ NULL, 0, NULL, 0 },
};

static bool
parse_tls(const char *text, enum sink_tls *ret_tls)
{
	static const char *const words[] = { "none", "starttls", "implicit" };

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i], text) == 0) {
			*ret_tls = (enum sink_tls)i;
			return true;
		}
	}
	return false;
}

/* flat */
static bool
parse_key(int key, const char *text, struct sink_options *o)
{
	bool ok = true;

	switch ((enum key)key) {
	case KEY_HOST:
		o->host = text;
		break;
	case KEY_PORT:
		ok = slice_to_u64(slice_of(text), UINT16_MAX, &o->port);
		break;
	case KEY_UNIX:
		o->unix_path = text;
		break;
	case KEY_LMTP:
		o->lmtp = true;
		break;
	case KEY_AUTH:
		o->auth = true;
		break;
	case KEY_TLS:
		ok = parse_tls(text, &o->tls);
		break;
	case KEY_CERTIFICATE:
		o->certificate = text;
		break;
	case KEY_KEY:
		o->key = text;
		break;
	case KEY_COUNT:
		ok = slice_to_u64(slice_of(text), UINT32_MAX, &o->count);
		break;
	case KEY_LEDGER:
		o->ledger_path = text;
		break;
	}
	return ok;
}

static bool
refuse(const char *what, const char *value)
{
	(void)fprintf(stderr, "sink: %s: %s\n%s", what, value, usage);
	return false;
}

bool
sink_options_parse(int argc, char **argv, struct sink_options *o)
{
	int key, index = 0;

	*o = (struct sink_options){ .host = "127.0.0.1" };
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	while ((key = getopt_long(argc, argv, "", keys, &index)) != -1) {
		if (key == '?')
			return refuse("cannot read", argv[optind - 1]);
		if (!parse_key(key, optarg, o))
			return refuse(keys[index].name, optarg);
	}
	if (optind < argc)
		return refuse("what is", argv[optind]);
	if (o->tls != SINK_TLS_NONE && (o->certificate == NULL || o->key == NULL))
		return refuse("--tls", "needs --certificate and --key");
	return true;
}
