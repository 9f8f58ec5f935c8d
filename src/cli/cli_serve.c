/* SPDX-License-Identifier: Apache-2.0 */
/* cli_serve.c - sallyport serve: the supervisor, or one of its children. */
#include <stdio.h>
#include <string.h>

#include "auth/auth.h"
#include "cli/cli.h"
#include "delivery/delivery.h"
#include "proc/role.h"
#include "queue/queue.h"
#include "submission/submission.h"
#include "supervisor/supervisor.h"
#include "util/slice.h"

/* admin joins with its own issue: one more row. */
static const struct role_main {
	enum proc_role role;
	int (*run)(unsigned index);
} role_mains[] = {
	{ PROC_ROLE_SUBMISSION, submission_main },
	{ PROC_ROLE_AUTH, auth_main },
	{ PROC_ROLE_QUEUE, queue_main },
	{ PROC_ROLE_DELIVERY, delivery_main },
};

static int
run_role(const char *name, const char *index_text)
{
	enum proc_role role;
	uint64_t index;

	if (!proc_role_find(name, &role) ||
	    !slice_to_u64(slice_of(index_text), CONFIG_PROCESSES_MAX - 1, &index)) {
		cli_complain("--role and --index are for the supervisor's use");
		return EX_USAGE;
	}
	for (size_t i = 0; i < sizeof role_mains / sizeof role_mains[0]; i++)
		if (role_mains[i].role == role)
			return role_mains[i].run((unsigned)index);
	cli_complain("role \"%s\" has no process of its own", name);
	return EX_USAGE;
}

int
cli_serve(int argc, char **argv)
{
	const char *path = CLI_CONFIG_PATH, *role = NULL, *index = "0";
	const struct cli_option options[] = {
		{ 'c', "config", "FILE", "read FILE, not " CLI_CONFIG_PATH, &path, NULL },
		{ '\0', "role", "NAME", NULL, &role, NULL },
		{ '\0', "index", "N", NULL, &index, NULL },
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		.synopsis = "sallyport serve [-c FILE]",
		.text = "Runs the server in the foreground and logs to standard error. SIGHUP "
			"makes it\n"
			"read the configuration and the certificate again, SIGTERM makes it finish "
			"what\n"
			"is in flight and stop.",
		.options = options,
	};
	int count, r = cli_parse(&usage, argc, argv, &count);

	if (r != CLI_GO)
		return r;
	return role == NULL ? supervisor_run(path) : run_role(role, index);
}
