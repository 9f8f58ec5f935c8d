/* SPDX-License-Identifier: Apache-2.0 */
/* html_way.c - the picture of the way: stations in a row, with the place where it ends. */
#include "doctor/cell.h"
#include "doctor/html.h"
#include "doctor/way.h"

/* Of the list item: what its dot and the line behind it look like. */
static const char *
class_of(const struct doctor_way *way, size_t at)
{
	switch (way->end_kind) {
	case DOCTOR_WAY_THROUGH:
		return "passed";
	case DOCTOR_WAY_SOMEWHERE:
		return at == 0 ? "doubt" : "beyond";
	case DOCTOR_WAY_AT:
		if (at == way->end)
			return "stop";
		return at < way->end ? "passed" : "beyond";
	case DOCTOR_WAY_BEHIND:
		if (at == way->end)
			return "last";
		return at < way->end ? "passed" : "beyond";
	}
	return "beyond";
}

static void
add_title(const struct doctor_facts *facts, const struct doctor_station *station, struct buf *out)
{
	switch (station->kind) {
	case DOCTOR_STATION_MACHINE:
		(void)buf_add_text(out, "This machine");
		return;
	case DOCTOR_STATION_GATEWAY:
		(void)buf_add_text(out, "Your router");
		return;
	case DOCTOR_STATION_ROUTER:
		(void)buf_add_text(out, "Router");
		return;
	case DOCTOR_STATION_UNKNOWN:
		if (station->hop_count == 0)
			(void)buf_add_text(out, "In between");
		else
			(void)buf_addf(out, "%u silent hop%s", station->hop_count,
			    station->hop_count == 1 ? "" : "s");
		return;
	case DOCTOR_STATION_HOST:
		doctor_html_text(facts->host, out);
		return;
	}
}

static void
add_facts(const struct doctor_station *station, struct buf *out)
{
	if (station->has_ip) {
		(void)buf_add_text(out, "<span class=\"address\">");
		doctor_cell_ip(&station->ip, out);
		(void)buf_add_text(out, "</span>");
	}
	if (station->ttl == 0 || station->hop_count == 0)
		return;
	(void)buf_addf(out, "<span class=\"hop\">hop %u", station->ttl);
	if (station->took_us != 0) {
		(void)buf_add_text(out, ", ");
		doctor_cell_took(station->took_us, out);
	}
	(void)buf_add_text(out, "</span>");
}

/* What is told at the place where it ends. */
static const char *
end_words(const struct doctor_way *way, const struct doctor_probe *probe)
{
	switch (way->end_kind) {
	case DOCTOR_WAY_THROUGH:
	case DOCTOR_WAY_SOMEWHERE:
		return NULL;
	case DOCTOR_WAY_BEHIND:
		return "dropped here or at the next hop";
	case DOCTOR_WAY_AT:
		break;
	}
	if (probe->dialog.tcp.end == PROBE_TCP_OPEN)
		return "answers in the server's name";
	if (way->end == 0)
		return "not allowed out";
	return probe->dialog.tcp.end == PROBE_TCP_RESET ? "refuses (reset)" : "rejects";
}

static void
add_station(const struct doctor_facts *facts, const struct doctor_probe *probe,
    const struct doctor_way *way, size_t at, struct buf *out)
{
	const char *words = at == way->end ? end_words(way, probe) : NULL;

	(void)buf_addf(out, "<li class=\"%s\"><span class=\"dot\"></span><b>", class_of(way, at));
	add_title(facts, &way->stations[at], out);
	(void)buf_add_text(out, "</b>");
	add_facts(&way->stations[at], out);
	if (words != NULL)
		(void)buf_addf(out, "<em>%s</em>", words);
	(void)buf_add_text(out, "</li>\n");
}

static bool
is_intercepted(const struct doctor_verdict *verdict)
{
	return !verdict->is_fine && verdict->finding_count > 0 &&
	       verdict->findings[0].cause->class == EXPLAIN_CLASS_INTERCEPTED;
}

static const char *
summary(const struct doctor_way *way, const struct doctor_verdict *verdict)
{
	switch (way->end_kind) {
	case DOCTOR_WAY_THROUGH:
		return is_intercepted(verdict)
			   ? "Packets are answered, but someone on the way has a hand in it."
			   : "Packets come through to the server.";
	case DOCTOR_WAY_AT:
		if (way->end + 1 == way->count)
			return "The server itself refuses.";
		return "The way ends before the server answers.";
	case DOCTOR_WAY_BEHIND:
		return "The way ends before the server answers.";
	case DOCTOR_WAY_SOMEWHERE:
		return "No answer came; where the way ends is not known.";
	}
	return "";
}

void
doctor_html_way(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	const struct doctor_probe *probe = doctor_way_probe(facts, verdict);
	struct doctor_way way;

	if (probe == NULL)
		return;
	doctor_way_draw(facts, probe, &way);
	(void)buf_add_text(out, "<section>\n<h2>The way to ");
	doctor_cell_endpoint(probe, out);
	(void)buf_addf(
	    out, "</h2>\n<p class=\"quiet\">%s</p>\n<ol class=\"way\">\n", summary(&way, verdict));
	for (size_t i = 0; i < way.count; i++)
		add_station(facts, probe, &way, i, out);
	(void)buf_add_text(out, "</ol>\n</section>\n");
}
