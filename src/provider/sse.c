/* SPDX-License-Identifier: MIT */
/* The two cutters. A line that arrives whole is used where it lies; only its rest is copied. */
#include "provider/sse.h"

#include "provider/provider.h"

#include <string.h>

void cutter_init(struct cutter *cutter)
{
    *cutter = (struct cutter){ .mode = CUT_UNKNOWN };
    buf_init(&cutter->data, REPLY_LINE_CAP);
}

void cutter_fini(struct cutter *cutter)
{
    buf_fini(&cutter->data);
}

static bool too_long(struct err *err)
{
    return err_set(err, ERR_LIMIT, "a line of the streamed answer is longer than %d bytes",
                   REPLY_LINE_CAP);
}

static bool keep_pending(struct buf *pending, struct str bytes, struct err *err)
{
    if (pending->len + bytes.len > REPLY_LINE_CAP)
        return too_long(err);
    return buf_add_str(pending, bytes) || too_long(err);
}

static bool dispatch(struct cutter *cutter, cut_fn *got, void *owner, struct err *err)
{
    bool ok = !cutter->has_data || got(owner, cutter->event, buf_str(&cutter->data), err);

    cutter->has_data = false;
    cutter->event[0] = '\0';
    buf_clear(&cutter->data);
    return ok;
}

/* One line without its end. Comments have an empty field name; unknown fields mean nothing. */
static bool take_line(struct cutter *cutter, struct str line, cut_fn *got, void *owner,
                      struct err *err)
{
    struct str value = line, name;

    if (line.len == 0)
        return dispatch(cutter, got, owner, err);
    name = str_cut(&value, ':');
    if (value.len > 0 && value.at[0] == ' ')
        value = str_from(value, 1);
    if (str_is(name, "event"))
        str_copy(cutter->event, sizeof(cutter->event), value);
    if (!str_is(name, "data"))
        return true;
    if (cutter->has_data)
        buf_add_char(&cutter->data, '\n');
    cutter->has_data = true;
    return buf_add_str(&cutter->data, value) || too_long(err);
}

/* Looks at the first byte that is not white space or part of a byte order mark. */
static struct str find_mode(struct cutter *cutter, struct str bytes)
{
    while (bytes.len > 0 && cutter->mode == CUT_UNKNOWN) {
        if (strchr(" \t\r\n\xEF\xBB\xBF", bytes.at[0]) == NULL || bytes.at[0] == '\0')
            cutter->mode = memchr("{[<", bytes.at[0], 3) != NULL ? CUT_BODY : CUT_EVENTS;
        else
            bytes = str_from(bytes, 1);
    }
    return bytes;
}

/* Where the line ends: at \n or \r; bytes.len when it does not end here. */
static size_t line_length(struct str bytes)
{
    const char *lf = memchr(bytes.at, '\n', bytes.len);
    size_t len = lf == NULL ? bytes.len : (size_t)(lf - bytes.at);
    const char *cr = memchr(bytes.at, '\r', len);

    return cr == NULL ? len : (size_t)(cr - bytes.at);
}

static bool take_lines(struct cutter *cutter, struct buf *pending, struct str bytes, cut_fn *got,
                       void *owner, struct err *err)
{
    while (bytes.len > 0) {
        size_t len;
        struct str line;
        bool ok;

        if (cutter->after_cr && bytes.at[0] == '\n') {
            cutter->after_cr = false;
            bytes = str_from(bytes, 1);
            continue;
        }
        cutter->after_cr = false;
        len = line_length(bytes);
        line = str_first(bytes, len);
        if (len == bytes.len)
            return keep_pending(pending, line, err);
        cutter->after_cr = bytes.at[len] == '\r';
        bytes = str_from(bytes, len + 1);
        if (pending->len == 0) {
            if (!take_line(cutter, line, got, owner, err))
                return false;
            continue;
        }
        ok = keep_pending(pending, line, err) &&
             take_line(cutter, buf_str(pending), got, owner, err);
        buf_clear(pending);
        if (!ok)
            return false;
    }
    return true;
}

bool sse_feed(struct cutter *cutter, struct buf *pending, struct str bytes, cut_fn *got,
              void *owner, struct err *err)
{
    if (cutter->mode == CUT_UNKNOWN)
        bytes = find_mode(cutter, bytes);
    if (cutter->mode == CUT_BODY)
        return buf_add_str(pending, bytes) ||
               err_set(err, ERR_LIMIT, "the answer is longer than %d bytes", REPLY_CONTENT_CAP);
    return bytes.len == 0 || take_lines(cutter, pending, bytes, got, owner, err);
}

bool sse_end(struct cutter *cutter, struct buf *pending, cut_fn *got, void *owner, struct err *err)
{
    bool ok = true;

    if (cutter->mode != CUT_EVENTS)
        return true;
    if (pending->len > 0)
        ok = take_line(cutter, buf_str(pending), got, owner, err);
    buf_clear(pending);
    return ok && dispatch(cutter, got, owner, err);
}

static bool json_line(struct str line, cut_fn *got, void *owner, struct err *err)
{
    line = str_trim(line);
    if (line.len > REPLY_LINE_CAP)
        return too_long(err);
    return line.len == 0 || got(owner, "", line, err);
}

bool ndjson_feed(struct buf *pending, struct str bytes, cut_fn *got, void *owner, struct err *err)
{
    while (bytes.len > 0) {
        const char *end = memchr(bytes.at, '\n', bytes.len);
        struct str line;
        bool ok;

        if (end == NULL)
            return keep_pending(pending, bytes, err);
        line = str_cut(&bytes, '\n');
        if (pending->len == 0) {
            if (!json_line(line, got, owner, err))
                return false;
            continue;
        }
        ok = keep_pending(pending, line, err) && json_line(buf_str(pending), got, owner, err);
        buf_clear(pending);
        if (!ok)
            return false;
    }
    return true;
}

bool ndjson_end(struct buf *pending, cut_fn *got, void *owner, struct err *err)
{
    bool ok = json_line(buf_str(pending), got, owner, err);

    buf_clear(pending);
    return ok;
}
