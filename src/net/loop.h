/* SPDX-License-Identifier: MIT */
/* The one loop of a program, its timers and signals. Other layers see plain types, never libuv. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* Never NULL. SIGPIPE is ignored from then on. Owned by the caller until loop_close. */
struct loop *loop_new(void);
/* Runs until loop_stop, or until nothing is left to wait for. The only caller of uv_run. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* Closes what is the loop's own and runs it dry. False: a handle of someone else is still open
 * (each is logged by type); the memory is then kept, and loop_close may be called again. Call it
 * last. It waits up to 5 s for what the pool still holds. */
bool loop_close(struct loop *loop);

/* Called once a turn, right before the loop sleeps; several may be set, called in that order. */
void loop_before_sleep(struct loop *loop, void (*fn)(void *arg), void *arg);
void loop_before_sleep_drop(struct loop *loop, void (*fn)(void *arg), void *arg);
/* Makes sure that the loop turns once more soon (before_sleep runs again). Loop thread only. */
void loop_mark(struct loop *loop);

/* A bell that any thread may ring; `fn` runs on the loop, once or more after each ring. */
struct bell;
struct bell *bell_new(struct loop *loop, void (*fn)(void *arg), void *arg);
void bell_ring(struct bell *bell);  /* any thread */
void bell_close(struct bell *bell); /* NULL is fine; no call after it */

/* Timers. The handle is freed by timer_close; starting again moves it. */
struct timer;
struct timer *timer_new(struct loop *loop, void (*fn)(void *arg), void *arg);
void timer_start(struct timer *timer, int64_t after_ms, int64_t every_ms); /* every 0: once */
void timer_stop(struct timer *timer);
void timer_close(struct timer *timer); /* NULL is fine; no call after it */

/* Signals: fn(arg, signum). */
struct signal_watch;
struct signal_watch *signal_watch_new(struct loop *loop, int signum, void (*fn)(void *, int),
                                      void *arg);
void signal_watch_close(struct signal_watch *watch);

/* Readable-watch on a descriptor the caller owns (the UI's tty). It becomes non-blocking. */
struct fd_watch;
struct fd_watch *fd_watch_new(struct loop *loop, int fd, void (*fn)(void *arg), void *arg);
void fd_watch_close(struct fd_watch *watch); /* does not close fd */

/* Longest turns, for the stall figures: milliseconds of the worst turn since the last call. */
double loop_worst_turn_ms(struct loop *loop);
int64_t loop_mono_ms(struct loop *loop);

#endif
