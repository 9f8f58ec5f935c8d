/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/pool.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "auth/hash.h"
#include "util/alloc.h"
#include "util/fd.h"

struct job_list {
	struct auth_job *first, *last;
};

struct auth_pool {
	struct auth_pool_handler handler;
	int wake; /* eventfd: jobs are done */
	struct event *readable;
	size_t in_hand; /* loop only: submitted, not given back yet */
	unsigned thread_count;
	pthread_t *threads;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t has_work;
	struct job_list waiting, done;
	bool is_stopping;
};

struct auth_job *
auth_job_new(struct secret *password, const char *hash, void *owner)
{
	struct auth_job *j = xcalloc(1, sizeof *j);

	j->password = *password;
	*password = (struct secret){ NULL, 0 };
	j->hash = xstrdup(hash);
	j->owner = owner;
	return j;
}

void
auth_job_free(struct auth_job **j)
{
	if (*j == NULL)
		return;
	secret_done(&(*j)->password);
	explicit_bzero((*j)->hash, strlen((*j)->hash));
	free((*j)->hash);
	free(*j);
	*j = NULL;
}

static void
push(struct job_list *l, struct auth_job *job)
{
	job->next = NULL;
	if (l->last == NULL)
		l->first = job;
	else
		l->last->next = job;
	l->last = job;
}

static struct auth_job *
pop(struct job_list *l)
{
	struct auth_job *job = l->first;

	if (job == NULL)
		return NULL;
	l->first = job->next;
	if (l->first == NULL)
		l->last = NULL;
	job->next = NULL;
	return job;
}

/* NULL: the pool ends. */
static struct auth_job *
wait_for_job(struct auth_pool *p)
{
	struct auth_job *job;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->is_stopping && p->waiting.first == NULL)
		(void)pthread_cond_wait(&p->has_work, &p->lock);
	job = p->is_stopping ? NULL : pop(&p->waiting);
	(void)pthread_mutex_unlock(&p->lock);
	return job;
}

static void
give_back(struct auth_pool *p, struct auth_job *job)
{
	bool was_empty;

	(void)pthread_mutex_lock(&p->lock);
	was_empty = p->done.first == NULL;
	push(&p->done, job);
	(void)pthread_mutex_unlock(&p->lock);
	if (was_empty)
		(void)eventfd_write(p->wake, 1);
}

static void *
work(void *arg)
{
	struct auth_pool *p = arg;
	struct auth_job *job;

	while ((job = wait_for_job(p)) != NULL) {
		job->matches = auth_hash_matches(secret_slice(&job->password), job->hash);
		job->is_compared = true;
		give_back(p, job);
	}
	return NULL;
}

static struct auth_job *
take_all(struct auth_pool *p, struct job_list *l)
{
	struct auth_job *first;

	(void)pthread_mutex_lock(&p->lock);
	first = l->first;
	*l = (struct job_list){ NULL, NULL };
	(void)pthread_mutex_unlock(&p->lock);
	return first;
}

static void
deliver(struct auth_pool *p, struct auth_job *job)
{
	while (job != NULL) {
		struct auth_job *next = job->next;

		p->in_hand--;
		p->handler.on_done(p->handler.ctx, job);
		job = next;
	}
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct auth_pool *p = arg;
	eventfd_t count;

	(void)what;
	(void)eventfd_read(fd, &count);
	deliver(p, take_all(p, &p->done));
}

static int
start_threads(struct auth_pool *p, unsigned thread_count)
{
	sigset_t all, before;
	int error = 0;

	p->threads = xcalloc(thread_count, sizeof *p->threads);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (error == 0 && p->thread_count < thread_count) {
		error = pthread_create(&p->threads[p->thread_count], NULL, work, p);
		if (error == 0)
			p->thread_count++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int
auth_pool_new(struct event_base *base, unsigned thread_count,
    const struct auth_pool_handler *handler, struct auth_pool **ret_pool)
{
	struct auth_pool *p = xcalloc(1, sizeof *p);
	int r;

	assert(thread_count > 0);
	p->handler = *handler;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->has_work, NULL);
	p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = p->wake < 0 ? -errno : 0;
	if (r == 0) {
		p->readable = event_new(base, p->wake, EV_READ | EV_PERSIST, on_wake, p);
		if (p->readable == NULL || event_add(p->readable, NULL) != 0)
			abort();
		r = start_threads(p, thread_count);
	}
	if (r < 0) {
		auth_pool_free(&p);
		return r;
	}
	*ret_pool = p;
	return 0;
}

bool
auth_pool_submit(struct auth_pool *p, struct auth_job *job, size_t waiting_max)
{
	if (p->in_hand >= p->thread_count && p->in_hand - p->thread_count >= waiting_max)
		return false;
	p->in_hand++;
	(void)pthread_mutex_lock(&p->lock);
	push(&p->waiting, job);
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_cond_signal(&p->has_work);
	return true;
}

static void
stop_threads(struct auth_pool *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->is_stopping = true;
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_cond_broadcast(&p->has_work);
	for (unsigned i = 0; i < p->thread_count; i++)
		(void)pthread_join(p->threads[i], NULL);
}

void
auth_pool_free(struct auth_pool **p)
{
	struct auth_pool *pool = *p;

	if (pool == NULL)
		return;
	stop_threads(pool);
	deliver(pool, take_all(pool, &pool->done));
	deliver(pool, take_all(pool, &pool->waiting));
	if (pool->readable != NULL)
		event_free(pool->readable);
	fd_close(&pool->wake);
	(void)pthread_cond_destroy(&pool->has_work);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
	free(pool);
	*p = NULL;
}
