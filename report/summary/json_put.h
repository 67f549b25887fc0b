/* Members of a JSON value, two blanks of indentation a level. Only the writers of the JSON summary use it. */
#pragma once
#include "out.h"

/* Where the next member goes: its indentation, and whether a comma comes before it. */
struct json {
    struct out *out;
    unsigned depth;
    bool behind; /* a member comes before this one */
};

/* What comes next is an item of a list. */
void json_item(struct json *json);
/* What comes next is the value of this member. */
void json_key(struct json *json, const char *key);
/* An object or a list; key is NULL where it is no member. */
void json_open(struct json *json, const char *key, const char *bracket);
void json_close(struct json *json, const char *bracket);
void json_text(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, wide value);
void json_bool(struct json *json, const char *key, bool value);
void json_seconds(struct json *json, const char *key, uint64_t elapsed_ns);
