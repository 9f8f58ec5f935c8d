/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/code.h"

extern const char autoconfig_sample_python[];
extern const char autoconfig_sample_php[];
extern const char autoconfig_sample_node[];
extern const char autoconfig_sample_go[];
extern const char autoconfig_sample_java[];
extern const char autoconfig_sample_csharp[];

static const struct {
	const char *name, *title, *sample;
} languages[AUTOCONFIG_LANGUAGE_COUNT] = {
	[AUTOCONFIG_PYTHON] = { "python", "Python (smtplib)", autoconfig_sample_python },
	[AUTOCONFIG_PHP] = { "php", "PHP (PHPMailer)", autoconfig_sample_php },
	[AUTOCONFIG_NODE] = { "node", "Node.js (nodemailer)", autoconfig_sample_node },
	[AUTOCONFIG_GO] = { "go", "Go (net/smtp)", autoconfig_sample_go },
	[AUTOCONFIG_JAVA] = { "java", "Java (Jakarta Mail)", autoconfig_sample_java },
	[AUTOCONFIG_CSHARP] = { "csharp", "C# (MailKit)", autoconfig_sample_csharp },
};

const char *
autoconfig_language_name(enum autoconfig_language language)
{
	return languages[language].name;
}

const char *
autoconfig_language_title(enum autoconfig_language language)
{
	return languages[language].title;
}

static bool
skip_prefix(struct slice *line, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (line->len < len || !slice_is(slice_first(*line, len), prefix))
		return false;
	*line = slice_after(*line, len);
	return true;
}

/* Lines of a sample that begin with a word in brackets are for such settings alone. */
static bool
is_for(struct slice *line, const struct autoconfig_settings *s)
{
	if (skip_prefix(line, "[tls]"))
		return s->submission.security == AUTOCONFIG_TLS;
	if (skip_prefix(line, "[starttls]"))
		return s->submission.security == AUTOCONFIG_STARTTLS;
	if (skip_prefix(line, "[name]"))
		return s->name != NULL;
	if (skip_prefix(line, "[no-name]"))
		return s->name == NULL;
	if (skip_prefix(line, "[alternative]"))
		return s->alternative.host != NULL;
	return true;
}

/* It stands in a comment. No host, which is letters, digits and ".-:", can end one. */
static void
add_alternative(const struct autoconfig_server *server, struct buf *out)
{
	(void)buf_addf(out, "%s, port %u, %s", server->host, (unsigned)server->port,
	    server->security == AUTOCONFIG_TLS ? "TLS from the first octet" : "STARTTLS");
}

/* {{port}} is a number, {{alternative}} words; the others are literals. False: none of them. */
static bool
add_value(enum autoconfig_language language, const struct autoconfig_settings *s,
    struct slice *line, struct buf *out)
{
	const char *value;

	if (skip_prefix(line, "{{port}}")) {
		(void)buf_addf(out, "%u", (unsigned)s->submission.port);
		return true;
	}
	if (skip_prefix(line, "{{alternative}}")) {
		add_alternative(&s->alternative, out);
		return true;
	}
	if (skip_prefix(line, "{{host}}"))
		value = s->submission.host;
	else if (skip_prefix(line, "{{user}}"))
		value = s->user;
	else if (skip_prefix(line, "{{from}}"))
		value = s->address;
	else if (skip_prefix(line, "{{name}}"))
		value = s->name;
	else
		return false;
	autoconfig_quote(language, slice_of(value), out);
	return true;
}

static void
add_line(enum autoconfig_language language, const struct autoconfig_settings *s, struct slice line,
    struct buf *out)
{
	while (line.len != 0) {
		const size_t len = slice_find(line, '{');

		(void)buf_add_slice(out, slice_first(line, len));
		line = slice_after(line, len);
		if (line.len != 0 && !add_value(language, s, &line, out)) {
			(void)buf_add_octet(out, '{');
			line = slice_after(line, 1);
		}
	}
	(void)buf_add_octet(out, '\n');
}

void
autoconfig_code(
    enum autoconfig_language language, const struct autoconfig_settings *settings, struct buf *out)
{
	struct slice text = slice_of(languages[language].sample);

	while (text.len != 0) {
		const size_t len = slice_find(text, '\n');
		struct slice line = slice_first(text, len);

		if (is_for(&line, settings))
			add_line(language, settings, line, out);
		text = slice_after(text, len == text.len ? len : len + 1);
	}
}
