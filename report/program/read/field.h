/* Reading fields of a JSON value into a summary's arena; only json_read.c and json_counts.c use it. `where` is the path of the
 * object, with a dot at its end, for messages. An absent field has its neutral value. */
#pragma once
#include "summary_model.h"
#include <jansson.h>

struct field_reader {
    const char *file;
    const char *text; /* what it holds, terminated */
    struct summary *summary;
    char *message;
    size_t size;
    bool failed;
};

/* Write a message, after the file's name; only the first one is kept. */
__attribute__((format(printf, 2, 3))) void field_complain(struct field_reader *r, const char *format, ...);
const char *field_type_of(const struct field_reader *r, const json_t *value);

/* Room in the summary's arena, or NULL after a complaint. */
void *field_room(struct field_reader *r, size_t bytes);
const char *field_copy(struct field_reader *r, const char *text);

#define FIELD_NUMERAL_BYTES 24
#define FIELD_FLOPS_BYTES 40
/* A number's own digits; what follows them is no part of a number. NULL where the value is none. buffer: for those that jansson
 * has itself. */
const char *field_numeral(const struct field_reader *r, const json_t *value, char buffer[FIELD_NUMERAL_BYTES]);
size_t field_numeral_length(const char *numeral);
bool field_as_number(const struct field_reader *r, const json_t *value, uint64_t *number);
const char *field_get_text(struct field_reader *r, const json_t *object, const char *where, const char *key);
/* The same of FLOPs: below 2^128. */
/* Earlier versions' sums stick at 2^64-1: it stands for that or more. */
static inline bool field_sticks(wide number, wide in_fact)
{
    return number == UINT64_MAX && in_fact > number;
}

#define FIELD_SAY(number) field_say(number, (char[FIELD_FLOPS_BYTES]){0})
const char *field_say(wide number, char buffer[FIELD_FLOPS_BYTES]);
bool field_as_flops(const struct field_reader *r, const json_t *value, wide *number);
wide field_get_flops(struct field_reader *r, const json_t *object, const char *where, const char *key, bool required);
uint64_t field_get_number(struct field_reader *r, const json_t *object, const char *where, const char *key, bool required);
uint32_t field_get_small_number(struct field_reader *r, const json_t *object, const char *where, const char *key);
uint64_t field_get_nanoseconds(struct field_reader *r, const json_t *object, const char *where, const char *key);
/* A nested object or array; NULL where there is none or null, or after a complaint that it is something else. */
json_t *field_get_container(struct field_reader *r, const json_t *object, const char *where, const char *key, json_type type);
/* Read "flop_budget". True: it is there and not null, so there is a limit. */
bool field_get_budget(struct field_reader *r, const json_t *object, const char *where, wide *flop_budget);

/* jansson holds integers of 63 bits and decimals as doubles; counts have 64 bits, and times and the multiplier more digits. So
 * each number that it could change gives way to a real number that says where in the text it stands, and reading one is
 * reading the text there. data is terminated; `placed` has FIELD_PLACED_BYTES. Returns the length there. */
#define FIELD_PLACED_BYTES(length) (4 * (length) + 16)
size_t field_place_numbers(const char *data, size_t length, char *placed);
