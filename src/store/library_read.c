/* SPDX-License-Identifier: MIT */
/* Search: words by BM25, nearness by a flat scan, both orders fused by reciprocal rank. */
#include "base/buf.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "sql/library.h"
#include "store/library.h"
#include "store/library_conn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUERY_CAP = 8192,
    HITS_MAX = 200,  /* looked at by each order before they are fused */
    RANK_OFFSET = 60 /* the usual constant of reciprocal rank fusion */
};

struct found {
    int64_t chunk_id;
    double score;
};
struct found_list {
    struct found at[HITS_MAX];
    size_t count;
};

/* ---- words ---- */

static bool is_word(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What people type has no syntax but "a phrase": everything else becomes quoted words, any of which
 * may match; more and rarer ones score higher. */
static void match_of(struct str query, struct buf *match)
{
    size_t i = 0;

    while (i < query.len) {
        bool phrase = query.at[i] == '"';
        size_t from = phrase ? ++i : i;

        while (i < query.len && (phrase ? query.at[i] != '"' : is_word((unsigned char)query.at[i])))
            i++;
        if (i > from) {
            buf_add_text(match, match->len > 0 ? " OR \"" : "\"");
            buf_add(match, query.at + from, i - from);
            buf_add_char(match, '"');
        }
        i += i < query.len;
    }
}

static bool find_words(struct library_conn *conn, const struct library_search *search,
                       struct found_list *out)
{
    struct buf match;
    struct library_query q;

    buf_init(&match, QUERY_CAP);
    match_of(str_of(search->query), &match);
    if (match.len == 0 || !buf_ok(&match)) {
        buf_fini(&match);
        return true;
    }
    q = library_query(conn, sql_library_words);
    library_bind_str(&q, buf_str(&match));
    library_bind_str(&q, str_of(search->collection));
    library_bind_str(&q, str_of(search->collection));
    library_bind_int(&q, HITS_MAX);
    while (out->count < HITS_MAX && library_step(&q)) {
        out->at[out->count].chunk_id = library_int(&q);
        out->at[out->count++].score = library_real(&q);
    }
    buf_fini(&match);
    return library_finish(&q);
}

/* ---- nearness ---- */

static double cosine(const float *a, const float *b, int dims)
{
    double dot = 0, aa = 0, bb = 0;

    for (int i = 0; i < dims; i++) {
        dot += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return aa > 0 && bb > 0 ? dot / sqrt(aa * bb) : 0;
}

/* Keeps the best HITS_MAX in falling order. */
static void found_insert(struct found_list *list, struct found found)
{
    size_t i = list->count;

    if (i == HITS_MAX && found.score <= list->at[i - 1].score)
        return;
    if (i < HITS_MAX)
        list->count++;
    else
        i--;
    for (; i > 0 && list->at[i - 1].score < found.score; i--)
        list->at[i] = list->at[i - 1];
    list->at[i] = found;
}

static bool find_near(struct library_conn *conn, const struct library_search *search,
                      struct found_list *out)
{
    struct library_query q = library_query(conn, sql_library_scan);
    size_t size = (size_t)search->dims * sizeof(float);
    float *row = xmalloc(size);

    library_bind_str(&q, str_of(search->model));
    library_bind_int(&q, search->dims);
    library_bind_str(&q, str_of(search->collection));
    library_bind_str(&q, str_of(search->collection));
    while (library_step(&q)) {
        int64_t id = library_int(&q);
        struct str value = library_blob(&q);

        if (value.len != size)
            continue;
        memcpy(row, value.at, size);
        found_insert(out, (struct found){ id, cosine(row, search->vector, search->dims) });
    }
    free(row);
    return library_finish(&q);
}

/* ---- both ---- */

static void fuse(const struct found_list *list, struct found_list *sum)
{
    for (size_t i = 0; i < list->count; i++) {
        size_t at = 0;

        while (at < sum->count && sum->at[at].chunk_id != list->at[i].chunk_id)
            at++;
        if (at == sum->count) {
            if (sum->count == HITS_MAX)
                continue;
            sum->at[sum->count++] = (struct found){ list->at[i].chunk_id, 0 };
        }
        sum->at[at].score += 1.0 / (double)(RANK_OFFSET + (int)i + 1);
    }
}

static int by_score(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->score < y->score)
        return 1;
    if (x->score > y->score)
        return -1;
    return x->chunk_id > y->chunk_id ? 1 : -1;
}

static bool hit_read(struct library_conn *conn, struct library_search *search,
                     const struct found *found)
{
    struct library_query q = library_query(conn, sql_library_hit);
    struct library_hit *hit = &search->hit[search->count];

    library_bind_int(&q, found->chunk_id);
    if (library_step(&q)) {
        hit->uri = arena_copy(search->arena, library_str(&q));
        hit->section = arena_copy(search->arena, library_str(&q));
        hit->text = arena_copy(search->arena, library_str(&q));
        hit->page = (int)library_int(&q);
        hit->image = (int)library_int(&q);
        hit->image_text = arena_copy(search->arena, library_str(&q));
        hit->score = found->score;
        search->count++;
    }
    return library_finish(&q);
}

static bool search_run(struct library_conn *conn, struct library_req *req)
{
    struct library_search *search = req->subject;
    struct found_list *words = xcalloc(3, sizeof *words), *near = words + 1, *best = words;
    size_t limit = search->limit > 0 ? (size_t)search->limit : 10;
    bool ok = find_words(conn, search, words);

    search->count = 0;
    search->hybrid = false;
    if (ok && search->vector != NULL && search->dims > 0) {
        ok = find_near(conn, search, near);
        search->hybrid = ok && near->count > 0;
    }
    if (ok && search->hybrid) {
        best = words + 2;
        fuse(words, best);
        fuse(near, best);
        qsort(best->at, best->count, sizeof *best->at, by_score);
    }
    search->hit = ARENA_ARRAY(search->arena, struct library_hit, limit + 1);
    for (size_t i = 0; ok && i < best->count && search->count < limit; i++)
        ok = hit_read(conn, search, &best->at[i]);
    free(words);
    return ok;
}

void library_search(struct library *library, struct library_req *req, struct library_search *search,
                    void (*done)(struct library_req *))
{
    *req = (struct library_req){ .run = search_run, .done = done, .subject = search };
    library_submit(library, req);
}

static bool vectors_run(struct library_conn *conn, struct library_req *req)
{
    struct library_vectors *vectors = req->subject;
    struct library_query q = library_query(conn, sql_library_model);

    *vectors = (struct library_vectors){ 0 };
    if (library_step(&q)) {
        str_copy(vectors->model, sizeof vectors->model, library_str(&q));
        vectors->count = library_int(&q);
    }
    return library_finish(&q);
}

void library_vectors(struct library *library, struct library_req *req,
                     struct library_vectors *vectors, void (*done)(struct library_req *))
{
    *req = (struct library_req){ .run = vectors_run, .done = done, .subject = vectors };
    library_submit(library, req);
}
