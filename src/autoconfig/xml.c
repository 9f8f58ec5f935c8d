/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/xml.h"

#include <assert.h>

#include "autoconfig/quote.h"

static void
indent(const struct autoconfig_xml *xml)
{
	for (unsigned i = 0; i < xml->depth; i++)
		(void)buf_add_text(xml->out, "  ");
}

void
autoconfig_xml_open(
    struct autoconfig_xml *xml, const char *name, const char *attribute, const char *value)
{
	indent(xml);
	(void)buf_addf(xml->out, "<%s", name);
	if (attribute != NULL) {
		(void)buf_addf(xml->out, " %s=\"", attribute);
		autoconfig_quote_xml(slice_of(value), xml->out);
		(void)buf_add_octet(xml->out, '"');
	}
	(void)buf_add_text(xml->out, ">\n");
	xml->depth++;
}

void
autoconfig_xml_close(struct autoconfig_xml *xml, const char *name)
{
	assert(xml->depth != 0);
	xml->depth--;
	indent(xml);
	(void)buf_addf(xml->out, "</%s>\n", name);
}

void
autoconfig_xml_text(struct autoconfig_xml *xml, const char *name, const char *text)
{
	indent(xml);
	(void)buf_addf(xml->out, "<%s>", name);
	autoconfig_quote_xml(slice_of(text), xml->out);
	(void)buf_addf(xml->out, "</%s>\n", name);
}

void
autoconfig_xml_number(struct autoconfig_xml *xml, const char *name, unsigned number)
{
	indent(xml);
	(void)buf_addf(xml->out, "<%s>%u</%s>\n", name, number, name);
}

void
autoconfig_xml_empty(struct autoconfig_xml *xml, const char *name)
{
	indent(xml);
	(void)buf_addf(xml->out, "<%s/>\n", name);
}
