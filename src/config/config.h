/* SPDX-License-Identifier: MIT */
/* Configuration: YAML, environment and defaults in one struct, made from options.def. Every key is
 * used or refused with its place. Read before the loop starts: it opens files. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"
#include "base/err.h"
#include "core/budget.h"
#include "core/money.h"
#include "core/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONFIG_PATH = 1024, CONFIG_LIST = 8 };

/* Where everything lies. Plain terminated paths. */
struct config_paths {
    char config_file[CONFIG_PATH];
    char state_dir[CONFIG_PATH]; /* purser.db, library.db, log-YYYY-MM.db, purserd.log, the lock */
    char runtime_dir[CONFIG_PATH];
    char socket[108]; /* fits sockaddr_un; a state directory too deep for it gets one in /tmp */
};

/* `home` (--home) beats PURSER_HOME beats XDG. env is as `environ`. Creates nothing. */
bool config_paths(const char *home, char *const *env, struct config_paths *out,
                  struct err *err) MUST_CHECK;
/* Creates state and runtime directory, mode 0700; refuses one that belongs to somebody else. */
bool config_paths_make(const struct config_paths *paths, struct err *err) MUST_CHECK;

/* A provider of `providers:`, or one found in the environment. */
struct config_provider {
    char name[64];      /* its key in the map: "alibaba_cloud" */
    char kind[32];      /* a dialect or preset of src/provider, by name; unchecked here */
    char base_url[256]; /* "": the kind's own */
    char region[32], organization[96], api_version[32];
    char price[16];      /* "book" or "free" */
    char price_as[64];   /* "" or the provider name under which the price book lists it */
    bool enabled, local; /* local: what must not leave this machine may be sent there */
    char api_key_env[64], api_key_file[CONFIG_PATH];
    char api_key_command[256]; /* not run here: the daemon does, when api_key is NULL */
    int64_t connect_timeout_ms, first_byte_timeout_ms, idle_timeout_ms;
    int64_t concurrency;                            /* ceiling of the window */
    int64_t requests_per_minute, tokens_per_minute; /* 0: no limit of ours */
    int64_t context_max;                            /* tokens; 0: what the price book says */
    char model[TASK_TYPES][96];                     /* `models:`; "" where none is set */
    char *api_key;                   /* NULL: none. Owned, overwritten when freed. Never log it. */
    char key_from[CONFIG_PATH + 16]; /* "environment OPENAI_API_KEY", "file ...", "command", "" */
    bool found;                      /* from the environment, not from the file */
};

struct config_budget {
    char name[64];
    bool limited;       /* false: limit is `none` */
    struct money limit; /* 0 blocks every paid call */
    struct period_rule period;
    struct budget_scope scope;
    bool hard;
    int alert[CONFIG_LIST]; /* percent, ascending */
    int alerts;
};

/* A line of `routing.rules` when it is a list. */
struct config_rule {
    uint32_t types, classes, qualities, complexities; /* BIT(enum value); 0: any */
    int64_t batch_over;                               /* batch larger than this; -1: any */
    char use[160];                                    /* "provider/model" or "provider" */
    char reason[64];
};

struct config_images {
    int64_t min_size;                           /* pixels, both sides */
    int64_t min_aspect_milli, max_aspect_milli; /* width / height in thousandths */
    int64_t min_colours;                        /* distinct RGB values */
    int64_t max_pages;  /* a picture on more pages than this is decoration */
    int64_t render_dpi; /* of a page with next to no text */
};

struct config {
    struct config_provider *provider;
    size_t providers;
    struct config_budget *budget;
    size_t budgets;
    struct config_rule *rule; /* none: the seed's rules */
    size_t rules;
    struct {
        char local[64], cloud[64], premium[64]; /* who plays the roles of the seed's rules */
        char fallback[CONFIG_LIST][64];
        int fallbacks;
        char model[TASK_TYPES][160]; /* "provider/model"; "" where none is set */
    } routing;
    struct {
        char unpriced[24];          /* deny, allow_unmetered */
        int64_t default_max_output; /* tokens, put into a call that names no limit */
        bool fit;                   /* a shorter answer instead of a refusal */
        int64_t tries;              /* those that count, the first included */
        int64_t concurrency;        /* calls in flight in all */
        char estimate[16];          /* of a split total: half, upper */
    } calls;
    struct {
        struct config_images images;
        int64_t describe_concurrency, describe_max_output;
        int64_t chunk_tokens, chunk_overlap;
        int64_t max_file_bytes;
        int64_t parsers;                              /* children at once; 0: cores - 1 */
        char describe[160], embed[160], extract[160]; /* ocr|off|auto|provider/model */
        char ocr_language[64];
    } ingest;
    struct {
        bool resume;     /* an interrupted job goes on by itself */
        int64_t at_once; /* jobs that run at the same time */
    } jobs;
    struct {
        int percent[CONFIG_LIST]; /* for budgets that name none */
        int percents;
        char command[512], webhook[512];
        bool bell;
    } alerts;
    struct {
        char theme[32];
        char colour[16]; /* auto, never, 8, 16, 256, rgb */
        bool mouse, ascii;
    } ui;
    struct {
        char level[16]; /* debug info warn error */
    } log;
};

/* One thing that is wrong with the configuration. line and column count from 1; 0: unknown. */
struct config_error {
    char file[256], key[128];
    int line, column;
    char message[256];
};
struct config_errors {
    struct config_error *error; /* owned; in order of place */
    size_t count;
};
void config_errors_free(struct config_errors *errors); /* leaves an empty list */
/* "FILE:LINE:COLUMN: KEY: MESSAGE" appended, control characters made harmless. */
void config_error_text(const struct config_error *error, struct buf *to);

/* Reads `file` when it exists (NULL: no file), then the environment, over the defaults. *out is
 * owned by the caller. False: at least one error, *out is NULL; all errors are listed. */
bool config_load(const char *file, char *const *env, struct config **out,
                 struct config_errors *errors) MUST_CHECK;
/* The same from text; `file` is only its name in errors. */
bool config_read(struct str yaml, const char *file, char *const *env, struct config **out,
                 struct config_errors *errors) MUST_CHECK;
void config_free(struct config *config); /* NULL is fine */

/* NULL when there is none of that name. */
const struct config_provider *config_provider_find(const struct config *config, const char *name);

/* The commented file that `config init` writes: every key with its default and meaning. */
void config_sample(struct buf *to);

/* --- the option table, for help, manual and `config show` --- */

enum config_scope { CONFIG_ROOT, CONFIG_PROVIDER, CONFIG_BUDGET, CONFIG_RULE };
struct config_option {
    enum config_scope scope;
    const char *path; /* below its scope: "ingest.images.min_size", "base_url" */
    const char *otherwise, *unit, *help;
};
size_t config_option_count(void);
struct config_option config_option_at(size_t i);
/* The value an option of CONFIG_ROOT has, as text. */
void config_option_show(const struct config *config, size_t i, struct buf *to);

#endif
