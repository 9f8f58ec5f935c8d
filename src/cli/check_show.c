/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "doctor/printable.h"
#include "doctor/report.h"
#include "util/alloc.h"

enum { SENTENCE_MAX = 2048 };

void
check_show_progress(void *arg, const char *text)
{
	(void)arg;
	cli_terminal_show_progress(text);
}

void
check_show_line(void *arg, const struct net_address *address, bool is_ours, struct slice line)
{
	char text[IP_TEXT_SIZE] = "?";
	char *words = xmalloc(line.len + 1);
	struct ip ip;

	(void)arg;
	if (net_address_ip(address, &ip))
		ip_print(&ip, text);
	if (line.len != 0)
		memcpy(words, line.ptr, line.len);
	words[line.len] = '\0';
	(void)fprintf(stderr, "%s:%u %s ", text,
	    (unsigned)(address->any.sa_family == AF_INET6 ? ntohs(address->v6.sin6_port)
							  : ntohs(address->v4.sin_port)),
	    is_ours ? ">" : "<");
	cli_words_print(stderr, words);
	(void)fputc('\n', stderr);
	free(words);
}

void
check_show_sentence(const struct doctor_verdict *verdict, struct buf *out)
{
	doctor_printable_add(out, verdict->sentence, SENTENCE_MAX, false);
	(void)buf_add_octet(out, '\n');
}

static int
write_page(const char *path, const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	struct buf page;
	FILE *file = fopen(path, "we");
	bool ok;

	if (file == NULL) {
		cli_complain("%s: %s", path, strerrordesc_np(errno));
		return EX_CANTCREAT;
	}
	buf_init(&page, DOCTOR_REPORT_MAX);
	doctor_report_html(facts, verdict, &page);
	ok = fwrite(page.ptr, 1, page.len, file) == page.len;
	buf_done(&page);
	if (fclose(file) != 0 || !ok) {
		cli_complain("%s could not be written", path);
		return EX_IOERR;
	}
	return EX_OK;
}

static void
print_json(json_t *json, json_t *rows)
{
	if (rows != NULL) {
		if (json_array_append_new(rows, json) != 0)
			abort();
		return;
	}
	if (json_dumpf(json, stdout, DOCTOR_REPORT_JSON_FLAGS) == 0)
		(void)putchar('\n');
	json_decref(json);
}

/* The exit code that goes with the form. */
static int
print_form(const struct check_options *o, const struct doctor_facts *facts,
    const struct doctor_verdict *verdict, json_t *rows)
{
	struct buf text;
	int code = (int)verdict->exit;

	buf_init(&text, DOCTOR_REPORT_MAX);
	switch (o->form) {
	case CHECK_TEXT:
		doctor_report_text(facts, verdict, o->style, &text);
		break;
	case CHECK_QUIET:
		check_show_sentence(verdict, &text);
		break;
	case CHECK_JSON:
		print_json(doctor_report_json(facts, verdict), rows);
		break;
	case CHECK_NAGIOS:
		code = doctor_report_nagios(facts, verdict, &text);
		break;
	case CHECK_LETTER:
		doctor_report_letter(facts, verdict, &text);
		break;
	}
	if (text.len > 0) /* JSON has gone out by itself */
		(void)fwrite(text.ptr, 1, text.len, stdout);
	buf_done(&text);
	return code;
}

int
check_show(const struct check_options *o, const struct doctor_facts *facts,
    const struct doctor_verdict *verdict, json_t *rows)
{
	const int code = print_form(o, facts, verdict, rows);
	const int written = o->html == NULL ? EX_OK : write_page(o->html, facts, verdict);

	return written == EX_OK ? code : written;
}
