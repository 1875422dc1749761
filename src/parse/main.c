/* SPDX-License-Identifier: MIT */
/* purser-parse: loads its libraries, shuts its jail, then serves. Started by purserd, not by hand.
 */
#include "parse/jail.h"
#include "parse/warm.h"
#include "parse/zygote.h"

#include "base/str.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const char usage[] =
    "usage: purser-parse [--ocr] [--tessdata DIR]\n"
    "Reads documents for purserd, in a jail. Requests come on stdin, descriptors of documents on\n"
    "descriptor 3, answers go to stdout; see src/parse/protocol.h.\n";

struct options {
    bool ocr;
    const char *tessdata;
};

/* False: *status is the exit status. */
static bool read_options(int argc, char **argv, struct options *out, int *status)
{
    for (int i = 1; i < argc; i++) {
        struct str word = str_of(argv[i]);

        if (str_is(word, "--ocr")) {
            out->ocr = true;
        } else if (str_is(word, "--tessdata") && i + 1 < argc) {
            out->tessdata = argv[++i];
        } else if (str_is(word, "--version")) {
            printf("purser-parse %s\n", PURSER_VERSION);
            *status = 0;
            return false;
        } else {
            fputs(usage, str_is(word, "--help") ? stdout : stderr);
            *status = str_is(word, "--help") ? 0 : 2;
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options options = { .ocr = false };
    struct err err = { .code = ERR_NONE };
    struct ocr *ocr = NULL;
    struct jail jail;
    int status;

    if (!read_options(argc, argv, &options, &status))
        return status;
    if (isatty(STDIN_FILENO)) {
        fputs(usage, stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (!jail_prepare(&err))
        return 4;
    warm_libraries();
    if (options.ocr && (ocr = ocr_new(options.tessdata, &err)) == NULL)
        return 5;
    if (!jail_shut(&jail, &err))
        return 4;
    _exit(zygote_run(&jail, ocr)); /* nothing is left to flush */
}
