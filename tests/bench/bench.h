/* SPDX-License-Identifier: MIT */
/* What every measuring program needs: CPU time, medians, and the one form of a row. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

/* Microseconds of CPU, user and system, this process has used. */
static inline double bench_cpu_us(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static inline double bench_wall_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static inline int bench_compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Sorts the figures; they are the caller's. */
static inline double bench_median(double *figure, size_t count)
{
    qsort(figure, count, sizeof(*figure), bench_compare);
    return count % 2 == 1 ? figure[count / 2] : (figure[count / 2 - 1] + figure[count / 2]) / 2;
}

/* "what  figure unit  aim": one line, aim may be "". */
static inline void bench_row(const char *what, double figure, const char *unit, const char *aim)
{
    printf("%-58s %12.3f %-10s %s\n", what, figure, unit, aim);
    fflush(stdout);
}

#endif
