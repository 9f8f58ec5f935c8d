/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage.h - what a dialog is played on: the limits and options of the engine.
 *
 * Directives that set the stage, before anything else:
 *   implicit-tls              TLS from the first octet
 *   complete-addresses        a local part alone gets "@mail.example.com"
 *   limit NAME VALUE          a member of struct smtp_server_limits
 *   priority-max NUMBER       the highest MT-PRIORITY; else 0
 *   complete-addresses        what has no domain is given our hostname
 *   profile legacy-device     how line ends are read; else strict
 *   unix-time SECONDS         it is then; else the beginning of 1970
 */
#ifndef DIALOG_STAGE_H
#define DIALOG_STAGE_H

#include <stdbool.h>

#include "smtp/server.h"

/* The time, in the engine's milliseconds, when a dialog begins. */
enum { STAGE_START_MS = 1000 };

struct stage {
	struct smtp_server_limits limits;
	struct smtp_server_options options; /* borrows the limits: a stage does not move */
};

void stage_init(struct stage *s);
/* words end with NULL. Returns false when they set nothing. */
bool stage_set(struct stage *s, char **words);

#endif
