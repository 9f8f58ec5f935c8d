/* SPDX-License-Identifier: Apache-2.0 */
/* command.h - `sallyport account`, each run in a process of its own, as root and as anybody else.
 */
#ifndef TESTS_AUTH_COMMAND_H
#define TESTS_AUTH_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "auth/accounts.h"
#include "auth/scratch.h"

#define COMMAND_GOOD "a good password"

enum { COMMAND_PATH_SIZE = 4096, COMMAND_OUTPUT_SIZE = 8192, COMMAND_AUTH_UID = 60002 };

struct command {
	struct scratch scratch;
	char config_path[COMMAND_PATH_SIZE];
	char output[COMMAND_OUTPUT_SIZE]; /* of the last run */
};

/* The state is a struct command: a config, and nothing else yet. */
int command_set_up(void **state);
int command_tear_down(void **state);
/*
 * Exit code of `sallyport account WORDS`; words are cut at spaces, and the config is named behind
 * the subcommand unless they have one. Standard output is in f->output then.
 */
int command_run(struct command *f, const char *input, const char *words);
/* The same in the process that it is called in, with the descriptors that it has. */
_Noreturn void command_become(const struct command *f, const char *words);
int command_wait(pid_t child);
/* What the store says of an account: NULL when there is none. */
struct auth_account *command_find(const struct command *f, const char *name);
bool command_has_password(const struct command *f, const char *name, const char *password);

#endif
