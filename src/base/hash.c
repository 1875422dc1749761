/* SPDX-License-Identifier: MIT */
/* SHA-256 by libcrypto's EVP. */
#include "base/hash.h"

#include "base/err.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* A hasher is libcrypto's context under another name. */
static EVP_MD_CTX *context(struct hasher *hasher)
{
    return (EVP_MD_CTX *)(void *)hasher;
}

struct hasher *hasher_new(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    ensure(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
    return (struct hasher *)(void *)ctx;
}

void hasher_add(struct hasher *hasher, const void *bytes, size_t len)
{
    ensure(EVP_DigestUpdate(context(hasher), bytes, len) == 1);
}

struct hash hasher_end_take(struct hasher *hasher)
{
    struct hash hash;

    ensure(EVP_DigestFinal_ex(context(hasher), hash.byte, NULL) == 1);
    EVP_MD_CTX_free(context(hasher));
    return hash;
}

struct hash hash_of(struct str bytes)
{
    struct hasher *hasher = hasher_new();

    hasher_add(hasher, bytes.at, bytes.len);
    return hasher_end_take(hasher);
}

struct hash hash_of_fields(const struct str *field, size_t count)
{
    struct hasher *hasher = hasher_new();

    for (size_t i = 0; i < count; i++) {
        char head[32];
        int len = snprintf(head, sizeof(head), "%zu:", field[i].len);

        hasher_add(hasher, head, (size_t)len);
        hasher_add(hasher, field[i].at, field[i].len);
    }
    return hasher_end_take(hasher);
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->byte, b->byte, HASH_BYTES) == 0;
}

const char *hash_text(const struct hash *hash, char out[HASH_TEXT])
{
    for (int i = 0; i < HASH_BYTES; i++)
        snprintf(out + (size_t)i * 2, 3, "%02x", hash->byte[i]);
    return out;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hash_read(struct str hex, struct hash *out)
{
    if (hex.len != HASH_TEXT - 1)
        return false;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        int high = hex_digit(hex.at[i * 2]), low = hex_digit(hex.at[i * 2 + 1]);

        if (high < 0 || low < 0)
            return false;
        out->byte[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}
