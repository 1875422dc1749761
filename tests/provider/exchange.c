/* SPDX-License-Identifier: MIT */
/* The dialects as the metered client uses them. Each piece is fed from memory of its own size, so
 * that the address sanitizer sees a read beyond it. */
#include "exchange.h"

#include "base/xalloc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool exchange_use(struct exchange *exchange, struct str name)
{
    const struct provider_preset *preset = provider_preset_find(name);

    exchange->account = (struct provider_account){ .name = "test", .key = "sk-test" };
    exchange->dialect = provider_find(preset == NULL ? name : str_of(preset->dialect));
    if (preset != NULL) {
        exchange->account.base_url = preset->base_url[0] == '\0' ? NULL : preset->base_url;
        exchange->account.convention = preset->convention;
        exchange->account.quirks = preset->quirks;
        exchange->account.local = preset->local;
    }
    return exchange->dialect != NULL;
}

static bool feed_copy(const struct exchange *x, struct str piece, struct provider_reply *reply,
                      struct err *err)
{
    char *copy = xmalloc(piece.len + 1);
    bool ok;

    memcpy(copy, piece.at, piece.len);
    copy = xrealloc(copy, piece.len == 0 ? 1 : piece.len);
    ok = x->dialect->feed(&x->account, &x->request, (struct str){ copy, piece.len }, reply, err);
    free(copy);
    return ok;
}

static bool feed_pieces(const struct exchange *x, struct str bytes, size_t split,
                        struct provider_reply *reply, struct err *err)
{
    if (split != SIZE_MAX) {
        struct str first = str_first(bytes, split == 0 ? bytes.len : split);

        if (first.len > 0 && !feed_copy(x, first, reply, err))
            return false;
        bytes = str_from(bytes, first.len);
        return bytes.len == 0 || feed_copy(x, bytes, reply, err);
    }
    for (; bytes.len > 0; bytes = str_from(bytes, 1))
        if (!feed_copy(x, str_first(bytes, 1), reply, err))
            return false;
    return true;
}

enum outcome exchange_run(const struct exchange *x, struct str bytes, struct arrival arrival,
                          struct provider_reply *reply, bool *ok, struct err *err)
{
    provider_reply_init(reply);
    err_clear(err);
    bytes = str_first(bytes, arrival.keep);
    if (x->request.stream && x->status < 300) {
        *ok = feed_pieces(x, bytes, arrival.split, reply, err);
        x->dialect->end(&x->account, &x->request, reply);
    } else {
        *ok = x->dialect->decode(&x->account, &x->request, x->status, bytes, reply, err);
    }
    return x->dialect->classify(&x->account, x->status, reply);
}

char *exchange_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    char *bytes;

    if (file == NULL)
        return NULL;
    ensure(fstat(fileno(file), &info) == 0);
    bytes = xmalloc((size_t)info.st_size + 1);
    *len = fread(bytes, 1, (size_t)info.st_size, file);
    bytes[*len] = '\0';
    fclose(file);
    return bytes;
}

static int walk(const char *dir, int depth, const char *ending,
                void (*found)(const char *path, void *owner), void *owner)
{
    struct dirent **entry = NULL;
    int n = scandir(dir, &entry, NULL, alphasort), count = 0;

    for (int i = 0; i < n; i++) {
        char path[1024];
        struct stat info;

        snprintf(path, sizeof(path), "%s/%s", dir, entry[i]->d_name);
        if (entry[i]->d_name[0] != '.' && stat(path, &info) == 0) {
            if (S_ISDIR(info.st_mode) && depth > 0) {
                count += walk(path, depth - 1, ending, found, owner);
            } else if (str_ends(str_of(path), str_of(ending))) {
                found(path, owner);
                count++;
            }
        }
        free(entry[i]);
    }
    free(entry);
    return count;
}

int exchange_walk(const char *dir, const char *ending, void (*found)(const char *path, void *owner),
                  void *owner)
{
    return walk(dir, 1, ending, found, owner);
}
