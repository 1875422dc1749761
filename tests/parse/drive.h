/* SPDX-License-Identifier: MIT */
/* A synchronous client of purser-parse for tests: starts a real zygote, asks, collects. */
#ifndef TESTS_PARSE_DRIVE_H
#define TESTS_PARSE_DRIVE_H

#include "base/arena.h"
#include "parse/protocol.h"

#include <sys/types.h>

struct drive {
    pid_t pid;
    int to, from, fd_to; /* stdin, stdout, descriptors */
    uint32_t next_id;
    struct line_hello hello;
    struct buf in;
};

/* Everything one ask brought. Text and bytes live in the arena. */
struct drive_result {
    struct arena arena;
    struct line_exit exit;
    struct answer_meta meta;
    struct answer_block *block;
    struct answer_image *image;
    struct answer_reference *reference;
    struct answer_warn *warn;
    size_t blocks, images, references, warns;
    bool ended; /* an answer_end came */
    struct answer_end end;
    bool broken; /* the answer broke the protocol: what came before it was kept */
    size_t output;
};

/* `args`: words for purser-parse, ends with NULL; NULL: none. False: no hello. */
bool drive_open(struct drive *drive, const char *program, const char *const *args);
/* Closes stdin; returns the wait status of the zygote. */
int drive_close(struct drive *drive);

struct parse_ask drive_ask(enum line_kind kind, const char *name);

/* Sends without waiting. path NULL: ask->bytes inline. Returns the id. */
uint32_t drive_send(struct drive *drive, const struct parse_ask *ask, const char *path);
void drive_cancel(struct drive *drive, uint32_t id);
/* Reads until the exit of `id`; answers to other asks are lost. False: the zygote went away. */
bool drive_wait(struct drive *drive, uint32_t id, struct drive_result *out);

/* All of it for one file. */
bool drive_file(struct drive *drive, enum line_kind kind, const char *path,
                struct drive_result *out);
void drive_result_fini(struct drive_result *result);

/* The first block whose text contains `what`, or NULL. */
const struct answer_block *drive_find(const struct drive_result *result, const char *what);

#endif
