/* SPDX-License-Identifier: MIT */
/* Every reader of price lists on every input: it ends, and what it lets through is a price that the
 * books can hold. The first byte chooses the format that is asked for. */
#include "core/import.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct import import;
    struct err err = { .code = ERR_NONE };
    struct price_book *book;
    bool ok;

    if (size == 0)
        return 0;
    import_init(&import, (struct utc){ INT64_C(1795608000000) }, "");
    ok = import_read(&import, (enum import_format)(data[0] % (IMPORT_FORMATS + 1)),
                     (struct str){ (const char *)data + 1, size - 1 }, &err);
    ensure(ok || (err.code != ERR_NONE && import.rows == 0));
    for (size_t i = 0; i < import.rows; i++) {
        ensure(import.row[i].price.per > 0 && import.row[i].price.amount.pico >= 0);
        ensure(import.row[i].provider[0] != '\0' && import.row[i].model[0] != '\0');
    }
    book = price_book_new(import.row, import.rows);
    ensure(price_book_rows(book) == import.rows); /* each names a bucket */
    price_book_free(book);
    import_fini(&import);
    return 0;
}
