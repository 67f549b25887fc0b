/* Reading fields of a JSON value into a summary's arena; only json_read.c uses it. `where` is the path of the object, with a
 * dot at its end, for messages. An absent field has its neutral value. */
#pragma once
#include "summary.h"
#include <jansson.h>

struct json_reader {
    const char *file;
    struct summary *summary;
    char *message;
    size_t size;
    bool failed;
};

/* The first complaint is kept. */
__attribute__((format(printf, 2, 3))) void json_complain(struct json_reader *r, const char *format, ...);
const char *json_type_of(const json_t *value);

/* Memory of the arena, or NULL after a complaint. */
void *json_room(struct json_reader *r, size_t bytes);
const char *json_copy(struct json_reader *r, const char *text);

bool json_as_number(const json_t *value, uint64_t *number);
const char *json_get_text(struct json_reader *r, const json_t *object, const char *where, const char *key);
uint64_t json_get_number(struct json_reader *r, const json_t *object, const char *where, const char *key, bool required);
uint64_t json_get_nanoseconds(struct json_reader *r, const json_t *object, const char *where, const char *key);
/* A nested object or array, or NULL. */
json_t *json_get_container(struct json_reader *r, const json_t *object, const char *where, const char *key,
                           json_type type);
/* Is there a limit? */
bool json_get_budget(struct json_reader *r, const json_t *object, const char *where, uint64_t *flop_budget);

/* jansson holds integers in 63 bits, counts have 64: put those beyond into quotes. data is terminated; quoted has twice its
 * size. Returns the length there. */
size_t json_quote_large_numbers(const char *data, size_t length, char *quoted);
