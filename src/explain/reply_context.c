/* SPDX-License-Identifier: Apache-2.0 */
/* reply_context.c - what tells a reply's code from other numbers */
#include "explain/reply_context.h"

#include "util/octet.h"

enum {
	WORDS_BEFORE = 3,      /* that are looked at */
	WORD_DISTANCE_MAX = 6, /* signs between such a word and the number */
	PREFIX_MAX = 48,       /* octets before the number in a line of a dialog */
};

/* A number behind one of these is a code. */
static const char *const announcing[] = { "said", "says", "response", "responses", "code", "codes",
	"responsecode", "reply", "replied", "replies", "smtpstatus", "answer", "answered",
	"returned", "returns", "return", "got", "received", "receive", "error", "errors", "err",
	"fehler", "fehlercode", "fehlermeldung", "antwort", "meldung", "erreur", "reponse",
	"réponse", "errore", "risposta", "respuesta", "resposta", "erro", "fout", "foutcode", "fel",
	"fejl", "virhe", "kod", "kód", "codigo", "código", "codice", "ошибка", "код", "ответ",
	"hata", "smtp", "esmtp", "lmtp", "message", "reason", "diagnostic", "failed", "failure",
	"rejected", "refused", "bounced", "deferred", "exception", "smtpexception", "smtperror",
	"smtpresponseexception", "login", "greeting", "banner", "server", "client", "host", "b",
	"data", "rcpt", "mail", "with", "text", "detail", "details", "info", "stat", "because",
	"replycode", "smtpcode", "delivery", "denied", "because", "bounce", "the", "an", "a", "by",
	NULL };

/* A number behind one of these is none. */
static const char *const denying[] = { "port", "ports", "line", "lines", "linia", "ligne", "zeile",
	"linea", "línea", "pid", "uid", "gid", "id", "http", "https", "size", "delay", "ttl",
	"timeout", "version", "php", "js", "java", "py", "rb", "go", "ts", "col", "column",
	"process", "thread", "job", "in", "after", "of", "for", "hop", "build", "rev", "page", "nr",
	NULL };

/* A number before one of these counts something. */
static const char *const units[] = { "bytes", "byte", "ms", "seconds", "secs", "sec", "s", "kb",
	"mb", "kib", "mib", "messages", "msgs", "minutes", "hours", "days", "users", "bits", "bit",
	"dpi", "octets", "times", "of", "x", NULL };

/* What a web server says behind such a number. */
static const char *const web[] = { "bad gateway", "internal server error", "not found", "forbidden",
	"unauthorized", "service unavailable", "service temporarily unavailable", "gateway timeout",
	"too many requests", "method not allowed", "not implemented", "unprocessable", NULL };

/* How programs mark the server's lines in a dialog; the number follows. */
static const char *const markers[] = { "s:", "server:", "recv:", "received:", "response:",
	"server -> client:", "smtp <-", "smtp<", "in:", "<==", "<=", "<-", "<<", "<~", "<",
	"srv:", "answer:", "reply:", "smtp:", "remote:", "r:", NULL };

static struct slice
token_text(const struct explain_tokens *tokens, size_t i)
{
	return slice_make(tokens->text.ptr + tokens->all[i].begin, tokens->all[i].len);
}

static bool
is_among(struct slice word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (slice_is_nocase(word, *list))
			return true;
	return false;
}

static uint8_t
octet_before(const struct explain_tokens *tokens, size_t i)
{
	const size_t begin = tokens->all[i].begin;

	return begin == 0 ? '\n' : tokens->text.ptr[begin - 1];
}

static uint8_t
octet_behind(const struct explain_tokens *tokens, size_t i)
{
	const size_t end = tokens->all[i].begin + tokens->all[i].len;

	return end >= tokens->text.len ? '\n' : tokens->text.ptr[end];
}

static bool
is_one_of(uint8_t c, const char *list)
{
	return c != '\0' && strchr(list, c) != NULL;
}

/* qmail's logs have "_" for a blank: "Remote_host_said:_553_sorry". */
static bool
is_between_written_blanks(const struct explain_tokens *tokens, size_t i)
{
	const size_t begin = tokens->all[i].begin;

	return begin >= 2 && tokens->text.ptr[begin - 2] == ':' && octet_before(tokens, i) == '_' &&
	       octet_behind(tokens, i) == '_';
}

/* Signs that make the number a part of something longer: 1.535, 2023-550, /421, 12:450:33. */
static bool
is_torn(const struct explain_tokens *tokens, size_t i)
{
	const uint8_t before = octet_before(tokens, i), behind = octet_behind(tokens, i);

	if (is_between_written_blanks(tokens, i))
		return false;
	if (is_one_of(before, ".@/_+$%") || is_one_of(behind, "@/_%+"))
		return true;
	if (before == '[' && behind == ']')
		return true; /* a pid */
	if (before == ':' && tokens->all[i].begin >= 2 &&
	    is_one_of(tokens->text.ptr[tokens->all[i].begin - 2], "0123456789"))
		return true; /* a time, or a column */
	if (before == '-' && tokens->all[i].begin >= 2 &&
	    !is_one_of(tokens->text.ptr[tokens->all[i].begin - 2], "\n-<"))
		return true;
	if (i + 1 < tokens->count && is_one_of(behind, ".:,")) {
		const uint8_t next = tokens->text.ptr[tokens->all[i + 1].begin];

		return tokens->all[i + 1].begin == tokens->all[i].begin + tokens->all[i].len + 1 &&
		       octet_is_digit(next);
	}
	return false;
}

static bool
starts_web_phrase(struct slice rest)
{
	while (rest.len > 0 && is_one_of(rest.ptr[0], " -:"))
		rest = slice_after(rest, 1);
	for (size_t i = 0; web[i] != NULL; i++)
		if (slice_starts_nocase(rest, web[i]))
			return true;
	return false;
}

/* "status code 500" is what web servers answer; mail has the same numbers, but not these words. */
static bool
is_web_status(const struct explain_tokens *tokens, size_t i)
{
	const uint8_t *digits = tokens->text.ptr + tokens->all[i].begin;

	return i >= 2 && slice_is_nocase(token_text(tokens, i - 1), "code") &&
	       slice_is_nocase(token_text(tokens, i - 2), "status") && digits[1] < '2' &&
	       (i < 3 || !slice_is_nocase(token_text(tokens, i - 3), "smtp"));
}

/* Does the word before or behind say that the number counts something else? */
static bool
is_other_number(const struct explain_tokens *tokens, size_t i)
{
	const struct explain_token *t = &tokens->all[i];

	if (i > 0 && t->begin - (t[-1].begin + t[-1].len) <= 3 &&
	    is_among(token_text(tokens, i - 1), denying))
		return true;
	if (i + 1 < tokens->count && octet_behind(tokens, i) == ' ' &&
	    is_among(token_text(tokens, i + 1), units) &&
	    !is_one_of(octet_before(tokens, i), "\n>"))
		return true;
	if (is_web_status(tokens, i))
		return true;
	return starts_web_phrase(slice_after(tokens->text, t->begin + t->len));
}

/* The octets of the line before the number, without blanks at their ends. */
static struct slice
line_before(const struct explain_tokens *tokens, size_t i)
{
	const size_t end = tokens->all[i].begin;
	size_t begin = end;

	while (begin > 0 && end - begin < PREFIX_MAX && tokens->text.ptr[begin - 1] != '\n')
		begin--;
	struct slice line = slice_make(tokens->text.ptr + begin, end - begin);

	while (line.len > 0 && is_one_of(line.ptr[line.len - 1], " \t"))
		line.len--;
	while (line.len > 0 && is_one_of(line.ptr[0], " \t"))
		line = slice_after(line, 1);
	return line;
}

static bool
ends_with_nocase(struct slice s, const char *end)
{
	const size_t len = strlen(end);

	return s.len >= len && slice_is_nocase(slice_after(s, s.len - len), end);
}

static bool
has_letters(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= 0x80 || octet_is_let_dig(s.ptr[i]))
			return true;
	return false;
}

/* A line that the server said in a dialog: nothing but signs, or a marker, before the number. */
static bool
is_line_of_dialog(const struct explain_tokens *tokens, size_t i)
{
	const struct slice before = line_before(tokens, i);

	if (!is_one_of(octet_behind(tokens, i), " -\r\n"))
		return false;
	if (!has_letters(before))
		return !ends_with_nocase(before, ".") && before.len < 16;
	for (size_t k = 0; markers[k] != NULL; k++)
		if (ends_with_nocase(before, markers[k]))
			return true;
	return false;
}

/* "said: 550", "code \"530\"", "(535, b'...", "response=421". */
static bool
is_announced(const struct explain_tokens *tokens, size_t i)
{
	const struct explain_token *t = tokens->all;

	for (size_t k = i; k > 0 && i - k < WORDS_BEFORE; k--) {
		if (t[k].begin - (t[k - 1].begin + t[k - 1].len) > WORD_DISTANCE_MAX)
			return false;
		if (is_among(token_text(tokens, k - 1), announcing))
			return true;
	}
	return false;
}

/* "Something is wrong: 550 text", "RCPT TO:<a@b>: 550 text": a colon or bracket, and text after. */
static bool
is_quoted(const struct explain_tokens *tokens, size_t i)
{
	const struct slice before = line_before(tokens, i);
	const size_t at = tokens->all[i].begin + tokens->all[i].len;
	const struct slice text = tokens->text;

	if (before.len == 0 || !is_one_of(before.ptr[before.len - 1], ":(\"'[]>;=|<"))
		return false;
	return at + 1 < text.len && is_one_of(text.ptr[at], " -,") &&
	       !octet_is_digit(text.ptr[at + 1]);
}

bool
explain_context_is_reply(const struct explain_tokens *tokens, size_t i)
{
	if (is_torn(tokens, i) || is_other_number(tokens, i))
		return false;
	return is_line_of_dialog(tokens, i) || is_announced(tokens, i) || is_quoted(tokens, i);
}

bool
explain_context_is_enhanced(const struct explain_tokens *tokens, size_t i, bool *ret_is_made_up)
{
	const struct slice word = i > 0 ? token_text(tokens, i - 1) : slice_make(NULL, 0);
	const uint8_t before = octet_before(tokens, i);
	const bool is_near =
	    i > 0 &&
	    tokens->all[i].begin - (tokens->all[i - 1].begin + tokens->all[i - 1].len) <= 3;

	*ret_is_made_up = false;
	if (is_near && slice_is_nocase(word, "version"))
		return false;
	if (is_near && (slice_is_nocase(word, "dsn") || slice_is_nocase(word, "status"))) {
		*ret_is_made_up = true;
		return true;
	}
	return is_one_of(before, "#=([<>\"'\n") || line_before(tokens, i).len == 0 ||
	       (is_near && is_among(word, announcing)) ||
	       ends_with_nocase(line_before(tokens, i), ":");
}
