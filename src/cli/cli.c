/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ERRORS_MAX = 64 * 1024 };

void
cli_complain(const char *format, ...)
{
	va_list ap;

	(void)fputs("sallyport: ", stderr);
	va_start(ap, format);
	(void)vfprintf(stderr, format, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
}

int
cli_flush(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return EX_OK;
	cli_complain("cannot write to standard output: %s", strerrordesc_np(errno));
	return EX_IOERR;
}

int
cli_load_config(const char *path, struct config **ret_config)
{
	struct buf errors;
	int r;

	buf_init(&errors, ERRORS_MAX);
	r = config_load(path, ret_config, &errors);
	if (errors.len > 0)
		(void)fwrite(errors.ptr, 1, errors.len, stderr);
	buf_done(&errors);
	switch (r) {
	case 0:
		return CLI_GO;
	case -ENOENT:
		return EX_NOINPUT;
	case -EACCES:
		return EX_NOPERM;
	default:
		return EX_CONFIG;
	}
}

int
cli_become_owner(const char *directory)
{
	struct stat st;

	if (stat(directory, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (st.st_uid == geteuid())
		return 0;
	if (geteuid() != 0)
		return -EPERM;
	if (setgroups(0, NULL) < 0 || setegid(st.st_gid) < 0 || seteuid(st.st_uid) < 0)
		return -errno;
	return 0;
}
