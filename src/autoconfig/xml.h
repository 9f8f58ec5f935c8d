/* SPDX-License-Identifier: Apache-2.0 */
/* xml.h - elements of XML, one a line. Names are ours, values anybody's. Pure. */
#ifndef AUTOCONFIG_XML_H
#define AUTOCONFIG_XML_H

#include "util/buf.h"

struct autoconfig_xml {
	struct buf *out;
	unsigned depth;
};

/* <name attribute="value">, indented; attribute NULL: none. */
void autoconfig_xml_open(
    struct autoconfig_xml *xml, const char *name, const char *attribute, const char *value);
void autoconfig_xml_close(struct autoconfig_xml *xml, const char *name);
/* <name>text</name> */
void autoconfig_xml_text(struct autoconfig_xml *xml, const char *name, const char *text);
/* <name/> */
void autoconfig_xml_empty(struct autoconfig_xml *xml, const char *name);
void autoconfig_xml_number(struct autoconfig_xml *xml, const char *name, unsigned number);

#endif
