/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/estate.h"

#include <errno.h>

#include "proc/memfd.h"
#include "util/fd.h"
#include "util/log.h"

enum {
	ERRORS_MAX = 64 * 1024,
	CONFIG_TEXT_MAX = 4096 * 1024,
};

/* One event for each line. */
static void
log_lines(enum log_level level, const char *event, struct slice lines)
{
	while (lines.len != 0) {
		size_t len = slice_find(lines, '\n');
		struct log_line l;

		log_begin(&l, level, event);
		log_slice(&l, "reason", slice_first(lines, len));
		log_end(&l);
		lines = slice_after(lines, len == lines.len ? len : len + 1);
	}
}

static int
print_config(const struct config *config, struct buf *errors)
{
	struct buf text;
	int fd;

	buf_init(&text, CONFIG_TEXT_MAX);
	config_print(config, &text);
	fd = text.overflow ? -EFBIG : proc_memfd_make("config", buf_slice(&text));
	buf_done(&text);
	if (fd < 0)
		(void)buf_addf(errors, "config: %s", strerrordesc_np(-fd));
	return fd;
}

/* Everything but the ports, which need the rest to be right. */
static int
acquire(const char *path, struct supervisor_estate *e, struct buf *errors)
{
	int r = config_load(path, &e->config, errors);

	if (r != 0)
		return r;
	log_set_level((enum log_level)e->config->log_level);
	r = supervisor_users_resolve(&e->config->users, &e->users, errors);
	if (r == 0)
		r = supervisor_materials_load(e->config, -1, &e->materials, errors);
	if (r == 0)
		r = supervisor_users_make_directories(
		    e->config->state_directory, &e->users, errors);
	if (r != 0)
		return r;
	e->config_fd = print_config(e->config, errors);
	return e->config_fd < 0 ? e->config_fd : 0;
}

int
supervisor_estate_open(
    const char *config_path, const char *program, struct supervisor_estate *ret_estate)
{
	struct supervisor_estate e = { .program = program, .config_fd = -1 };
	struct buf errors;
	int r;

	buf_init(&errors, ERRORS_MAX);
	r = acquire(config_path, &e, &errors);
	if (r == 0)
		r = supervisor_ports_bind(e.config, &e.ports, &errors);
	log_lines(LOG_LEVEL_ERROR, "start-failed", buf_slice(&errors));
	buf_done(&errors);
	if (r == 0)
		*ret_estate = e;
	else
		supervisor_estate_done(&e);
	return r;
}

static void
swap_text(char **a, char **b)
{
	char *held = *a;

	*a = *b;
	*b = held;
}

/* The running values of what processes, users, directories and sockets were made from. */
static void
keep_running_values(struct config *from, struct config *to)
{
	struct config_listener *listeners = to->listeners;
	size_t listener_count = to->listener_count;
	struct config_users users = to->users;

	to->listeners = from->listeners;
	to->listener_count = from->listener_count;
	to->users = from->users;
	from->listeners = listeners;
	from->listener_count = listener_count;
	from->users = users;
	swap_text(&from->state_directory, &to->state_directory);
	to->submission_processes = from->submission_processes;
	to->delivery_processes = from->delivery_processes;
}

/* Takes over what a reload has made; the old is given back. */
static void
replace(struct supervisor_estate *e, struct supervisor_estate *fresh)
{
	config_free(&e->config);
	fd_close(&e->config_fd);
	supervisor_materials_done(&e->materials);
	e->config = fresh->config;
	e->config_fd = fresh->config_fd;
	e->materials = fresh->materials;
	log_set_level((enum log_level)e->config->log_level);
}

static void
log_restart_needed(const struct config *old_config, const struct config *new_config)
{
	struct buf lines;

	buf_init(&lines, ERRORS_MAX);
	(void)config_restart_needed(old_config, new_config, &lines);
	log_lines(LOG_LEVEL_WARNING, "restart-needed", buf_slice(&lines));
	buf_done(&lines);
}

int
supervisor_estate_reload(struct supervisor_estate *e, const char *config_path)
{
	struct supervisor_estate fresh = { .config_fd = -1 };
	struct buf errors;
	int r;

	buf_init(&errors, ERRORS_MAX);
	r = config_load(config_path, &fresh.config, &errors);
	if (r == 0)
		r = supervisor_materials_load(fresh.config,
		    supervisor_materials_ticket_key(&e->materials), &fresh.materials, &errors);
	if (r == 0) {
		log_restart_needed(e->config, fresh.config);
		keep_running_values(e->config, fresh.config);
		fresh.config_fd = print_config(fresh.config, &errors);
		r = fresh.config_fd < 0 ? fresh.config_fd : 0;
		if (r != 0)
			keep_running_values(fresh.config, e->config);
	}
	log_lines(LOG_LEVEL_ERROR, "reload-failed", buf_slice(&errors));
	buf_done(&errors);
	if (r == 0)
		replace(e, &fresh);
	else
		supervisor_estate_done(&fresh);
	return r;
}

void
supervisor_estate_done(struct supervisor_estate *e)
{
	config_free(&e->config);
	fd_close(&e->config_fd);
	supervisor_materials_done(&e->materials);
	supervisor_ports_done(&e->ports);
}
