/* What the fuzz targets share: a broken promise ends the target (libFuzzer keeps the input), and input bytes are handed out
 * front to back, zeros behind the end. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition, ...)                                             \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
            fprintf(stderr, __VA_ARGS__);                                   \
            fputs("\n", stderr);                                            \
            abort();                                                        \
        }                                                                   \
    } while (0)

struct fuzz_input {
    const uint8_t *data;
    size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return *in->data++;
}

static inline uint64_t fuzz_number(struct fuzz_input *in, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)fuzz_byte(in) << 8 * i;
    return value;
}

/* A terminated copy of the bytes up to `end` or the end of the input; malloc'ed, so that a read behind it is seen. */
static inline char *fuzz_text(struct fuzz_input *in, uint8_t end)
{
    const uint8_t *stop = in->left ? memchr(in->data, end, in->left) : NULL;
    size_t length = stop ? (size_t)(stop - in->data) : in->left;
    char *text = malloc(length + 1);
    if (length)
        memcpy(text, in->data, length);
    text[length] = 0;
    in->data += length + (stop != NULL);
    in->left -= length + (stop != NULL);
    return text;
}
