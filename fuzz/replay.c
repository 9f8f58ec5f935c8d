/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - runs a fuzzer's function over the files of a folder, for compilers without libFuzzer.
 *
 * Every file is also run cut short at each of its first CUTS_MAX octets: the laws hold for those
 * too.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/fd.h"

#define FILE_SIZE_MAX (1U << 20)
#define CUTS_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

/* In a block of its exact size, so that a sanitizer sees any octet read beyond it. */
static void
run(const uint8_t *octets, size_t len)
{
	uint8_t *exact = xmalloc(len + (len == 0));

	memcpy(exact, octets, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static void
run_file(int folder, const char *name, uint8_t *octets)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		abort();
	len = fd_read_all(fd, octets, FILE_SIZE_MAX);
	fd_close(&fd);
	if (len < 0)
		abort();
	for (size_t cut = 0; cut < CUTS_MAX && cut < (size_t)len; cut++)
		run(octets, cut);
	run(octets, (size_t)len);
}

int
main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	uint8_t *octets = xmalloc(FILE_SIZE_MAX);
	const struct dirent *entry;
	unsigned file_count = 0;

	if (folder == NULL) {
		(void)fprintf(stderr, "replay: wants the folder of a corpus\n");
		free(octets);
		return 2;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		run_file(dirfd(folder), entry->d_name, octets);
		file_count++;
	}
	(void)closedir(folder);
	free(octets);
	(void)printf("%u files\n", file_count);
	return file_count > 0 ? 0 : 1;
}
