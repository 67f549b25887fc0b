/* Reading fields of a JSON value into a summary's arena; only json_read.c uses it. `where` is the path of the object, with a
 * dot at its end, for messages. An absent field has its neutral value. */
#pragma once
#include "summary_model.h"
#include <jansson.h>

struct field_reader {
    const char *file;
    struct summary *summary;
    char *message;
    size_t size;
    bool failed;
};

/* The first complaint is kept. */
__attribute__((format(printf, 2, 3))) void field_complain(struct field_reader *r, const char *format, ...);
const char *field_type_of(const json_t *value);

/* Memory of the arena, or NULL after a complaint. */
void *field_room(struct field_reader *r, size_t bytes);
const char *field_copy(struct field_reader *r, const char *text);

bool field_as_number(const json_t *value, uint64_t *number);
const char *field_get_text(struct field_reader *r, const json_t *object, const char *where, const char *key);
uint64_t field_get_number(struct field_reader *r, const json_t *object, const char *where, const char *key, bool required);
uint32_t field_get_small_number(struct field_reader *r, const json_t *object, const char *where, const char *key);
/* 0 where it is no number. */
double field_as_real(const json_t *value);
uint64_t field_get_nanoseconds(struct field_reader *r, const json_t *object, const char *where, const char *key);
/* A nested object or array, or NULL. */
json_t *field_get_container(struct field_reader *r, const json_t *object, const char *where, const char *key, json_type type);
/* Is there a limit? */
bool field_get_budget(struct field_reader *r, const json_t *object, const char *where, uint64_t *flop_budget);

/* jansson holds integers in 63 bits and decimals as doubles; counts have 64 bits, and times more digits: put what does not
 * fit into quotes. data is terminated; quoted has twice its size. Returns the length there. */
size_t field_quote_large_numbers(const char *data, size_t length, char *quoted);
