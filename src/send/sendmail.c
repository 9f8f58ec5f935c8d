/* SPDX-License-Identifier: Apache-2.0 */
#include "send/sendmail.h"

#include <string.h>
#include <strings.h>

#include "smtp/rcpt_params.h"

enum effect {
	EFFECT_NONE, /* read, and of no consequence without a queue */
	EFFECT_MODE,
	EFFECT_OPTION, /* -o: a letter of its own behind it */
	EFFECT_SENDER,
	EFFECT_FULL_NAME,
	EFFECT_NOTIFY,
	EFFECT_RET,
	EFFECT_ENVID,
	EFFECT_CONFIG,
	EFFECT_HEADER_RECIPIENTS,
	EFFECT_DOTS,
	EFFECT_VERBOSE,
	EFFECT_QUEUE_RUN,
};

static const struct option {
	char letter;
	bool has_argument; /* in this word, or else in the next */
	enum effect effect;
} options[] = {
	{ 'A', true, EFFECT_NONE },
	{ 'B', true, EFFECT_NONE }, /* what the text holds decides */
	{ 'C', true, EFFECT_CONFIG },
	{ 'F', true, EFFECT_FULL_NAME },
	{ 'G', false, EFFECT_NONE },
	{ 'I', false, EFFECT_QUEUE_RUN },
	{ 'L', true, EFFECT_NONE },
	{ 'N', true, EFFECT_NOTIFY },
	{ 'O', true, EFFECT_NONE },
	{ 'R', true, EFFECT_RET },
	{ 'U', false, EFFECT_NONE },
	{ 'V', true, EFFECT_ENVID },
	{ 'X', true, EFFECT_NONE },
	{ 'b', true, EFFECT_MODE },
	{ 'e', true, EFFECT_NONE },
	{ 'f', true, EFFECT_SENDER },
	{ 'h', true, EFFECT_NONE },
	{ 'i', false, EFFECT_DOTS },
	{ 'm', false, EFFECT_NONE },
	{ 'n', false, EFFECT_NONE },
	{ 'o', true, EFFECT_OPTION },
	{ 'p', true, EFFECT_NONE },
	{ 'r', true, EFFECT_SENDER },
	{ 't', false, EFFECT_HEADER_RECIPIENTS },
	{ 'v', false, EFFECT_VERBOSE },
};

static const struct mode {
	char letter;
	enum send_sendmail_mode mode;
} modes[] = {
	{ 'm', SEND_SENDMAIL_MESSAGE },
	{ 's', SEND_SENDMAIL_SMTP },
	{ 'p', SEND_SENDMAIL_QUEUE },
	{ 'i', SEND_SENDMAIL_NOTHING },
};

static bool
take_mode(struct send_sendmail *line, const char *argument, struct buf *error)
{
	for (size_t i = 0; argument[1] == '\0' && i < sizeof modes / sizeof modes[0]; i++) {
		if (modes[i].letter == argument[0]) {
			line->mode = modes[i].mode;
			return true;
		}
	}
	(void)buf_addf(
	    error, "there is no mode -b%s here; there are -bm, -bs, -bp and -bi", argument);
	return false;
}

/* "<a@b>" is taken for "a@b", and "<>" for the null reverse-path, as PHP and others write it. */
static bool
take_sender(struct send_sendmail *line, char *argument)
{
	const size_t len = strlen(argument);

	if (len >= 2 && argument[0] == '<' && argument[len - 1] == '>') {
		argument[len - 1] = '\0';
		argument++;
	}
	line->sender = argument;
	return true;
}

static bool
take_notify(struct send_sendmail *line, const char *argument, struct buf *error)
{
	if (smtp_notify_parse(slice_of(argument), &line->notify))
		return true;
	(void)buf_addf(error,
	    "-N takes \"never\", or \"success\", \"failure\" and \"delay\" with commas, not \"%s\"",
	    argument);
	return false;
}

static bool
take_ret(struct send_sendmail *line, const char *argument, struct buf *error)
{
	if (strcasecmp(argument, "full") == 0)
		line->ret = SMTP_RET_FULL;
	else if (strcasecmp(argument, "hdrs") == 0)
		line->ret = SMTP_RET_HDRS;
	else
		(void)buf_addf(error, "-R takes \"full\" or \"hdrs\", not \"%s\"", argument);
	return line->ret != SMTP_RET_UNSAID;
}

/* flat */
static bool
take(struct send_sendmail *line, enum effect effect, char *argument, struct buf *error)
{
	switch (effect) {
	case EFFECT_NONE:
		return true;
	case EFFECT_MODE:
		return take_mode(line, argument, error);
	case EFFECT_OPTION:
		if (strcmp(argument, "i") == 0)
			line->takes_dots = true;
		return true;
	case EFFECT_SENDER:
		return take_sender(line, argument);
	case EFFECT_FULL_NAME:
		line->full_name = argument;
		return true;
	case EFFECT_NOTIFY:
		return take_notify(line, argument, error);
	case EFFECT_RET:
		return take_ret(line, argument, error);
	case EFFECT_ENVID:
		line->envid = argument;
		return true;
	case EFFECT_CONFIG:
		line->config = argument;
		return true;
	case EFFECT_HEADER_RECIPIENTS:
		line->takes_header_recipients = true;
		return true;
	case EFFECT_DOTS:
		line->takes_dots = true;
		return true;
	case EFFECT_VERBOSE:
		line->is_verbose = true;
		return true;
	case EFFECT_QUEUE_RUN:
		line->mode = SEND_SENDMAIL_NOTHING;
		return true;
	}
	return true;
}

static const struct option *
find(char letter)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

/* The letters of one word; *at is moved to its argument when that is a word of its own. */
static bool
take_word(struct send_sendmail *line, int argc, char **argv, int *at, struct buf *error)
{
	char *none = argv[*at] + strlen(argv[*at]);

	for (char *c = argv[*at] + 1; *c != '\0'; c++) {
		const struct option *o = find(*c);

		if (o == NULL) {
			(void)buf_addf(error, "there is no option -%c", *c);
			return false;
		}
		if (!o->has_argument) {
			if (!take(line, o->effect, none, error))
				return false;
			continue;
		}
		if (c[1] != '\0')
			return take(line, o->effect, c + 1, error);
		if (*at + 1 == argc) {
			(void)buf_addf(error, "-%c takes an argument", *c);
			return false;
		}
		(*at)++;
		return take(line, o->effect, argv[*at], error);
	}
	return true;
}

bool
send_sendmail_parse(int argc, char **argv, struct send_sendmail *ret_line, struct buf *error)
{
	struct send_sendmail line = { .mode = SEND_SENDMAIL_MESSAGE };
	int at = 1;

	for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; at++) {
		if (strcmp(argv[at], "--") == 0) {
			at++;
			break;
		}
		/* "-q" and "-q30m": the interval is never in the next word. */
		if (argv[at][1] == 'q')
			line.mode = SEND_SENDMAIL_NOTHING;
		else if (!take_word(&line, argc, argv, &at, error))
			return false;
	}
	line.recipients = argv + at;
	line.recipient_count = argc - at;
	*ret_line = line;
	return true;
}
