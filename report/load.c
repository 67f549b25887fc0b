/* Tells ledgers from JSON summaries by the magic at the front, and loads either. */
#include "load.h"
#include "json_read.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MESSAGE_BYTES 1024
#define JSON_MAX_BYTES ((size_t)1 << 30)

static int complain(const char *path, const char *why)
{
    fprintf(stderr, "flopshim: %s: %s\n", path, why);
    return -1;
}

static int load_ledger(const char *path, struct loaded *loaded)
{
    const char *why;
    if (ledger_load(path, &loaded->ledger, &why) < 0) {
        loaded->ledger.header = NULL;
        return complain(path, why ? why : strerror(errno));
    }
    if (summary_from_ledger(&loaded->ledger, NULL, &loaded->summary) < 0)
        return complain(path, "out of memory");
    return 0;
}

/* The whole file in malloc'ed memory; pipes too. NULL with errno. */
static char *read_file(FILE *file, size_t *length)
{
    size_t capacity = (size_t)64 << 10;
    char *data = malloc(capacity);
    *length = 0;
    while (data) {
        *length += fread(data + *length, 1, capacity - *length, file);
        if (*length < capacity)
            break;
        char *larger = capacity < JSON_MAX_BYTES ? realloc(data, capacity * 2) : NULL;
        if (!larger)
            free(data);
        data = larger;
        capacity *= 2;
    }
    if (!data)
        errno = EFBIG;
    return data;
}

static int load_json(const char *path, FILE *file, struct loaded *loaded)
{
    char message[MESSAGE_BYTES];
    size_t length;
    char *data = read_file(file, &length);
    if (!data || ferror(file)) {
        free(data);
        return complain(path, strerror(errno));
    }
    size_t first = 0;
    while (first < length && strchr(" \t\r\n", data[first]) && data[first])
        first++;
    int result = -1;
    if (first == length || data[first] != '{')
        complain(path, length ? "neither a ledger nor a JSON summary of flopshim" : "empty");
    else if ((result = summary_from_json(data, length, path, &loaded->summary, message, sizeof message)) < 0)
        fprintf(stderr, "flopshim: %s\n", message);
    free(data);
    return result;
}

int load_file(const char *path, struct loaded *loaded)
{
    char magic[sizeof LEDGER_MAGIC - 1];
    *loaded = (struct loaded){0};
    FILE *file = fopen(path, "re");
    if (!file)
        return complain(path, strerror(errno));
    int first = fgetc(file);
    bool is_ledger = first == LEDGER_MAGIC[0];
    if (is_ledger)
        is_ledger = fread(magic, 1, sizeof magic - 1, file) == sizeof magic - 1 &&
                    memcmp(magic, &LEDGER_MAGIC[1], sizeof magic - 1) == 0;
    else if (first != EOF)
        ungetc(first, file);
    errno = 0;
    int result = is_ledger ? load_ledger(path, loaded) : load_json(path, file, loaded);
    fclose(file);
    if (result < 0)
        load_free(loaded);
    return result;
}

void load_free(struct loaded *loaded)
{
    summary_free(&loaded->summary);
    if (loaded->ledger.header)
        munmap((void *)(uintptr_t)loaded->ledger.header, loaded->ledger.size_bytes);
    *loaded = (struct loaded){0};
}
