/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target as a plain test: over every file of the folders given, each also cut short and
 * with single bytes changed, always in the same way. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16, CHANGES = 400 };

/* From memory of exactly that size, so that a read beyond it is seen. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);

    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_changed(uint8_t *data, size_t size)
{
    static const uint8_t bytes[] = { 0,   '"',  '{',  '}', '[', ']', ',',
                                     ':', '\n', '\r', '-', '9', 0xFF };
    uint32_t seed = 1;

    for (int i = 0; i < CHANGES && size > 0; i++) {
        size_t at;
        uint8_t was;

        seed = seed * 1664525 + 1013904223;
        at = (seed >> 8) % size;
        was = data[at];
        data[at] = bytes[seed % sizeof(bytes)];
        run(data, size);
        run(data, at);
        data[at] = was;
    }
}

static int run_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL)
        return 0;
    size = fread(data, 1, sizeof(data), file);
    fclose(file);
    run(data, size);
    run_changed(data, size);
    return 1;
}

static int run_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[1024];

        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        count += entry->d_name[0] != '.' && run_file(path);
    }
    if (dir != NULL)
        closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += run_folder(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
