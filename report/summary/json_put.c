/* Members of a JSON value (json_put.h). */
#include "json_put.h"
#include <string.h>

void json_item(struct json *json)
{
    out_text(json->out, json->behind ? ",\n" : "\n");
    out_pad(json->out, json->out->length, 2 * (size_t)json->depth);
    json->behind = true;
}

void json_key(struct json *json, const char *key)
{
    json_item(json);
    out_quoted(json->out, key, strlen(key));
    out_text(json->out, ": ");
}

void json_open(struct json *json, const char *key, const char *bracket)
{
    if (key)
        json_key(json, key);
    out_text(json->out, bracket);
    json->depth++;
    json->behind = false;
}

void json_close(struct json *json, const char *bracket)
{
    bool empty = !json->behind;
    json->depth--;
    if (!empty) {
        json->behind = false;
        json_item(json);
    }
    out_text(json->out, bracket);
    json->behind = true;
}

void json_text(struct json *json, const char *key, const char *value)
{
    json_key(json, key);
    out_quoted(json->out, value, strlen(value));
}

void json_number(struct json *json, const char *key, wide value)
{
    json_key(json, key);
    out_number(json->out, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    out_text(json->out, value ? "true" : "false");
}

void json_seconds(struct json *json, const char *key, uint64_t elapsed_ns)
{
    json_key(json, key);
    out_decimal(json->out, elapsed_ns, 9);
}
