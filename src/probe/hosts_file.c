/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/hosts_file.h"

#include <fcntl.h>
#include <stdlib.h>

#include "util/alloc.h"
#include "util/fd.h"
#include "util/ip.h"

/* Lists of names to filter are long; the rest is not looked at. */
enum { FILE_SIZE = 1024 * 1024 };

static bool
line_has(struct slice line, const char *name)
{
	struct slice word = slice_take_word(&line);
	struct ip ip;

	if (!ip_parse(slice_first(word, slice_find(word, '%')), &ip))
		return false;
	for (word = slice_take_word(&line); word.len != 0; word = slice_take_word(&line))
		if (slice_is_nocase(word, name))
			return true;
	return false;
}

bool
probe_hosts_has(struct slice text, const char *name)
{
	while (text.len != 0) {
		const struct slice line = slice_take_line(&text);

		if (line_has(slice_first(line, slice_find(line, '#')), name))
			return true;
	}
	return false;
}

bool
probe_hosts_file_has(const char *path, const char *name)
{
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	char *text;
	ssize_t len;
	bool is_there;

	if (fd < 0)
		return false;
	text = xmalloc(FILE_SIZE);
	len = fd_read_all(fd, text, FILE_SIZE);
	is_there = len > 0 && probe_hosts_has(slice_make(text, (size_t)len), name);
	fd_close(&fd);
	free(text);
	return is_there;
}
