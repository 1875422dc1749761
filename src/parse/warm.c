/* SPDX-License-Identifier: MIT */
/* After the jail each of these would be a SIGSYS in some document's child. */
#include "parse/warm.h"

#include "base/err.h"
#include "base/hash.h"
#include "parse/zip.h"

#include <libxml/parser.h>
#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

/* An archive of one part with the name \u00e9 and the byte x in it. */
static const unsigned char small_zip[] = {
    80, 75, 3, 4, 20, 0,  0, 8,   0,  0,   0,   0,   33, 0,  131, 22, 220, 140, 1,  0,  0,
    0,  1,  0, 0, 0,  2,  0, 0,   0,  195, 169, 120, 80, 75, 1,   2,  20,  0,   20, 0,  0,
    8,  0,  0, 0, 0,  33, 0, 131, 22, 220, 140, 1,   0,  0,  0,   1,  0,   0,   0,  2,  0,
    0,  0,  0, 0, 0,  0,  0, 0,   0,  0,   0,   0,   0,  0,  0,   0,  195, 169, 80, 75, 5,
    6,  0,  0, 0, 0,  1,  0, 1,   0,  48,  0,   0,   0,  33, 0,   0,  0,   0,   0
};

static int by_value(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

void warm_libraries(void)
{
    char unsorted[4096] = "warm";
    struct zip zip = { .bytes = { (const char *)small_zip, sizeof(small_zip) } };
    struct buf part;

    mallopt(M_MMAP_THRESHOLD, 64 << 20); /* pictures come and go: reuse their pages */
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
    (void)hash_of(STR("warm"));                     /* OpenSSL reads its configuration */
    qsort(unsorted, sizeof(unsorted), 1, by_value); /* glibc asks for the size of the memory */
    tzset(); /* glibc looks for the time zone's file: archives hold local times */
    xmlInitParser();
    setlocale(LC_CTYPE, "C.UTF-8"); /* names in archives are UTF-8 and need no converter */
    ensure(zip_part(&zip, "\xc3\xa9", &part, NULL));
    buf_fini(&part);
}
