/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/cli.h"

int
cli_version(int argc, char **argv)
{
	static const struct cli_option options[] = { { .name = NULL } };
	static const struct cli_usage usage = {
		.synopsis = "sallyport version",
		.text = "Prints the version.",
		.options = options,
	};
	int count, r = cli_parse(&usage, argc, argv, &count);

	if (r != CLI_GO)
		return r;
	(void)printf("sallyport %s\n", SALLYPORT_VERSION);
	return cli_flush();
}
