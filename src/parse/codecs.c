/* SPDX-License-Identifier: MIT */
/* Walks the table of image codecs; they are in codec_*.c. */
#include "parse/codec.h"

static const struct codec codecs[] = {
#define CODEC(name, mime) { #name, mime, name##_is, name##_decode },
#include "parse/codecs.def"
#undef CODEC
};

const struct codec *codec_of(struct str bytes)
{
    for (size_t i = 0; i < COUNT_OF(codecs); i++)
        if (codecs[i].is(bytes))
            return &codecs[i];
    return NULL;
}
