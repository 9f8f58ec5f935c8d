/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"
#include "config/syntax.h"
#include "util/fd.h"

enum { CHUNK_LEN = 65536 };

static int
complain_of_file(const char *path, int r)
{
	cli_complain("%s: %s", path, strerrordesc_np(-r));
	if (r == -ENOENT)
		return EX_NOINPUT;
	return r == -EACCES || r == -EPERM ? EX_NOPERM : EX_IOERR;
}

/* 0, -EFBIG, or another -errno. */
static int
read_descriptor(int fd, struct buf *out)
{
	uint8_t octets[CHUNK_LEN];
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = fd_read_all(fd, octets, sizeof octets)) != 0) {
		if (n < 0)
			r = (int)n;
		else if (!buf_add(out, octets, (size_t)n))
			r = -EFBIG;
	}
	explicit_bzero(octets, sizeof octets); /* they may be a secret */
	return r;
}

int
cli_file_read(const char *path, struct buf *out)
{
	const bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return complain_of_file(path, -errno);
	r = read_descriptor(fd, out);
	if (!is_stdin)
		fd_close(&fd);
	if (r == -EFBIG) {
		cli_complain(
		    "%s has more than %zu octets", is_stdin ? "standard input" : path, out->max);
		return EX_DATAERR;
	}
	return r == 0 ? CLI_GO : complain_of_file(is_stdin ? "standard input" : path, r);
}

/* The first line of octets; EX_DATAERR when there is nothing in it. */
static int
take_line(const char *whence, struct slice octets, struct secret *ret_secret)
{
	struct slice line = slice_first(octets, slice_find(octets, '\n'));

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0) {
		cli_complain("%s has no secret in its first line", whence);
		return EX_DATAERR;
	}
	*ret_secret = secret_copy(line);
	return CLI_GO;
}

static int
read_file(const char *path, struct secret *ret_secret)
{
	struct buf octets;
	int r;

	buf_init(&octets, CLI_SECRET_MAX);
	r = cli_file_read(path, &octets);
	if (r == CLI_GO)
		r = take_line(path, buf_slice(&octets), ret_secret);
	if (octets.ptr != NULL)
		explicit_bzero(octets.ptr, octets.size);
	buf_done(&octets);
	return r;
}

static int
read_variable(const char *name, struct secret *ret_secret)
{
	const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): one thread */

	if (value == NULL) {
		cli_complain("there is no %s in the environment", name);
		return EX_USAGE;
	}
	return take_line(name, slice_of(value), ret_secret);
}

/* Signals wait meanwhile: one that ended us would leave the terminal without echo. */
static int
read_silently(FILE *terminal, const char *prompt, struct secret *ret_secret)
{
	struct termios before, silent;
	char line[CLI_SECRET_MAX];
	sigset_t all, unblocked;
	int r = EX_IOERR;

	if (tcgetattr(fileno(terminal), &before) != 0)
		return r;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &unblocked);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
	(void)fputs(prompt, terminal); /* what is typed from now on is not flushed */
	(void)fflush(terminal);
	if (fgets(line, sizeof line, terminal) != NULL)
		r = take_line("the terminal", slice_of(line), ret_secret);
	explicit_bzero(line, sizeof line);
	(void)tcsetattr(fileno(terminal), TCSAFLUSH, &before);
	(void)fputc('\n', terminal);
	(void)pthread_sigmask(SIG_SETMASK, &unblocked, NULL);
	return r;
}

static int
ask(const char *prompt, struct secret *ret_secret)
{
	FILE *terminal = fopen("/dev/tty", "r+e");
	int r;

	if (terminal == NULL) {
		cli_complain(
		    "there is no terminal to ask for the password; give it in a file or in "
		    "the environment");
		return EX_USAGE;
	}
	(void)setvbuf(terminal, NULL, _IONBF, 0); /* no copy of the secret stays in a buffer */
	r = read_silently(terminal, prompt, ret_secret);
	(void)fclose(terminal);
	return r;
}

int
cli_secret_read(const struct cli_secret_source *source, struct secret *ret_secret)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none); /* a core would hold the secret */
	if (source->file != NULL)
		return read_file(source->file, ret_secret);
	if (source->variable != NULL)
		return read_variable(source->variable, ret_secret);
	return ask(source->prompt, ret_secret);
}

void
cli_hostname(char name[CLI_HOSTNAME_SIZE])
{
	char own[CLI_HOSTNAME_SIZE] = "";

	if (gethostname(own, sizeof own - 1) == 0 && config_syntax_is_full_name(own))
		(void)snprintf(name, CLI_HOSTNAME_SIZE, "%s", own);
	else
		(void)snprintf(name, CLI_HOSTNAME_SIZE, "[127.0.0.1]");
}
