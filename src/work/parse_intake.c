/* SPDX-License-Identifier: MIT */
/* Frames off the front of what came; each is one callback. */
#include "work/parse_intake.h"

#include "base/utf8.h"

void parse_intake_init(struct parse_intake *in, const struct parse_events *events, void *owner,
                       uint64_t output_max)
{
    *in = (struct parse_intake){ .events = events, .owner = owner, .output_max = output_max };
    buf_init(&in->bytes, ANSWER_MAX + ANSWER_HEADER + LINE_DATA_MAX);
}

void parse_intake_fini(struct parse_intake *in)
{
    buf_fini(&in->bytes);
}

static bool text_ok(struct str text, struct err *err)
{
    return utf8_valid(text) || err_set(err, ERR_PROTOCOL, "the parser sent text that is not UTF-8");
}

static bool ordinal_ok(struct parse_intake *in, uint32_t ordinal, struct err *err)
{
    return ordinal == in->ordinals++ ||
           err_set(err, ERR_PROTOCOL, "the parser sent image %u out of order", ordinal);
}

static bool pass_block(struct parse_intake *in, const struct answer_block *block, struct err *err)
{
    bool picture = block->kind == ANSWER_PICTURE;

    if (picture ? block->image < 0 || (uint32_t)block->image >= in->ordinals : block->image != -1)
        return err_set(err, ERR_PROTOCOL, "the parser sent a block of an image that is not there");
    if (!text_ok(block->text, err))
        return false;
    if (in->events->block != NULL)
        in->events->block(in->owner, block);
    return true;
}

static bool pass_image(struct parse_intake *in, const struct answer_image *image, struct err *err)
{
    if (image->same_as >= (int32_t)in->ordinals)
        return err_set(err, ERR_PROTOCOL, "the parser sent a copy of an image that is not there");
    if (!ordinal_ok(in, image->ordinal, err))
        return false;
    if (in->events->image != NULL)
        in->events->image(in->owner, image);
    return true;
}

static bool pass_reference(struct parse_intake *in, const struct answer_reference *reference,
                           struct err *err)
{
    if (!ordinal_ok(in, reference->ordinal, err) || !text_ok(reference->target, err) ||
        !text_ok(reference->alt, err))
        return false;
    if (in->events->reference != NULL)
        in->events->reference(in->owner, reference);
    return true;
}

static bool pass_meta(struct parse_intake *in, const struct answer_meta *meta, struct err *err)
{
    if (!text_ok(meta->title, err) || !text_ok(meta->format, err))
        return false;
    if (in->events->meta != NULL)
        in->events->meta(in->owner, meta);
    return true;
}

static bool pass_warn(struct parse_intake *in, const struct answer_warn *warn, struct err *err)
{
    if (!text_ok(warn->text, err))
        return false;
    if (in->events->warn != NULL)
        in->events->warn(in->owner, warn);
    return true;
}

static bool take_end(struct parse_intake *in, const struct answer_end *end, struct err *err)
{
    static const enum err_code codes[ANSWER_VERDICTS] = { ERR_NONE, ERR_INPUT, ERR_LIMIT,
                                                          ERR_UNSUPPORTED };

    if (!text_ok(end->text, err))
        return false;
    in->ended = true;
    if (end->verdict != ANSWER_OK)
        err_set(&in->verdict, codes[end->verdict], STR_FMT, STR_ARG(end->text));
    return true;
}

static bool pass_on(struct parse_intake *in, const struct answer *answer, struct err *err)
{
    if (in->ended)
        return err_set(err, ERR_PROTOCOL, "the parser went on after its end");
    in->passed_on = true;
    switch (answer->kind) {
    case ANSWER_META:
        return pass_meta(in, &answer->as.meta, err);
    case ANSWER_BLOCK:
        return pass_block(in, &answer->as.block, err);
    case ANSWER_IMAGE:
        return pass_image(in, &answer->as.image, err);
    case ANSWER_REFERENCE:
        return pass_reference(in, &answer->as.reference, err);
    case ANSWER_WARN:
        return pass_warn(in, &answer->as.warn, err);
    case ANSWER_END:
        return take_end(in, &answer->as.end, err);
    }
    return false;
}

/* Whole frames off the front of the answer; stops when a callback cancels or closes.
 */
static bool take_answers(struct parse_intake *in, struct err *err)
{
    struct str rest = buf_str(&in->bytes);
    struct answer answer;
    size_t used = 1;

    while (used > 0 && !in->stopped) {
        if (!answer_read(rest, &used, &answer, err) || (used > 0 && !pass_on(in, &answer, err)))
            return false;
        rest = str_from(rest, used);
    }
    buf_drop_front(&in->bytes, in->bytes.len - rest.len);
    return true;
}

bool parse_intake_take(struct parse_intake *in, struct str bytes, struct err *err)
{
    in->received += bytes.len;
    if (in->received > in->output_max)
        return err_set(err, ERR_LIMIT, "it makes more than %u MiB of output",
                       (unsigned)(in->output_max >> 20));
    if (!buf_add_str(&in->bytes, bytes))
        return err_set(err, ERR_PROTOCOL, "the parser sent a frame that is too long");
    return take_answers(in, err);
}
