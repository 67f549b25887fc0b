/* A new file for a ledger, and room in it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* A new file in a folder, under another name than its own, which it is given when it is whole: whoever watches the folder never
 * meets a half one, nor one that is removed again because there was no room for it. Tells both names. -1 with errno. */
struct ledger_names {
    char *path;
    size_t size;
    char *unready;
    size_t unready_size;
};
int ledger_open_unready(const char *dir, uint64_t nonce, const struct ledger_names *names);

/* Back these bytes of a file, whatever signals that raises: 0, or an error number. */
int ledger_reserve(int fd, uint64_t from, size_t bytes);
