/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/printable.h"

void
audit_make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\n' || *text == '\r' || *text == '\t')
			*text = ' ';
		else if (*text < 0x20 || *text > 0x7e)
			*text = '?';
}
