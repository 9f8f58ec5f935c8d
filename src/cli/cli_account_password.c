/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cli_account.h"
#include "sasl/exchange.h"
#include "sasl/prepare.h"
#include "util/alloc.h"
#include "util/rand.h"

enum {
	LENGTH_MIN = 8, /* octets; NIST SP 800-63B §5.1.1.1 has the same */
	GROUPS = 4,     /* of a password that is made up */
	GROUP_LEN = 6,
	LINE_SIZE = SASL_PASSWORD_MAX + 2, /* one octet more shows that it is too long; NUL */
};

const char *
cli_account_password_weakness(const char *name, struct slice password)
{
	const char *at = strchr(name, '@');
	struct slice local = slice_make(name, at == NULL ? strlen(name) : (size_t)(at - name));
	size_t same = 1;

	if (password.len < LENGTH_MIN)
		return "has fewer than 8 characters";
	while (same < password.len && password.ptr[same] == password.ptr[0])
		same++;
	if (same == password.len)
		return "is one character again and again";
	if (slice_is_nocase(password, name) || slice_equal_nocase(password, local))
		return "is the name of the account";
	return NULL;
}

/* 24 characters of 32: 120 bits, and none that is taken for another. */
static struct secret
make_password(void)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t text[GROUPS * (GROUP_LEN + 1) - 1];
	struct secret password;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % (GROUP_LEN + 1) == GROUP_LEN
			      ? '-'
			      : (uint8_t)letters[rand_below(sizeof letters - 1)];
	password = secret_copy(slice_make(text, sizeof text));
	explicit_bzero(text, sizeof text);
	return password;
}

/* Reads no further than the line: what follows is not ours. Octets, or -errno. */
static ssize_t
read_line(char *line)
{
	size_t len = 0;
	ssize_t n = 1;

	while (len < LINE_SIZE - 1) {
		n = read(STDIN_FILENO, line + len, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || line[len] == '\n')
			break;
		len++;
	}
	if (n < 0)
		return -errno;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	return (ssize_t)len;
}

static int
take_line(struct secret *ret_password)
{
	char line[LINE_SIZE];
	ssize_t len = read_line(line);
	char *prepared = len > 0 && strlen(line) == (size_t)len ? sasl_prepare(line) : NULL;

	explicit_bzero(line, sizeof line);
	if (len == 0)
		cli_complain("a password is missing on standard input");
	else if (len < 0)
		cli_complain("cannot read the password: %s", strerrordesc_np((int)-len));
	else if (prepared == NULL)
		cli_complain("the password must be UTF-8 text without control characters");
	if (prepared == NULL)
		return EX_DATAERR;
	*ret_password = secret_copy(slice_of(prepared));
	explicit_bzero(prepared, strlen(prepared));
	free(prepared);
	if (ret_password->len <= SASL_PASSWORD_MAX)
		return CLI_GO;
	secret_done(ret_password);
	cli_complain("the password has more than %d octets", SASL_PASSWORD_MAX);
	return EX_DATAERR;
}

/* Signals wait meanwhile: one that ended us would leave the terminal without echo. */
static int
ask(const char *prompt, struct secret *ret_password)
{
	struct termios before, silent;
	sigset_t all, unblocked;
	int r;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return EX_IOERR;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &unblocked);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	(void)fputs(prompt, stderr); /* what is typed from now on is not flushed */
	r = take_line(ret_password);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	(void)pthread_sigmask(SIG_SETMASK, &unblocked, NULL);
	(void)fputc('\n', stderr);
	return r;
}

static int
ask_twice(struct secret *ret_password)
{
	struct secret first = { NULL, 0 }, second = { NULL, 0 };
	int r = ask("Password: ", &first);

	if (r == CLI_GO)
		r = ask("The same again: ", &second);
	if (r == CLI_GO && !secret_equal(secret_slice(&first), secret_slice(&second))) {
		cli_complain("these were two different passwords; nothing was changed");
		r = EX_DATAERR;
	}
	secret_done(&second);
	if (r == CLI_GO)
		*ret_password = first;
	else
		secret_done(&first);
	return r;
}

static int
check_strength(const char *name, struct slice password)
{
	const char *weakness = cli_account_password_weakness(name, password);

	if (weakness == NULL)
		return CLI_GO;
	cli_complain("the password %s; choose another, use --generate, or insist with --allow-weak",
	    weakness);
	return EX_DATAERR;
}

int
cli_account_password_read(const char *name, const struct cli_account_password_options *options,
    struct secret *ret_password)
{
	struct secret password = { NULL, 0 };
	int r;

	if (options->generate) {
		*ret_password = make_password();
		return CLI_GO;
	}
	r = isatty(STDIN_FILENO) ? ask_twice(&password) : take_line(&password);
	if (r == CLI_GO && !options->allow_weak)
		r = check_strength(name, secret_slice(&password));
	if (r == CLI_GO)
		*ret_password = password;
	else
		secret_done(&password);
	return r;
}
