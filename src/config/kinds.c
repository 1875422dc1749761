/* SPDX-License-Identifier: MIT */
/* What is known of a kind of provider without being told (kinds.def), and where keys come from. */
#include "base/url.h"
#include "base/xalloc.h"
#include "config/draft.h"
#include "config/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_CAP = 16 << 10 };

struct kind {
    const char *name, *kind, *key_variables, *url_variables, *region;
    bool local;
    const char *text_model, *vision_model, *embedding_model;
};

static const struct kind kinds[] = {
#define KIND(its_name, its_kind, keys, urls, its_region, is_local, text, vision, embedding)        \
    { .name = (its_name),                                                                          \
      .kind = (its_kind),                                                                          \
      .key_variables = (keys),                                                                     \
      .url_variables = (urls),                                                                     \
      .region = (its_region),                                                                      \
      .local = (is_local),                                                                         \
      .text_model = (text),                                                                        \
      .vision_model = (vision),                                                                    \
      .embedding_model = (embedding) },
#include "config/kinds.def"
#undef KIND
};

static const struct kind *kind_named(const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return &kinds[i];
    return NULL;
}

/* The first of these variables (names with spaces between) that is set; copied into `name`. */
static const char *first_set(char *const *env, const char *names, char name[64])
{
    struct str rest = str_of(names);

    while (rest.len > 0) {
        struct str one = str_cut(&rest, ' ');
        const char *value;

        str_copy(name, 64, one);
        value = env_get(env, name);
        if (value != NULL)
            return value;
    }
    name[0] = '\0';
    return NULL;
}

/* Ollama's own forms of an address: "host", ":11434", "0.0.0.0:11434", "http://host". */
static void ollama_url(const char *value, char out[256])
{
    struct str rest = str_of(value), host, behind;
    const char *scheme = str_starts(rest, STR("https://")) ? "https://" : "http://";
    size_t end = 0;
    bool plain;

    if (str_starts(rest, str_of(scheme)))
        rest = str_from(rest, strlen(scheme));
    while (rest.len > 0 && rest.at[rest.len - 1] == '/')
        rest.len--;
    if (rest.len > 0 && rest.at[0] == '[') /* an IPv6 address */
        end = str_find(rest, STR("]"), &end) ? end + 1 : rest.len;
    while (end < rest.len && rest.at[end] != ':' && rest.at[end] != '/')
        end++;
    host = str_first(rest, end);
    behind = str_from(rest, end);
    if (host.len == 0 || str_is(host, "0.0.0.0"))
        host = STR("127.0.0.1"); /* where it listens on all, it is here */
    plain = behind.len == 0 && strcmp(scheme, "http://") == 0;
    snprintf(out, 256, "%s" STR_FMT STR_FMT "%s", scheme, STR_ARG(host), STR_ARG(behind),
             plain ? ":11434" : "");
}

void kinds_find(struct draft *draft)
{
    if (draft->config->providers > 0)
        return;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct kind *kind = &kinds[i];
        struct config_provider *provider;
        char variable[64];

        if (kind->name[0] == '\0' || (kind->key_variables[0] != '\0' &&
                                      first_set(draft->env, kind->key_variables, variable) == NULL))
            continue;
        provider = draft_provider(draft, (struct place){ 0, 0 });
        provider->found = true;
        str_copy(provider->name, sizeof(provider->name), str_of(kind->name));
        str_copy(provider->kind, sizeof(provider->kind), str_of(kind->kind));
    }
}

/* Is the address one of this machine's own? The default address of a local kind is. */
static bool is_here(const char *url)
{
    return url[0] == '\0' || url_is_loopback(str_of(url));
}

static bool was_said(const struct said *said, const char *path)
{
    return said_at(said, CONFIG_PROVIDER, path).line > 0;
}

static void take_url(struct draft *draft, const struct kind *kind, struct config_provider *provider)
{
    char variable[64], why[WHY_TEXT];
    const char *value = first_set(draft->env, kind->url_variables, variable);
    int number = option_find(CONFIG_PROVIDER, STR("base_url"));
    char url[256];

    if (value == NULL)
        return;
    if (strcmp(kind->kind, "ollama") == 0) {
        ollama_url(value, url);
        value = url;
    }
    if (!option_set(option_at((size_t)number), provider, str_of(value), why))
        draft_wrong(draft, (struct place){ 0, 0 }, variable, "%s", why);
}

static void take_models(const struct kind *kind, struct config_provider *provider)
{
    const char *models[TASK_TYPES] = {
        [TASK_GENERATION] = kind->text_model,
        [TASK_VISION] = kind->vision_model,
        [TASK_EMBEDDING] = kind->embedding_model,
    };

    for (int i = 0; i < TASK_TYPES; i++)
        if (models[i] != NULL && provider->model[i][0] == '\0')
            str_copy(provider->model[i], sizeof(provider->model[i]), str_of(models[i]));
}

void kinds_complete(struct draft *draft, size_t i)
{
    struct config_provider *provider = &draft->config->provider[i];
    const struct said *said = &draft->provider[i];
    const struct kind *kind;

    if (provider->kind[0] == '\0') { /* a well-known name tells its kind; others are one */
        str_copy(provider->kind, sizeof(provider->kind), str_of(provider->name));
        for (size_t k = 0; k < COUNT_OF(kinds); k++)
            if (strcmp(kinds[k].name, provider->name) == 0)
                str_copy(provider->kind, sizeof(provider->kind), str_of(kinds[k].kind));
    }
    kind = kind_named(provider->kind);
    if (kind != NULL) {
        if (!was_said(said, "base_url"))
            take_url(draft, kind, provider);
        if (!was_said(said, "region"))
            str_copy(provider->region, sizeof(provider->region), str_of(kind->region));
        take_models(kind, provider);
    }
    if (!was_said(said, "local"))
        provider->local = kind != NULL && kind->local && is_here(provider->base_url);
    if (!was_said(said, "price"))
        str_copy(provider->price, sizeof(provider->price),
                 provider->local ? STR("free") : STR("book"));
}

/* --- keys --- */

/* Keys stand in a header: printable, and on one line. */
static bool key_take(struct draft *draft, struct config_provider *provider, struct place at,
                     const char *option, struct str text)
{
    text = str_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.at[i] <= 0x20 || (unsigned char)text.at[i] >= 0x7F) {
            draft_wrong(draft, at, option, "gives a key with characters that no key has");
            return false;
        }
    }
    if (text.len > 0)
        provider->api_key = xstrndup(text.at, text.len);
    return text.len > 0;
}

static void key_from_file(struct draft *draft, struct config_provider *provider, struct place at)
{
    const char *home = env_get(draft->env, "HOME"), *path = provider->api_key_file;
    char whole[CONFIG_PATH], bytes[KEY_CAP];
    size_t len = 0;
    ssize_t got = 1;
    int file;

    if (str_starts(str_of(path), STR("~/")) && home != NULL) {
        if (snprintf(whole, sizeof(whole), "%s%s", home, path + 1) >= (int)sizeof(whole)) {
            draft_wrong(draft, at, "api_key_file", "is too long a path");
            return;
        }
        path = whole;
    }
    file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        draft_wrong(draft, at, "api_key_file", "cannot be opened: %s", strerror(errno));
        return;
    }
    while (len < sizeof(bytes) && got > 0) {
        got = read(file, bytes + len, sizeof(bytes) - len);
        if (got > 0)
            len += (size_t)got;
    }
    if (got < 0)
        draft_wrong(draft, at, "api_key_file", "cannot be read: %s", strerror(errno));
    else if (len == sizeof(bytes))
        draft_wrong(draft, at, "api_key_file", "is too large to hold just a key");
    else if (key_take(draft, provider, at, "api_key_file", (struct str){ bytes, len }))
        snprintf(provider->key_from, sizeof(provider->key_from), "file %s", provider->api_key_file);
    else
        draft_wrong(draft, at, "api_key_file", "holds no key");
    close(file);
    explicit_bzero(bytes, sizeof(bytes));
}

static void key_from_env(struct draft *draft, struct config_provider *provider, struct place at)
{
    const char *value = env_get(draft->env, provider->api_key_env);

    if (value == NULL) /* not wrong: the provider cannot be asked, and `providers` says why */
        snprintf(provider->key_from, sizeof(provider->key_from), "environment %s (not set)",
                 provider->api_key_env);
    else if (key_take(draft, provider, at, "api_key_env", str_of(value)))
        snprintf(provider->key_from, sizeof(provider->key_from), "environment %s",
                 provider->api_key_env);
}

void kinds_key(struct draft *draft, size_t i)
{
    struct config_provider *provider = &draft->config->provider[i];
    const struct said *said = &draft->provider[i];
    const struct kind *kind = kind_named(provider->kind);
    int ways = (provider->api_key_env[0] != '\0') + (provider->api_key_file[0] != '\0') +
               (provider->api_key_command[0] != '\0');

    if (ways > 1) {
        draft_wrong(draft, said->at, "api_key_env",
                    "is one of two or more: give the key in one way");
    } else if (provider->api_key_file[0] != '\0') {
        key_from_file(draft, provider, said_at(said, CONFIG_PROVIDER, "api_key_file"));
    } else if (provider->api_key_command[0] != '\0') {
        str_copy(provider->key_from, sizeof(provider->key_from), STR("command"));
    } else {
        if (ways == 0 && kind != NULL && kind->key_variables[0] != '\0' &&
            first_set(draft->env, kind->key_variables, provider->api_key_env) == NULL)
            str_copy(
                provider->api_key_env, sizeof(provider->api_key_env),
                str_cut(&(struct str){ kind->key_variables, strlen(kind->key_variables) }, ' '));
        if (provider->api_key_env[0] != '\0')
            key_from_env(draft, provider, said_at(said, CONFIG_PROVIDER, "api_key_env"));
    }
}
